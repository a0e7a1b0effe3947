"""Scores sequences of actions, such as SCAN's, in any of the ways in which they are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reasoning_chains.answers.commands import expand
from reasoning_chains.evals.score import Rule, Score

if TYPE_CHECKING:
    from reasoning_chains.types import Problem

__all__ = ["Actions"]

_SIGNS = ".,;:*_`()[]"


@dataclass(frozen=True, slots=True)
class Actions(Rule):
    """The same actions in the same order (Lake & Baroni 2018, arXiv:1711.00350).

    I_TURN_LEFT, TURN_LEFT and TURN LEFT are one; so is repetition as least-to-most prompting has
    it, `"WALK" * 2 + "TURN_LEFT"` (arXiv:2205.10625).
    """

    def judge(self, problem: Problem, answer: str, target: str) -> Score:
        """Score an answer."""
        given, right = _actions(answer), _actions(target)
        if not given:
            return Score.unparsed("it names no actions")
        if given == right:
            return Score.of(True)
        return Score.of(False, f"{len(given)} words of actions, {len(right)} are right")


def _actions(text: str) -> list[str]:
    """Give the words of the actions in capitals, without SCAN's I and its low lines."""
    expanded = expand(text) if any(quote in text for quote in "\"'") else None
    words = (" ".join(expanded) if expanded is not None else text).split()
    bare = (word.strip(_SIGNS).upper().removeprefix("I_") for word in words)
    return " ".join(word.replace("_", " ") for word in bare).split()
