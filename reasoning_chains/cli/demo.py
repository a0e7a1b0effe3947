"""`reasoning-chains demo`: the library's main job on the embedded model, offline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
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
    ("running", 4, "word problems with a running total, 4 changes each"),
    ("comparison", 4, "who has how many more, in 4 steps"),
    ("linear", 3, "equations for x, of the third of the levels"),
    ("letters_unseen", 4, "last letters of 4 words that the model never saw"),
)
_WAYS = (
    ("direct", "direct"),
    ("chain of thought", "zero_shot_cot"),
    ("self-consistency", "self_consistency(zero_shot_cot, samples=8)"),
)


_CLOSING = """
The model is small, so it shows what room to reason is worth: straight away it guesses. "No answer
read" counts replies in which no answer was found; they are counted apart. Next:
  reasoning-chains ask "Ann has 12 pens. She buys 5 more. How many now?" --kind number --trace"""


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
    for title, spelling in _WAYS:
        with progress(f"{len(asked)} problems by {title} …"):
            score = _scored(parse_chain(spelling), backend, asked)
        tokens = f"{score.usage.tokens / len(asked):.0f}"
        table.add_row(title, str(score.right), str(len(asked)), str(score.unread), tokens)
    out.print(table)
    out.print(_CLOSING)


def _show_one(out: Console, backend: EmbeddedBackend, exercise: Exercise) -> None:
    out.print(f"question: {safe(exercise.question)}", style="bold")
    for title, spelling in _WAYS:
        out.print(f"\n--- {title}", style="cyan")
        print_solution(parse_chain(spelling).invoke(exercise.problem, backend=backend))
    out.print(f"\nthe right answer is {exercise.answer}\n", style="bold")


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
