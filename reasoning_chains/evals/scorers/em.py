"""Scores words by exact match after SQuAD's normalising."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reasoning_chains.answers.squad import squad_normal
from reasoning_chains.evals.score import Rule, Score
from reasoning_chains.evals.scorers.accepted import accepted

if TYPE_CHECKING:
    from reasoning_chains.types import Problem

__all__ = ["ExactMatch"]


@dataclass(frozen=True, slots=True)
class ExactMatch(Rule):
    """The same words but for case, articles and punctuation (Rajpurkar et al., arXiv:1606.05250).

    A target that is a JSON list names several right answers.
    """

    def reference(self, problem: Problem, target: str) -> str | None:
        """Give the first of the right answers."""
        return accepted(target)[0]

    def judge(self, problem: Problem, answer: str, target: str) -> Score:
        """Score an answer."""
        given = squad_normal(answer)
        if not given and not answer.strip():
            return Score.unparsed("it is empty")
        return Score.of(given in [squad_normal(one) for one in accepted(target)])
