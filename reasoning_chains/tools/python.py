"""The bundled tool that runs a program in the sandbox; it knows not which interpreter runs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reasoning_chains.toolbox import Tool, ToolFailed
from reasoning_chains.tools.given import only_text, text_of
from reasoning_chains.tools.results import as_text

__all__ = ["python"]


def python() -> Tool:
    """Make the tool `python`, whose one argument is `code`.

    It gives what the program printed, and the value that it ended with.
    """
    description = "Runs a Python program and gives what it prints."
    return Tool("python", description, only_text("code"), _run)


async def _run(arguments: Mapping[str, Any]) -> str:
    from reasoning_chains.sandbox import arun

    result = await arun(text_of(arguments, "code"))
    value = "" if result.value is None else as_text(result.value)
    printed = result.stdout.rstrip()
    if result.status != "ok":
        error = result.error.strip() or f"the program ended with {result.status}"
        raise ToolFailed("\n".join(part for part in (printed, error) if part))
    return "\n".join(part for part in (printed, value) if part) or as_text(None)
