"""Reads the follow-up question of a self-ask reply; it answers none."""

from __future__ import annotations

from dataclasses import dataclass

from reasoning_chains.answers.folding import fold, lower

__all__ = ["FollowUp", "read_follow_up"]

_MARKS = ("follow up:", "follow-up:", "followup:", "follow up question:", "追问:", "后续问题:")
_ENDS = ("so the final answer", "the final answer", "final answer", "所以最终答案", "最终答案")
_SIGNS = " \t*_`#>-"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The first follow-up question; `end` is where it ends in the reply.

    Whatever stands behind it, such as an answer that the model made up, is no part of the run.
    """

    question: str
    end: int


def read_follow_up(text: str) -> FollowUp | None:
    """Read the first `Follow up: …` line before the final answer (arXiv:2210.03350)."""
    here = 0
    for line in text.split("\n"):
        bare = lower(fold(line)).strip(_SIGNS)
        if bare.startswith(_ENDS):
            return None
        mark = next((mark for mark in _MARKS if mark in bare[:40]), "")
        if mark:
            colon = fold(line).find(":")
            question = line[colon + 1 :].strip(_SIGNS + "\r")
            if question:
                return FollowUp(question, here + len(line.rstrip()))
        here += len(line) + 1
    return None
