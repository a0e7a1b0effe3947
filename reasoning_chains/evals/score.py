"""What a scorer gives, and the two seams of scorers; it knows no suite and no statistics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, get_args

from reasoning_chains.errors import UnknownName, UserMistake, ranged, wanted

if TYPE_CHECKING:
    from reasoning_chains.run import Run
    from reasoning_chains.solution import Solution
    from reasoning_chains.types import Problem

__all__ = ["OUTCOMES", "OfReplies", "Outcome", "Rule", "Score", "Scorer", "unread"]

Outcome: TypeAlias = Literal["right", "wrong", "unparsed", "refused", "cut", "error"]
OUTCOMES: tuple[str, ...] = get_args(Outcome)


@dataclass(frozen=True, slots=True)
class Score:
    """What one solution is worth.

    Args:
        value: From 0 to 1.
        outcome: `right`, `wrong`, or why there is nothing to score: `unparsed` (no answer could be
            read), `refused`, `cut` (by its length or a budget), `error` (the world's fault).
        note: What a reader of the results should know.
    """

    value: float
    outcome: Outcome
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no share, and an outcome that nobody counts."""
        ranged("score value", self.value, float, 0, 1)
        wanted("score note", self.note, str)
        if self.outcome not in OUTCOMES:
            raise UnknownName("outcome of a score", self.outcome, OUTCOMES)
        if self.outcome not in ("right", "wrong") and self.value:
            raise UserMistake(f"a score of {self.value:g} is {self.outcome}: what is so scores 0")

    @classmethod
    def of(cls, right: bool, note: str = "") -> Score:
        """Give 1 for what is right, and 0 for what is wrong."""
        return cls(1.0, "right", note) if right else cls(0.0, "wrong", note)

    @classmethod
    def part(cls, share: float, note: str = "") -> Score:
        """Give a share of 1; only the whole is right."""
        return cls(share, "right" if share >= 1 else "wrong", note)

    @classmethod
    def unparsed(cls, note: str = "") -> Score:
        """Give nothing for what could not be read, which is told apart from what is wrong."""
        return cls(0.0, "unparsed", note)


class Scorer(Protocol):
    """Says what a solution is worth; it may ask a model, or run a program."""

    async def score(self, problem: Problem, solution: Solution, target: str, run: Run) -> Score:
        """Score a solution against an item's target."""

    def reference(self, problem: Problem, target: str) -> str | None:
        """Give an answer that must be right, or None where none is known without a model."""


class Rule:
    """A scorer that needs only the answer: subclasses write `judge`."""

    __slots__ = ()

    def judge(self, problem: Problem, answer: str, target: str) -> Score:
        """Score an answer that was read."""
        raise NotImplementedError

    def reference(self, problem: Problem, target: str) -> str | None:
        """Give an answer that must be right: the target itself."""
        return target

    async def score(self, problem: Problem, solution: Solution, target: str, run: Run) -> Score:
        """Score a solution, or say why it has no answer."""
        if solution.answer is None:
            return unread(solution)
        return self.judge(problem, solution.answer, target)


class OfReplies:
    """A scorer that reads whole replies, which are kept in the records: they can be told later."""

    __slots__ = ()

    def replies(self, solution: Solution) -> tuple[str, ...]:
        """Give the replies that it scores."""
        raise NotImplementedError


_NOTHING: dict[str, Outcome] = {
    "refused": "refused",
    "length": "cut",
    "budget": "cut",
    "failed": "error",
}


def unread(solution: Solution) -> Score:
    """Score a solution without an answer: nothing, for the reason for which it ended."""
    return Score(0.0, _NOTHING.get(solution.stop_reason, "unparsed"))
