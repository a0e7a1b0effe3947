"""The bundled agents on the embedded model, with real tools: how often they are right.

    python -m benchmarks.agents              # 100 tasks an agent
    python -m benchmarks.agents --count 20

`calculator` gets word problems and sums, some with large numbers; `researcher` questions in one and
two hops; `data_analyst` questions about tables of 8 to 40 rows, of columns that it has not seen.
All are of forms that no training document holds. Written to benchmarks/results/agents.json.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.reasoning import weights
from reasoning_chains import Problem, equivalent, load_agent
from reasoning_chains.backends.embedded import EmbeddedBackend
from reasoning_chains.evals.statistics import wilson
from reasoning_chains.problems import exercises, held_out
from reasoning_chains.problems.words import NAMES, SEEN_WORDS

RESULT = Path(__file__).parent / "results" / "agents.json"
SEED = 91
SUMS = (
    ("running", 3),
    ("money", 3),
    ("arithmetic", 3),
    ("running_large", 2),
    ("arithmetic_large", 2),
)
HOPS = (("two_hop", 2), ("factual", 2))
SIGNS = {"above {n}": ">", "below {n}": "<", "{n} or more": ">=", "{n} or less": "<="}


def drawn(tasks: tuple[tuple[str, int], ...], count: int) -> Iterator[tuple[Problem, str]]:
    """Draw as many exercises of each task."""
    for task, level in tasks:
        for exercise in islice(exercises(task, level, SEED, split="eval"), count // len(tasks)):
            yield exercise.problem, exercise.answer


def tables(count: int) -> Iterator[tuple[Problem, str]]:
    """Draw tables, and a question about each whose form is held out of the corpus."""
    rng, made = Random(SEED), 0
    while made < count:
        first, *heads = rng.sample(SEEN_WORDS, rng.randint(3, 4))
        names = rng.sample(NAMES, rng.randint(8, min(40, len(NAMES))))
        rows = [{first: name, **{h: rng.randint(1, 99) for h in heads}} for name in names]
        asked, answer = question(rng, first, heads, rows)
        if answer and held_out(f"rows:{asked} of {first},{','.join(heads)}"):
            made += 1
            lines = [",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]
            yield Problem(asked, context="\n".join(lines)), answer


def question(
    rng: Random, first: str, heads: list[str], rows: list[dict[str, Any]]
) -> tuple[str, str]:
    """Ask about one column, of all rows or some; "" for an answer that is none or not the only."""
    head, by, limit = rng.choice(heads), rng.choice(heads), rng.randint(20, 80)
    words = rng.choice(list(SIGNS)) if rng.random() < 0.6 else ""
    where = f" where {by} is {words.replace('{n}', str(limit))}" if words else ""
    kept = [row for row in rows if not words or _holds(row[by], words, limit)]
    values = [row[head] for row in kept]
    kind = rng.choice(["sum", "average", "largest value", "smallest value", "count", "which"])
    if kind == "count":
        return f"How many rows are there{where}?", str(len(kept))
    if not values or (kind == "which" and values.count(max(values)) > 1):
        return "", ""
    if kind == "which":
        best = max(kept, key=lambda row: int(row[head]))
        return f"Which {first} has the largest {head}{where}?", str(best[first])
    made = {"sum": sum, "largest value": max, "smallest value": min}
    value = sum(values) / len(values) if kind == "average" else made[kind](values)
    return f"What is the {kind} of {head}{where}?", f"{value:.12g}"


def _holds(value: int, words: str, limit: int) -> bool:
    return {">": value > limit, "<": value < limit, ">=": value >= limit, "<=": value <= limit}[
        SIGNS[words]
    ]


def same(answer: str | None, target: str) -> bool:
    """Compare an answer with the right one: numbers to six digits, the rest as text."""
    if answer is None:
        return False
    try:
        return abs(float(answer) - float(target)) <= 1e-6 * max(1.0, abs(float(target)))
    except ValueError:
        return equivalent(answer, target, "text")


def main() -> None:
    """Measure each agent that works on the embedded model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    count = parser.parse_args().count
    backend, told = EmbeddedBackend(), dict[str, Any]()
    tasks = {
        "calculator": list(drawn(SUMS, count)),
        "researcher": list(drawn(HOPS, count)),
        "data_analyst": list(tables(count)),
    }
    for name, asked in tasks.items():
        problems = [problem for problem, _ in asked]
        found = list(load_agent(name).batch(problems, backend, concurrency=32))
        hits = sum(same(s.answer, target) for s, (_, target) in zip(found, asked, strict=True))
        interval = wilson(hits, len(asked))
        told[name] = {
            "right": hits,
            "of": len(asked),
            "interval": [round(interval.low, 3), round(interval.high, 3)],
            "unanswered": sum(s.answer is None for s in found),
            "tokens": round(sum(s.usage.tokens for s in found) / len(asked), 1),
        }
        print(name, told[name], flush=True)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    data = {
        "command": f"python -m benchmarks.agents --count {count}",
        "machine": f"{platform.machine()}, no GPU",
        "commit": commit.stdout.strip(),
        "weights": weights(),
        "agents": told,
    }
    RESULT.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
