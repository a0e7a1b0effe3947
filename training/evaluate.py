"""Accuracy of a model folder on held-out problems, direct and by chain of thought.

One level of each task: `python -m training.evaluate FOLDER --count 24`; every level: `--all`.
"""

import argparse
import json
import re
import time
from collections.abc import Iterable
from fractions import Fraction
from itertools import islice
from pathlib import Path

import torch

from reasoning_chains.problems import TASKS, Exercise, exercises
from training.decode import Decoder
from training.wordings import WORDINGS

# The level of each task that the curves follow.
FOLLOWED = {
    "letters": 3, "letters_unseen": 2, "coin": 4, "running": 4, "running_large": 2,
    "running_distractor": 3, "comparison": 4, "money": 4, "arithmetic": 4, "arithmetic_large": 2,
    "slope": 2, "linear": 3, "scan": 2, "dates": 2, "ordering": 4, "two_hop": 1, "factual": 1,
}  # fmt: skip


def answer_of(text: str) -> str:
    """Read the answer after the last "answer is", else take the whole reply."""
    found = re.findall(r"answer is:? ([^\n]*)", text)
    return (found[-1] if found else text).strip().rstrip(".")


def right(exercise: Exercise, text: str) -> bool:
    """Tell whether a reply gives the exercise's answer."""
    given = answer_of(text)
    if exercise.kind == "number" and re.fullmatch(r"-?[0-9]+(/[0-9]+)?", given):
        if given.endswith("/0"):
            return False
        return Fraction(given) == Fraction(exercise.answer)
    return given == exercise.answer


def prompt(exercise: Exercise, wording: str) -> str:
    """Ask the exercise in the chat template's form."""
    said = WORDINGS[wording][0].replace("{question}", exercise.question)
    return f"<|user|>\n{said}<|end|>\n<|assistant|>\n"


def accuracy(
    decoder: Decoder, cells: list[tuple[str, int]], count: int, seed: int
) -> dict[str, dict[str, float]]:
    """Give the share of right answers of each cell, direct and by chain of thought."""
    asked = [(cell, e) for cell in cells for e in islice(exercises(*cell, seed), count)]
    scores: dict[str, dict[str, float]] = {f"{task}/{level}": {} for task, level in cells}
    for wording in ("direct", "cot"):
        room = 260 if wording == "cot" else 100
        texts = decoder.replies([prompt(e, wording) for _, e in asked], room)
        for task, level in cells:
            mine = [right(e, t) for (c, e), t in zip(asked, texts, strict=True)
                    if c == (task, level)]  # fmt: skip
            scores[f"{task}/{level}"][wording] = round(sum(mine) / len(mine), 3)
    return scores


def followed(tasks: Iterable[str]) -> list[tuple[str, int]]:
    """Give the cells that the curves follow, of some tasks."""
    return [(task, FOLLOWED[task]) for task in tasks]


def main() -> None:
    """Measure one folder and print or write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--all", action="store_true", help="every level of every task")
    parser.add_argument("--tasks", default="", help="by comma; without it all")
    parser.add_argument("--out", type=Path, default=None)
    given = parser.parse_args()
    torch.set_num_threads(1)
    began = time.monotonic()
    tasks = given.tasks.split(",") if given.tasks else list(FOLLOWED)
    cells = followed(tasks)
    if given.all:
        cells = [(task, level) for task in tasks for level in TASKS[task].levels]
    scores = accuracy(Decoder.load(given.folder), cells, given.count, given.seed)
    for cell, score in scores.items():
        print(f"{cell:24} direct {score['direct']:.2f}  cot {score['cot']:.2f}")
    print(f"{time.monotonic() - began:.0f} s")
    if given.out:
        given.out.write_text(json.dumps(scores, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
