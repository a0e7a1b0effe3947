"""Scores the letter of an option; an option's own text stands for its letter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reasoning_chains.answers.extract import extract_answer
from reasoning_chains.evals.score import Rule, Score

if TYPE_CHECKING:
    from reasoning_chains.types import Problem

__all__ = ["Choice"]


@dataclass(frozen=True, slots=True)
class Choice(Rule):
    """The same option: (B), b and the text of option B are one."""

    def judge(self, problem: Problem, answer: str, target: str) -> Score:
        """Score an answer."""
        given, wanted = _letter(problem, answer), _letter(problem, target)
        if given is None:
            return Score.unparsed("it names no option")
        if wanted is None:
            return Score.of(False, "the target names no option")
        return Score.of(given == wanted)


def _letter(problem: Problem, text: str) -> str | None:
    """Read the letter; of a problem that lists its options, one that it has."""
    if problem.choices:
        bare = [choice.strip() for choice in problem.choices]
        if text.strip() in bare:
            return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[bare.index(text.strip())]
    found = extract_answer(text, "choice", problem.choices)
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[len(problem.choices) - 1] if problem.choices else "Z"
    return found if found is not None and found <= last else None
