"""The bundled calculator: one expression to its value, worked out in the sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from reasoning_chains.toolbox import Tool, ToolFailed
from reasoning_chains.tools.given import only_text, text_of
from reasoning_chains.waiting import in_thread

__all__ = ["calculator"]

_ERROR = "error: "


def calculator() -> Tool:
    """Make the tool `calculator`, whose one argument is `expression`."""
    parameters = only_text("expression")
    return Tool("calculator", "Works out an expression.", parameters, _worked_out, seconds=10.0)


async def _worked_out(arguments: Mapping[str, Any]) -> str:
    """Give the value; what cannot be worked out is told the model.

    Raises:
        ToolFailed: It is no expression, or has no value.
        SandboxUnavailable: There is no sandbox to work it out in.
    """
    from reasoning_chains.sandbox.calculator import calculator as work_out

    worked = await in_thread(partial(work_out, text_of(arguments, "expression")))
    if worked.startswith(_ERROR):
        raise ToolFailed(worked.removeprefix(_ERROR))
    return worked
