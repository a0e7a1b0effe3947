"""The one argument of a bundled tool: its schema, and what a model gave for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reasoning_chains.errors import near
from reasoning_chains.toolbox import ToolFailed
from reasoning_chains.types import Json

__all__ = ["only_text", "text_of"]


def only_text(name: str) -> Mapping[str, Json]:
    """Give the JSON schema of one text, as small models were trained to read it."""
    return {"type": "object", "properties": {name: {"type": "string"}}, "required": [name]}


def text_of(arguments: Mapping[str, Any], name: str) -> str:
    """Give the one text among the arguments, without blanks around it.

    Raises:
        ToolFailed: It is missing, empty or no text, or something else was given.
    """
    for odd in arguments:
        if odd != name:
            raise ToolFailed(f"there is no argument {odd[:60]}: {near(odd, [name])}")
    value = arguments.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        raise ToolFailed(f"{name} is missing: a text is wanted")
    return value.strip()
