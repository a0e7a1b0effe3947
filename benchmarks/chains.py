"""Every way of reasoning on the embedded model, alone and inside of others.

    python -m benchmarks.chains                # all cells; those that are there are not run again
    python -m benchmarks.chains --only react   # the chains whose name begins so
    python -m benchmarks.chains --count 40     # fewer problems a cell
    python -m benchmarks.chains --part 0/2     # every second cell; the others beside it: --part 1/2

A cell tells how many answers were right and could be read, and the asks and tokens a problem took.
Cells are written to benchmarks/results/chains.json one by one, so that a run may be stopped and
started again. Every chain sees the same problems of a task, so that differences are paired.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import platform
import subprocess
import tempfile
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.reasoning import right, weights
from reasoning_chains import BackendError, Chain, Solution, parse_chain
from reasoning_chains.backends.embedded import EmbeddedBackend
from reasoning_chains.evals.statistics import mcnemar, paired_bootstrap, wilson
from reasoning_chains.problems import Exercise, exercises, passages

RESULT = Path(__file__).parent / "results" / "chains.json"
SEED = 77
TASKS = {
    "running/3": ("running", 3),
    "running/8": ("running", 8),
    "letters_unseen/2": ("letters_unseen", 2),
    "letters_unseen/6": ("letters_unseen", 6),
    "comparison/3": ("comparison", 3),
    "money/3": ("money", 3),
    "arithmetic/3": ("arithmetic", 3),
    "arithmetic_large/2": ("arithmetic_large", 2),
    "linear/3": ("linear", 3),
    "two_hop/2": ("two_hop", 2),
}
"""Two tasks are longer than any worked example; the letters are of words in no training text."""

CHAINS = {
    "direct": "direct",
    "zero_shot_cot": "zero_shot_cot",
    "few_shot_cot": "few_shot_cot(shots=3)",
    "least_to_most": "least_to_most",
    "self_ask": "self_ask",
    "self_ask, look-up": "self_ask(retrieve(direct, 'WORLD', k=1))",
    "step_back": "step_back",
    "analogical": "analogical",
    "plan_and_solve": "plan_and_solve",
    "program_of_thought": "program_of_thought",
    "react, calculator": "react(('calculator',))",
    "react, look-up": "react(('lookup:WORLD',))",
    "refine": "refine",
    "universal_self_consistency": "universal_self_consistency(zero_shot_cot, samples=8)",
    "ensemble": "ensemble((zero_shot_cot, step_back, analogical))",
}
"""WORLD stands for a file with a passage on everything that the look-up tasks ask about."""

INSIDE = {
    "alone": "{chain}",
    "self_consistency": "self_consistency({chain}, samples=8)",
    "cascade": "cascade((self_consistency({chain}, samples=3), {chain}))",
    "refine": "refine({chain})",
}
INSIDE_TASKS = ("comparison/3", "arithmetic_large/2", "two_hop/2")
"""Where chains inside of others are measured: tasks on which chain of thought leaves room."""

NO_VOTE = ("universal_self_consistency", "ensemble", "refine")


def cell(chain: Chain, asked: Sequence[Exercise], backend: EmbeddedBackend) -> dict[str, Any]:
    """Measure a chain on some problems."""
    start = time.perf_counter()
    problems = [exercise.problem for exercise in asked]
    made = chain.batch(problems, backend=backend, concurrency=64, return_exceptions=True)
    found = [_answered(each) for each in made]
    hits = [right(e, s) for e, s in zip(asked, found, strict=True)]
    count = len(asked)
    interval = wilson(sum(hits), count)
    return {
        "right": sum(hits),
        "of": count,
        "share": round(sum(hits) / count, 3),
        "interval": [round(interval.low, 3), round(interval.high, 3)],
        "read": round(sum(s.answer is not None for s in found) / count, 3),
        "asks": round(sum(s.usage.calls for s in found) / count, 2),
        "tokens": round(sum(s.usage.tokens for s in found) / count, 1),
        "hits": "".join("1" if hit else "0" for hit in hits),
        "seconds": round(time.perf_counter() - start, 1),
    }


def _answered(made: Solution | Exception) -> Solution:
    """Give a solution; a prompt that grew too long for the model is one without an answer."""
    if isinstance(made, BackendError):
        return Solution(None, str(made), stop_reason="failed")
    if isinstance(made, Exception):
        raise made
    return made


def compared(mine: str, other: str) -> dict[str, Any]:
    """Compare two chains on the same problems."""
    ours, theirs = ([hit == "1" for hit in hits] for hits in (mine, other))
    difference = paired_bootstrap(list(map(float, ours)), list(map(float, theirs)), seed=0)
    return {
        "difference": round(difference.difference, 3),
        "interval": [round(difference.interval.low, 3), round(difference.interval.high, 3)],
        "mcnemar": round(mcnemar(ours, theirs).p, 4),
    }


def cells(only: str) -> list[tuple[str, str, str]]:
    """Give the key of every cell, its task and the chain's spelling."""
    found = []
    for inside, pattern in INSIDE.items():
        for name, spelled in CHAINS.items():
            if not name.startswith(only) or (inside != "alone" and name in NO_VOTE):
                continue
            for task in TASKS if inside == "alone" else INSIDE_TASKS:
                found.append((f"{name} | {inside} | {task}", task, pattern.format(chain=spelled)))
    return found


