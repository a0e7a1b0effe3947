"""Scores answers that are sets: the order does not count, nor does what stands twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reasoning_chains.errors import wanted
from reasoning_chains.evals.score import Rule, Score
from reasoning_chains.evals.scorers.members import members

if TYPE_CHECKING:
    from reasoning_chains.types import Problem

__all__ = ["Set"]


@dataclass(frozen=True, slots=True)
class Set(Rule):
    """The same members; the value is F1 over the members, and only all of them are right.

    Args:
        separator: What stands between members where they are no JSON list.
    """

    separator: str = ","

    def __post_init__(self) -> None:
        """Refuse a separator that is none."""
        wanted("set separator", self.separator, str)

    def judge(self, problem: Problem, answer: str, target: str) -> Score:
        """Score an answer."""
        given = set(members(answer, self.separator))
        right = set(members(target, self.separator))
        if not given:
            return Score.unparsed("it has no members") if right else Score.of(True)
        both = len(given & right)
        return Score.part(2 * both / (len(given) + len(right)), _told(given, right))


def _told(given: set[str], right: set[str]) -> str:
    missing, more = sorted(right - given), sorted(given - right)
    told = [f"missing: {', '.join(missing)}"[:200]] if missing else []
    return "; ".join([*told, *([f"too many: {', '.join(more)}"[:200]] if more else [])])
