"""A chain that is already made, changed wherever inside of it something fits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from functools import partial
from typing import Any

from reasoning_chains.errors import UserMistake
from reasoning_chains.toolbox import Tool, Toolbox

__all__ = ["rebuilt", "with_tools"]


def with_tools(chain: Any, tools: tuple[Tool | Toolbox | str, ...], said: str) -> Any:
    """Give tools to a chain, or to the chains inside of it that take some.

    `said` is the option by which the tools were named, for the error.

    Raises:
        UserMistake: None takes tools.
    """
    made = rebuilt(chain, partial(_given, tools))
    if made is chain:
        raise UserMistake(
            f"{said} has no use here: {type(chain).__name__} takes no tools. Take the chain react"
        )
    return made


def _given(tools: tuple[Tool | Toolbox | str, ...], chain: Any) -> Any:
    names = {field.name for field in fields(chain)}
    if "tools" in names:
        return replace(chain, tools=(*chain.tools, *tools))
    if "answerer" in names and chain.answerer is None and len(tools) == 1:
        return replace(chain, answerer=tools[0])
    return chain


def rebuilt(chain: Any, change: Callable[[Any], Any]) -> Any:
    """Change a chain and all chains inside of it, the inner ones first; the same where none is."""
    if not is_dataclass(chain) or isinstance(chain, type | Tool):
        return chain
    changed: dict[str, Any] = {}
    for field in fields(chain):
        value = getattr(chain, field.name)
        if isinstance(value, tuple):
            made = tuple(rebuilt(each, change) for each in value)
            if any(new is not old for new, old in zip(made, value, strict=True)):
                changed[field.name] = made
        elif (new := rebuilt(value, change)) is not value:
            changed[field.name] = new
    return change(replace(chain, **changed) if changed else chain)
