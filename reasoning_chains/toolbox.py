"""A tool as data: what a model is told of it, and how it is called; it knows no chain."""

from __future__ import annotations

import json
import string
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, runtime_checkable

from reasoning_chains.errors import UserMistake, ranged, wanted
from reasoning_chains.types import Json, ToolSpec

__all__ = ["Approve", "Tool", "ToolFailed", "Toolbox"]

Approve: TypeAlias = Callable[[str, Mapping[str, Any]], bool | Awaitable[bool]]
"""Asked with the tool's name and the arguments, before the call; False forbids it."""

_NAME = frozenset(string.ascii_letters + string.digits + "_-")


class ToolFailed(Exception):
    """A call that gave no result; its text goes to the model as the observation."""


@dataclass(frozen=True, slots=True)
class Tool:
    """Something that a model may call; `@tool` makes one of a function.

    Args:
        name: Letters, digits, `_` and `-`, at most 64.
        description: What it does, for the model.
        parameters: The JSON schema of its arguments, an object.
        call: Takes the arguments and gives the result as text; a `ToolFailed` is told the model.
        approve: Asked before each call, where there must be a yes.
        seconds: How long a call may take.
        longest: How many characters of a result the model is shown.
    """

    name: str
    description: str
    parameters: Mapping[str, Json]
    call: Callable[[Mapping[str, Any]], Awaitable[str]]
    approve: Approve | None = None
    seconds: float = 30.0
    longest: int = 8_000

    def __post_init__(self) -> None:
        """Refuse a name that no model could write, and limits that cannot be."""
        wanted("name of a tool", self.name, str)
        if not 0 < len(self.name) <= 64 or not set(self.name) <= _NAME:
            raise UserMistake(
                f"a tool is called {self.name[:70]!r}: write 1 to 64 letters, digits, _ or -"
            )
        ranged(f"tool {self.name} seconds", self.seconds, float, 0.001)
        ranged(f"tool {self.name} longest", self.longest, int, 1)

    @property
    def spec(self) -> ToolSpec:
        """What a backend with native tool calls is told."""
        return ToolSpec(self.name, self.description, self.parameters)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of its arguments, in order."""
        properties = self.parameters.get("properties")
        return tuple(properties) if isinstance(properties, Mapping) else ()

    @property
    def optional(self) -> tuple[str, ...]:
        """The names of those arguments that may be left out, in order."""
        required = self.parameters.get("required")
        needed = required if isinstance(required, Sequence) else ()
        return tuple(name for name in self.inputs if name not in needed)

    @property
    def shape(self) -> str:
        """How a call is written as text: `name[argument]`, or with a JSON object of several."""
        if len(self.inputs) < 2:
            return f"{self.name}[{''.join(self.inputs)}]"
        return f"{self.name}[{{{', '.join(f'{json.dumps(name)}: …' for name in self.inputs)}}}]"


@runtime_checkable
class Toolbox(Protocol):
    """Something that holds tools which it must be asked for, such as an MCP server."""

    async def tools(self) -> Sequence[Tool]:
        """Give the tools that it holds now."""
