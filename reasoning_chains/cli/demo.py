"""`reasoning-chains demo`: the library's main job on the embedded model, offline."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from reasoning_chains.answers import equivalent
from reasoning_chains.backends.embedded import EmbeddedBackend
from reasoning_chains.chain import Chain
from reasoning_chains.cli.printing import console, print_solution, progress, safe
from reasoning_chains.problems import Exercise, exercises
from reasoning_chains.solution import Solution
from reasoning_chains.spelling import parse_chain
from reasoning_chains.types import Usage

__all__ = ["demo"]

_TASKS = (
    ("running", 4, "word problems in which an amount changes 4 times"),
    ("comparison", 4, "word problems about who has how many more, in 4 steps"),
    ("linear", 3, "equations with the unknown on both sides, such as 5x + 3 = 2x + 9"),
    ("letters_unseen", 4, "the last letters of 4 words that the model has never seen"),
)
_WAYS = (
    ("direct", "direct", "asked for the answer alone"),
    ("chain of thought", "zero_shot_cot", "asked to think step by step"),
    (
        "self-consistency",
        "self_consistency(zero_shot_cot, samples=8)",
        "8 chains of thought, and a vote",
    ),
)

_OPENING = """One question, three ways of reasoning, on the small model in the package: no key and
no network is needed.
"""
_COST = """"Used" counts every reply as if it was asked alone. "Bought" is what was really paid for:
the 8 voters shared one request and one prompt.
"""
_CLOSING = """
In one go, such a small model can only guess. Written out step by step, the same problem becomes a
few that it can do. "No answer read" counts replies in which no answer was found at all.

Next, a question of your own:
  {command} ask "Ann has 12 pens. She buys 5 more. How many now?" --kind number --trace"""


def _command() -> str:
    """Give the way in which this program can be called again."""
    if shutil.which("reasoning-chains"):
        return "reasoning-chains"
    place = Path(sys.argv[0])
    return str(place.relative_to(Path.cwd()) if place.is_relative_to(Path.cwd()) else place)


@dataclass(frozen=True, slots=True)
class Score:
    """How often one way of reasoning was right, and what it cost."""

    right: int
    unread: int
    usage: Usage


def demo(
    problems: Annotated[int, typer.Option(min=1, help="How many problems of each task.")] = 10,
) -> None:
    """Answer bundled problems in three ways on the embedded model, and say which was right."""
    out = console()
    backend = EmbeddedBackend()
    asked = [
        exercise
        for task, level, _ in _TASKS
        for exercise in islice(exercises(task, level, 2026, split="eval"), problems)
    ]
    _show_one(out, backend, asked[0])
    out.print(f"Now {len(asked)} problems, {problems} of each task:")
    out.print("\n".join(f"  {task}: {about}" for task, _, about in _TASKS) + "\n", style="dim")
    table = Table("way of reasoning", "right", "of", "no answer read", "tokens used a problem")
    for title, spelling, _ in _WAYS:
        with progress(f"{len(asked)} problems by {title} …"):
            score = _scored(parse_chain(spelling), backend, asked)
        tokens = f"{score.usage.tokens / len(asked):.0f}"
        table.add_row(title, str(score.right), str(len(asked)), str(score.unread), tokens)
    out.print(table)
    out.print(safe(_CLOSING.format(command=_command())))


def _show_one(out: Console, backend: EmbeddedBackend, exercise: Exercise) -> None:
    out.print(_OPENING)
    out.print(f"question: {safe(exercise.question)}", style="bold")
    for title, spelling, about in _WAYS:
        out.print(f"\n--- {title}: {about}", style="cyan")
        print_solution(parse_chain(spelling).invoke(exercise.problem, backend=backend))
    out.print(f"\nThe right answer is {exercise.answer}.\n", style="bold")
    out.print(_COST)


def _scored(chain: Chain, backend: EmbeddedBackend, asked: Sequence[Exercise]) -> Score:
    right = unread = 0
    usage = Usage()
    solutions = chain.batch([e.problem for e in asked], backend=backend, concurrency=32)
    for exercise, solution in zip(asked, solutions, strict=True):
        made: Solution = solution
        usage += made.usage
        unread += made.answer is None
        if made.answer is not None:
            right += equivalent(made.answer, exercise.answer, exercise.problem.kind)
    return Score(right, unread, usage)
