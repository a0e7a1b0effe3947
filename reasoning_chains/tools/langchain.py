"""A LangChain tool as one of the library's; LangChain is never loaded before its caller did."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from reasoning_chains.failing import Told
from reasoning_chains.toolbox import Tool, ToolFailed
from reasoning_chains.tools.results import as_text

__all__ = ["LangChainTool", "foreign", "tool_of"]


class LangChainTool(Protocol):
    """What a type checker knows of LangChain's `BaseTool`, installed or not."""

    name: str
    description: str

    async def ainvoke(self, input: Any, config: Any = None, **kwargs: Any) -> Any:
        """Call it."""


def foreign() -> tuple[type, ...]:
    """Give the class of LangChain's tools, or nothing where nobody can have made one."""
    module = sys.modules.get("langchain_core.tools.base")
    kind = getattr(module, "BaseTool", None)
    return (kind,) if kind is not None else ()


def tool_of(tool: LangChainTool) -> Tool:
    """Make a tool of a LangChain tool, with its name, description and arguments.

    A `ToolException` is told the model in its own words, other errors with their names.

    Raises:
        UserMistake: Its name is one that no model could write.
    """
    from langchain_core.utils.function_calling import convert_to_openai_tool

    theirs: Any = tool
    function = convert_to_openai_tool(theirs)["function"]
    nothing: dict[str, Any] = {"type": "object", "properties": {}}
    parameters = function.get("parameters") or nothing
    return Tool(tool.name, tool.description, parameters, _Call(tool))


@dataclass(frozen=True, slots=True)
class _Call:
    """Calls the tool by its async side, which runs a sync tool in a thread."""

    tool: LangChainTool

    async def __call__(self, arguments: Mapping[str, Any]) -> str:
        from langchain_core.tools import ToolException
        from pydantic import ValidationError

        with Told(self.tool.name):
            try:
                return _written(await self.tool.ainvoke(dict(arguments)))
            except ToolException as error:
                raise ToolFailed(str(error)) from error
            except ValidationError as error:
                told = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
                raise ToolFailed("; ".join(told[:5])) from error


def _written(given: Any) -> str:
    """Write a result; of blocks of text, the text."""
    if isinstance(given, list) and given and all(map(_is_text, given)):
        return "".join(str(each["text"]) for each in given)
    return as_text(given)


def _is_text(block: Any) -> bool:
    return isinstance(block, Mapping) and block.get("type") == "text" and "text" in block
