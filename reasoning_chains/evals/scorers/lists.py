"""Scores answers that are lists: the same members in the same order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reasoning_chains.errors import wanted
from reasoning_chains.evals.score import Rule, Score
from reasoning_chains.evals.scorers.members import members

if TYPE_CHECKING:
    from reasoning_chains.types import Problem

__all__ = ["Listing"]


@dataclass(frozen=True, slots=True)
class Listing(Rule):
    """The same members in the same order.

    Args:
        separator: What stands between members where they are no JSON list; " " for any spaces.
    """

    separator: str = ","

    def __post_init__(self) -> None:
        """Refuse a separator that is none."""
        wanted("list separator", self.separator, str)

    def judge(self, problem: Problem, answer: str, target: str) -> Score:
        """Score an answer."""
        given, right = members(answer, self.separator), members(target, self.separator)
        if not given and right:
            return Score.unparsed("it has no members")
        if given == right:
            return Score.of(True)
        pairs = enumerate(zip(given, right, strict=False), 1)
        short = min(len(given), len(right)) + 1
        place = next((place for place, (one, other) in pairs if one != other), short)
        return Score.of(False, f"it differs at member {place}")
