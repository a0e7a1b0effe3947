"""Scores numbers by their exact value, or within a tolerance that is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from reasoning_chains.answers.equivalence import equivalent, vote_key
from reasoning_chains.errors import ranged
from reasoning_chains.evals.score import Rule, Score

if TYPE_CHECKING:
    from reasoning_chains.types import Problem

__all__ = ["Number"]

_PLAIN = 18
"""Digits of a whole number that needs no reader."""


@dataclass(frozen=True, slots=True)
class Number(Rule):
    """The same number: 1/2 is 0.5, and 1,000 is 1000.

    Args:
        tolerance: How far the answer may be from the target.
        relative: How far, as a share of the target; the wider of the two counts.
    """

    tolerance: float = 0.0
    relative: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a tolerance that is none."""
        ranged("number tolerance", self.tolerance, float, 0)
        ranged("number relative", self.relative, float, 0, 1)

    def judge(self, problem: Problem, answer: str, target: str) -> Score:
        """Score an answer."""
        given, wanted = _value(answer), _value(target)
        if given is None:
            return Score.unparsed("it is no number")
        if wanted is None:
            return Score.of(False, "the target is no number")
        plain = _is_plain(answer) and _is_plain(target)
        if given == wanted or (not plain and equivalent(answer, target, "number")):
            return Score.of(True)
        allowed = max(Fraction(self.tolerance), Fraction(self.relative) * abs(wanted))
        return Score.of(bool(allowed) and abs(given - wanted) <= allowed)


def _is_plain(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdecimal() and len(digits) <= _PLAIN


def _value(text: str) -> Fraction | None:
    if _is_plain(text):
        return Fraction(int(text))  # most are so, and the reader of all others takes long
    try:
        return Fraction(vote_key(text, "number"))
    except (ValueError, ZeroDivisionError):
        return None
