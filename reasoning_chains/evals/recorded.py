"""A text that was recorded elsewhere as a solution, for scoring it anew; it asks no model."""

from __future__ import annotations

from reasoning_chains.reading import answered
from reasoning_chains.solution import Solution, StopReason
from reasoning_chains.types import Problem

__all__ = ["recorded_solution"]


def recorded_solution(
    problem: Problem, text: str, *, cut: bool = False, pick: str = "last"
) -> Solution:
    """Read a problem's answer out of a recorded reply.

    Args:
        problem: What was asked.
        text: The reply.
        cut: Whether it ended by its length; then nothing half is read.
        pick: Which announced answer counts, `first` or `last`.
    """
    from reasoning_chains.answers.cut import complete_part

    readable = complete_part(text, problem.kind) if cut else text
    reply = answered(problem, readable, pick)
    unread: StopReason = "length" if cut else "unparsed"
    reason: StopReason = "answered" if reply.answer is not None else unread
    return Solution(reply.answer, text, stop_reason=reason, value=reply.value)
