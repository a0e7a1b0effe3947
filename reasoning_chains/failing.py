"""Turns what somebody else's code raises into words for the model; it knows no tool."""

from __future__ import annotations

import asyncio
from typing import Self

from reasoning_chains.errors import BudgetSpent
from reasoning_chains.toolbox import ToolFailed

__all__ = ["Told", "innermost"]

_PASSING: tuple[type[BaseException], ...] = (
    ToolFailed,
    BudgetSpent,
    KeyboardInterrupt,
    GeneratorExit,
    asyncio.CancelledError,
)


class Told:
    """A block whose errors become a `ToolFailed` that names their type and message.

    Cancellation, Ctrl-C, a spent budget and a `ToolFailed` pass as they are. So do the errors of
    the types in `let_pass`.
    """

    def __init__(self, whose: str, *let_pass: type[BaseException]) -> None:
        self.whose = whose
        self.passing = (*_PASSING, *let_pass)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None or isinstance(error, self.passing):
            return
        found = innermost(error)
        text = str(found).strip()
        name = type(found).__name__
        raise ToolFailed(f"{self.whose} failed: {name}{text and ': ' + text}") from error


def innermost(error: BaseException) -> BaseException:
    """Open groups of errors, down to the first: the group's own name tells nothing."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
