"""Scores expressions that must make 24 of four numbers, by exact rational arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from typing import TYPE_CHECKING

from reasoning_chains.answers.rational import makes, work_out
from reasoning_chains.errors import ranged
from reasoning_chains.evals.score import Rule, Score

if TYPE_CHECKING:
    from reasoning_chains.types import Problem

__all__ = ["Game24", "solved"]

_Worked = tuple[Fraction, str]
_MOST = 6


@dataclass(frozen=True, slots=True)
class Game24(Rule):
    """Make a total of the target's numbers, each used once (Yao et al. 2023, arXiv:2305.10601).

    The target of an item is its numbers: "4 5 6 10".

    Args:
        total: What they must make.
    """

    total: int = 24

    def __post_init__(self) -> None:
        """Refuse a total that is no whole number."""
        ranged("game24 total", self.total, int, -(10**6), 10**6)

    def reference(self, problem: Problem, target: str) -> str | None:
        """Find a way; where there is none, the target itself, which is then rejected."""
        numbers = _numbers(target)
        return (solved(numbers, self.total) or target) if numbers else target

    def judge(self, problem: Problem, answer: str, target: str) -> Score:
        """Score an answer."""
        numbers = _numbers(target)
        if not numbers:
            return Score.of(False, "the target must be numbers between spaces, such as 4 5 6 10")
        if makes(answer, numbers, self.total):
            return Score.of(True)
        lines = answer.strip().splitlines() or [""]
        line = lines[-1].removeprefix("Answer:").removeprefix("answer:")
        worked = work_out(line.split("=")[0])
        if worked is None:
            return Score.unparsed("it is no sum or product of whole numbers")
        if worked.value == self.total:
            return Score.of(False, "it does not use each number once")
        return Score.of(False, f"it makes {worked.value}")


def _numbers(target: str) -> list[int]:
    words = target.split()
    fit = 0 < len(words) <= _MOST and all(word.isascii() and word.isdecimal() for word in words)
    return [int(word) for word in words] if fit else []


def solved(numbers: list[int], total: int = 24) -> str | None:
    """Find an expression that makes the total of the numbers, or None where there is none."""
    return _found([(Fraction(number), str(number)) for number in numbers], Fraction(total))


def _found(left: list[_Worked], total: Fraction) -> str | None:
    if len(left) == 1:
        value, text = left[0]
        return text if value == total else None
    for first, second in permutations(range(len(left)), 2):
        rest = [worked for place, worked in enumerate(left) if place not in (first, second)]
        for joined in _joined(left[first], left[second]):
            found = _found([*rest, joined], total)
            if found is not None:
                return found
    return None


def _joined(one: _Worked, other: _Worked) -> list[_Worked]:
    (a, left), (b, right) = one, other
    made = [
        (a + b, f"({left} + {right})"),
        (a - b, f"({left} - {right})"),
        (a * b, f"{left} * {right}"),
    ]
    return [*made, (a / b, f"({left} / ({right}))")] if b else made
