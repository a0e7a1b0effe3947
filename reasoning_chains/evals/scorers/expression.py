"""Scores formulas: by a light normal form, else by math-verify where it is installed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reasoning_chains.answers.equivalence import equivalent
from reasoning_chains.evals.score import Rule, Score

if TYPE_CHECKING:
    from reasoning_chains.types import Problem

__all__ = ["Expression"]


@dataclass(frozen=True, slots=True)
class Expression(Rule):
    r"""The same value: 1/2, 0.5 and \\frac{1}{2} are one, and so are x = 5 and 5."""

    def judge(self, problem: Problem, answer: str, target: str) -> Score:
        """Score an answer."""
        if not answer.strip():
            return Score.unparsed("it is empty")
        return Score.of(equivalent(answer, target, "expression"))
