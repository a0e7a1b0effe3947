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
    small, here = lower(fold(text)), 0
    for line in small.split("\n") if _may_tell(small) else ():
        if line and _may_tell(line):
            bare = line.strip(_SIGNS)
            if bare.startswith(_ENDS):
                return None
            if any(mark in bare[:40] for mark in _MARKS):
                written = text[here : here + len(line)]
                question = written[line.find(":") + 1 :].strip(_SIGNS + "\r")
                if question:
                    return FollowUp(question, here + len(written.rstrip()))
        here += len(line) + 1
    return None


def _may_tell(line: str) -> bool:
    """Pass over most lines at little cost."""
    return (
        "follow" in line
        or "final answer" in line
        or "追问" in line
        or "后续问题" in line
        or "最终答案" in line
    )
