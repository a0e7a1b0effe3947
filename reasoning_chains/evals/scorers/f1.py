"""Scores words by how many of them the answer and the target share."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reasoning_chains.answers.squad import squad_normal
from reasoning_chains.evals.score import Rule, Score
from reasoning_chains.evals.scorers.accepted import accepted

if TYPE_CHECKING:
    from reasoning_chains.types import Problem

__all__ = ["F1", "f1"]

_WHOLE = ("yes", "no", "noanswer")
"""Answers that share no word with any other: as the evaluation of HotpotQA has it."""


@dataclass(frozen=True, slots=True)
class F1(Rule):
    """F1 over SQuAD-normalised words, with the best of the right answers (arXiv:1606.05250).

    The value is F1; only all the words, and no other, are right.
    """

    def reference(self, problem: Problem, target: str) -> str | None:
        """Give the first of the right answers."""
        return accepted(target)[0]

    def judge(self, problem: Problem, answer: str, target: str) -> Score:
        """Score an answer."""
        if not answer.strip():
            return Score.unparsed("it is empty")
        return Score.part(max(f1(answer, one) for one in accepted(target)))


def f1(answer: str, target: str) -> float:
    """Give the harmonic mean of precision and recall over words."""
    left, right = squad_normal(answer), squad_normal(target)
    if left == right:
        return 1.0
    if left in _WHOLE or right in _WHOLE:
        return 0.0
    given, wanted = left.split(), right.split()
    shared = sum((Counter(given) & Counter(wanted)).values())
    return 2 * shared / (len(given) + len(wanted))
