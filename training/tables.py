"""Questions about a table, with the program that answers them."""

import json
from random import Random

from reasoning_chains.problems.words import NAMES, SEEN_WORDS
from training.documents import Source
from training.wordings import say

HEADS = ("age", "score", "price", "count", "height", "points", "amount", "year", "units", "total")
FIRST = ("name", "person", "customer", "city", "item")
_MADE = {
    "sum": "sum({c})", "largest value": "max({c})", "smallest value": "min({c})",
    "average": "sum({c}) / len({c})",
}  # fmt: skip
_WHERE = {"above {n}": ">", "below {n}": "<", "{n} or more": ">=", "{n} or less": "<=", "{n}": "=="}


def column(source: Source) -> tuple[str, list[str]]:
    """Ask about one column of a small table; give question and program."""
    rng = source.rng
    heads = rng.sample(HEADS[:6], rng.randint(1, 3))
    rows = [[rng.choice(NAMES), *(str(rng.randint(1, 99)) for _ in heads)]
            for _ in range(rng.randint(2, 6))]  # fmt: skip
    k = rng.randrange(len(heads))
    word = rng.choice(list(_MADE))
    table = "\n".join(",".join(row) for row in [["name", *heads], *rows])
    numbers = ", ".join(row[k + 1] for row in rows)
    source.asks(f"table:{word};{numbers}")
    program = [f"{heads[k]} = [{numbers}]", f"answer = {_MADE[word].replace('{c}', heads[k])}"]
    return f"{table}\n\nWhat is the {word} of the column {heads[k]}?", program


def _head(rng: Random, among: tuple[str, ...]) -> str:
    return rng.choice(among) if rng.random() < 0.6 else rng.choice(SEEN_WORDS).lower()


def _rows(rng: Random) -> tuple[str, list[str], str]:
    """Draw a table: its first column, its columns of numbers, and some of its rows as shown."""
    first = _head(rng, FIRST)
    heads = list(dict.fromkeys(_head(rng, HEADS) for _ in range(rng.randint(1, 4))))
    heads = [head for head in heads if head != first] or ["points"]
    most = rng.choice([9, 99, 999])
    shown = [
        json.dumps({first: rng.choice(NAMES), **{head: rng.randint(1, most) for head in heads}})
        for _ in range(rng.randint(2, 3))
    ]
    return first, heads, "\n".join(shown)


def _filtered(rng: Random, first: str, heads: list[str]) -> tuple[str, str]:
    """Draw a condition on the rows: its words and its code; often none."""
    if rng.random() < 0.4:
        return "", ""
    if rng.random() < 0.2:
        name = rng.choice(NAMES)
        return f" where {first} is {name}", f' if row["{first}"] == "{name}"'
    head, words, limit = rng.choice(heads), rng.choice(list(_WHERE)), rng.randint(1, 99)
    told = words.replace("{n}", str(limit))
    return f" where {head} is {told}", f' if row["{head}"] {_WHERE[words]} {limit}'


def table(source: Source) -> tuple[str, list[str]]:
    """Ask about the rows of a table that the program finds in `rows`."""
    rng = source.rng
    first, heads, shown = _rows(rng)
    where, code = _filtered(rng, first, heads)
    head, draw = rng.choice(heads), rng.random()
    if draw < 0.2:
        asked = rng.choice([f"How many rows are there{where}?", f"How many rows{where}?"])
        lines = [f"kept = [row for row in rows{code}]", "answer = len(kept)"]
    elif draw < 0.35:
        word = rng.choice(["largest", "smallest"])
        asked = f"Which {first} has the {word} {head}{where}?"
        best = "max" if word == "largest" else "min"
        lines = [f"kept = [row for row in rows{code}]",
                 f'answer = {best}(kept, key=lambda row: row["{head}"])["{first}"]']  # fmt: skip
    else:
        word = rng.choice(list(_MADE))
        asked = f"What is the {word} of {head}{where}?"
        lines = [f'values = [row["{head}"] for row in rows{code}]',
                 f"answer = {_MADE[word].replace('{c}', 'values')}"]  # fmt: skip
    source.asks(f"rows:{asked} of {first},{','.join(heads)}")
    return say(rng, "table", rows=shown, question=asked), lines
