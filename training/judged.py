"""A step that a model wrote itself, judged; knows no model.

The file that CORPUS_MISTAKES names holds such steps: `training.mistakes` collects them.
"""

import json
import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reasoning_chains.problems import Exercise, held_out

_EQUATION = re.compile(r"(-?[0-9]+ [-+*/] \(?-?[0-9]+\)?) = (-?[0-9]+(?:/[0-9]+)?)")


@dataclass(frozen=True, slots=True)
class Judged:
    """A step that a model wrote, with what stood before it and what it should find."""

    form: str
    question: str
    lines: tuple[str, ...]
    recomputed: str
    right: bool


def judged(exercise: Exercise, text: str) -> Judged | None:
    """Find the first step that is not as it should be, else the last step."""
    lines = [line for line in text.split("\n") if not line.startswith("The answer")]
    for k, (line, step) in enumerate(zip(lines, exercise.steps, strict=False)):
        found = _EQUATION.findall(line)
        wanted = f"{step.expression} = {step.value}"
        right = [f"{left} = {value}" for left, value in found] == [wanted]
        if not right or k == len(exercise.steps) - 1:
            if not found or not step.expression:
                return None
            before = tuple(lines[: k + 1])
            return Judged(exercise.form, exercise.question, before, wanted, right)
    return None


@cache
def collected() -> tuple[Judged, ...]:
    """Read the file named by CORPUS_MISTAKES; nothing without one."""
    path = os.environ.get("CORPUS_MISTAKES")
    if not path:
        return ()
    rows = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]
    made = [Judged(**{**row, "lines": tuple(row["lines"])}) for row in rows]
    return tuple(one for one in made if not held_out(one.form))