def main() -> None:
    """Measure what is missing, cell by cell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--only", default="", help="the beginning of a chain's name")
    parser.add_argument("--part", default="0/1", help="which share of the cells, such as 1/2")
    options = parser.parse_args()
    part, parts = map(int, options.part.split("/"))
    head = {
        "weights": weights(),
        "count": options.count,
        "command": f"python -m benchmarks.chains --count {options.count}",
        "machine": f"{platform.machine()}, no GPU",
        "commit": subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
        ).stdout.strip(),
    }
    with tempfile.TemporaryDirectory() as folder:
        world = Path(folder) / "world.jsonl"
        lines = [json.dumps({"title": k, "text": v}) for k, v in passages().items()]
        world.write_text("\n".join(lines), encoding="utf-8")
        measure(head, cells(options.only)[part::parts], str(world))


def there(head: dict[str, Any]) -> dict[str, Any]:
    """Give the cells that were measured on these weights, with so many problems each."""
    data = json.loads(RESULT.read_text("utf-8")) if RESULT.exists() else {}
    if any(data.get(name) != head[name] for name in ("weights", "count")):
        return {}
    found: dict[str, Any] = data["cells"]
    return found


def keep(head: dict[str, Any], key: str, row: dict[str, Any]) -> None:
    """Write a cell to those that are there, which another part may be writing too."""
    with Path(__file__).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = {**there(head), key: row}
        ordered = {name: known[name] for name, *_ in cells("") if name in known}
        text = json.dumps({**head, "cells": ordered}, indent=1)
        RESULT.write_text(text + "\n", encoding="utf-8")


def measure(head: dict[str, Any], wanted: Sequence[tuple[str, str, str]], world: str) -> None:
    """Run the cells that are not there yet and write each as soon as it is there."""
    backend, count = EmbeddedBackend(), head["count"]
    for key, task, spelled in wanted:
        known = there(head)
        if key in known:
            continue
        asked = list(islice(exercises(*TASKS[task], SEED, split="eval"), count))
        row = cell(parse_chain(spelled.replace("WORLD", world)), asked, backend)
        baseline = known.get(f"zero_shot_cot | alone | {task}")
        if baseline is not None:
            row["against zero_shot_cot"] = compared(row["hits"], baseline["hits"])
        keep(head, key, row)
        print(key, row["share"], "read", row["read"], "asks", row["asks"], flush=True)


if __name__ == "__main__":
    main()
