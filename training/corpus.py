"""The corpus: the mixture of formats and the seeded stream of documents.

Run as a script it counts: `python -m training.corpus --documents 200000` regenerates that many
documents and tells how many hold anything that belongs to the evals.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random

from training.acting import native, program, react
from training.answering import bare, cot, direct, extract, few_shot
from training.checking import choose, critique, verify
from training.copying import copy, read, recall
from training.dividing import analogical, decompose, plan, self_ask, solve, step_back
from training.documents import Document, Refused, Source, Turn, check
from training.wordings import say

# Format -> (maker, share in documents). Shares need not add up to 100.
MIXTURE: dict[str, tuple[Callable[[Source], Document], float]] = {
    "direct": (direct, 14),
    "bare": (bare, 17),
    "cot": (cot, 17),
    "few_shot": (few_shot, 9),
    "extract": (extract, 4),
    "decompose": (decompose, 3),
    "solve": (solve, 6),
    "self_ask": (self_ask, 6),
    "react": (react, 5),
    "native": (native, 1),
    "plan": (plan, 1.5),
    "step_back": (step_back, 1),
    "analogical": (analogical, 1),
    "program": (program, 1.5),
    "critique": (critique, 1.5),
    "choose": (choose, 2),
    "verify": (verify, 4),
    "copy": (copy, 11),
    "recall": (recall, 1.5),
    "read": (read, 1),
}


# The first leg's shares: the core formats first, a little of the others.
FIRST = {
    "direct": 14, "bare": 18, "cot": 25, "few_shot": 10, "extract": 5, "copy": 15, "solve": 3.5,
    "decompose": 1, "self_ask": 3, "react": 2, "native": 0.5, "plan": 0.5, "step_back": 0.5,
    "analogical": 0.3, "program": 0.6, "critique": 0.6, "choose": 1, "verify": 2, "recall": 1,
    "read": 0.6,
}  # fmt: skip
# A later leg's shares: what divides, acts and reviews, beside the core formats.
LATER = {
    "direct": 23, "bare": 18, "cot": 14, "few_shot": 8, "extract": 5, "copy": 8, "decompose": 6,
    "solve": 8, "self_ask": 6, "react": 5, "native": 2, "plan": 2.5, "step_back": 1.5,
    "analogical": 1.5, "program": 10, "critique": 4, "choose": 2.5, "verify": 4, "recall": 1,
    "read": 2,
}  # fmt: skip
SHARES: dict[str, dict[str, float]] = {
    "full": {name: share for name, (_, share) in MIXTURE.items()},
    "first": {name: float(share) for name, share in FIRST.items()},
    "later": {name: float(share) for name, share in LATER.items()},
}


def document(
    rng: Random, tasks: dict[str, int] | None = None, shares: dict[str, float] | None = None
) -> tuple[str, Document]:
    """Make one document; give its format and itself. Refused ones are drawn anew."""
    shares = shares or SHARES["full"]
    names = list(shares)
    while True:
        name = rng.choices(names, [shares[n] for n in names])[0]
        source = Source(rng, dict(tasks)) if tasks else Source(rng)
        try:
            made = MIXTURE[name][0](source)
        except Refused:
            continue
        if rng.random() < 0.06 and made.turns[0].role != "system":
            turns = (Turn("system", say(rng, "system")), *made.turns)
            made = Document(turns, made.ending, made.forms)
        return name, made


def only(*names: str) -> dict[str, float]:
    """Give the shares of these formats alone, as they stand in the full mixture."""
    return {name: MIXTURE[name][1] for name in names}


def documents(
    seed: str, tasks: dict[str, int] | None = None, shares: dict[str, float] | None = None
) -> Iterator[tuple[str, Document]]:
    """Yield the endless stream of documents of a seed."""
    rng = Random(f"corpus/{seed}")
    while True:
        yield document(rng, tasks, shares)


def main() -> None:
    """Count formats, endings and held-out forms in a regenerated corpus."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--seed", default="0")
    parser.add_argument("--mixture", choices=tuple(SHARES), default="full")
    options = parser.parse_args()
    formats, endings, held = Counter[str](), Counter[str](), 0
    stream = documents(options.seed, shares=SHARES[options.mixture])
    for _ in range(options.documents):
        name, made = next(stream)
        formats[name] += 1
        endings[made.ending] += 1
        try:
            check(made)
        except Refused:
            held += 1
    print(dict(formats), dict(endings), f"held-out: {held}", sep="\n")


if __name__ == "__main__":
    main()
