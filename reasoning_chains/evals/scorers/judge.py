"""Scores by asking a model: whether an answer meets a rubric, or which of two is better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from reasoning_chains.errors import wanted
from reasoning_chains.evals.score import Score, unread
from reasoning_chains.types import Sampling

if TYPE_CHECKING:
    from reasoning_chains.answers import Verdict
    from reasoning_chains.run import Run
    from reasoning_chains.solution import Solution
    from reasoning_chains.types import Problem

__all__ = ["Judge", "Pairwise"]

_GREEDY = Sampling(temperature=0)


@dataclass(frozen=True, slots=True)
class Judge:
    """Let a model hold an answer against a rubric and the target (arXiv:2306.05685).

    The backend is the run's: give the run of another model to be judged by that one. The value is
    the score that the judge gives, from 0 to 1, else 1 where it finds the answer correct.

    Args:
        rubric: What a good answer must have; without one, agreement with the target.
        template: The prompt.
    """

    rubric: str = ""
    template: str = "judge/rubric"
    delivers: ClassVar[Mapping[str, str]] = {"": "verdict"}

    def __post_init__(self) -> None:
        """Refuse settings that are no text."""
        wanted("judge rubric", self.rubric, str)
        wanted("judge template", self.template, str)

    def reference(self, problem: Problem, target: str) -> str | None:
        """Give none: what a judge finds is known only by asking it."""
        return None

    async def score(self, problem: Problem, solution: Solution, target: str, run: Run) -> Score:
        """Ask for a verdict; one that cannot be read is an error of the judge, not of the answer.

        Raises:
            BackendError: The judge could not be asked.
        """
        shown = shown_of(problem, solution)
        if shown is None:
            return unread(solution)
        told: dict[str, Any] = {"answer": shown, "target": target, "rubric": self.rubric}
        reply = await run.ask(self.template, problem=problem, sampling=_GREEDY, **told)
        return _judged(reply.parsed, reply.text)


def shown_of(problem: Problem, solution: Solution) -> str | None:
    """Give what a judge sees: the answer; of a free text without one, the whole text."""
    if solution.answer is None and problem.kind == "text" and solution.stop_reason == "unparsed":
        return solution.text.strip() or None
    return solution.answer


def _judged(verdict: Verdict | None, text: str) -> Score:
    note = " ".join(text.split())[:300]
    score = verdict.score if verdict is not None else None
    inside = score if score is not None and 0 <= score <= 1 else None
    if verdict is None or (verdict.correct is None and inside is None):
        return Score(0.0, "error", f"the judge's verdict cannot be read: {note}")
    if verdict.correct is None and inside is not None:
        return Score.part(inside, note)
    if inside is None:
        return Score.of(bool(verdict.correct), note)
    return Score(inside, "right" if verdict.correct else "wrong", note)


@dataclass(frozen=True, slots=True)
class Pairwise:
    """Let a model choose between the answer and the target, in both orders (arXiv:2306.05685).

    An answer that is preferred in both orders scores 1, in one order 0.5 (the order decided, or
    the judge did), in none 0; one that is level or better counts as right.

    Args:
        rubric: What makes an answer the better one.
        template: The prompt.
    """

    rubric: str = ""
    template: str = "judge/pairwise"
    delivers: ClassVar[Mapping[str, str]] = {"": "chosen"}

    def __post_init__(self) -> None:
        """Refuse settings that are no text."""
        wanted("pairwise rubric", self.rubric, str)
        wanted("pairwise template", self.template, str)

    def reference(self, problem: Problem, target: str) -> str | None:
        """Give none: what a judge finds is known only by asking it."""
        return None

    async def score(self, problem: Problem, solution: Solution, target: str, run: Run) -> Score:
        """Ask twice, the second time in the other order.

        Raises:
            BackendError: The judge could not be asked.
        """
        shown = shown_of(problem, solution)
        if shown is None:
            return unread(solution)
        wins = 0
        for mine, pair in ((1, [shown, target]), (2, [target, shown])):
            told: dict[str, Any] = {"candidates": pair, "rubric": self.rubric}
            reply = await run.ask(self.template, problem=problem, sampling=_GREEDY, **told)
            if reply.parsed not in (1, 2):
                note = " ".join(reply.text.split())[:300]
                return Score(0.0, "error", f"the judge's choice cannot be read: {note}")
            wins += reply.parsed == mine
        told_by = ("neither order", "one order", "both orders")[wins]
        value, outcome = wins / 2, "right" if wins else "wrong"
        return Score(value, outcome, f"preferred in {told_by}")  # type: ignore[arg-type]
