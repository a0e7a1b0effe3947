"""Scores by the problem's own kind: the same answer is the same value, letter, word or formula."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reasoning_chains.answers.boolean import boolean_at
from reasoning_chains.answers.equivalence import equivalent
from reasoning_chains.answers.folding import fold, lower
from reasoning_chains.evals.score import Rule, Score
from reasoning_chains.evals.scorers.choice import Choice
from reasoning_chains.evals.scorers.expression import Expression
from reasoning_chains.evals.scorers.number import Number

if TYPE_CHECKING:
    from reasoning_chains.types import Problem

__all__ = ["Exact"]

_OF_KIND: dict[str, Rule] = {
    "number": Number(),
    "choice": Choice(),
    "expression": Expression(),
}


@dataclass(frozen=True, slots=True)
class Exact(Rule):
    """The same answer, compared as the problem's kind is.

    Args:
        strict: Compare the characters instead, spaces around them apart.
    """

    strict: bool = False

    def judge(self, problem: Problem, answer: str, target: str) -> Score:
        """Score an answer."""
        if self.strict:
            return Score.of(answer.strip() == target.strip())
        if problem.kind in _OF_KIND:
            return _OF_KIND[problem.kind].judge(problem, answer, target)
        if problem.kind == "boolean" and boolean_at(lower(fold(answer)).strip()) is None:
            return Score.unparsed("it is neither yes nor no")
        return Score.of(equivalent(answer, target, problem.kind))
