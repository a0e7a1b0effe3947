"""Which tools a run has: all sources made one list, and of many those that suit the question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from reasoning_chains.errors import UserMistake, wanted
from reasoning_chains.names import open_tool
from reasoning_chains.ranking import Index
from reasoning_chains.toolbox import Tool, Toolbox
from reasoning_chains.tools.langchain import LangChainTool, foreign, tool_of
from reasoning_chains.waiting import in_thread, together

__all__ = ["gathered", "relevant"]


def relevant(tools: Sequence[Tool], question: str, most: int) -> tuple[Tool, ...]:
    """Keep the `most` tools that suit a question best, in the order in which they were given.

    They are found by BM25 over name, description and arguments, as tools are retrieved in ToolLLM
    (arXiv:2307.16789) and AnyTool (arXiv:2402.04253).
    """
    if len(tools) <= most:
        return tuple(tools)
    best = Index([_told(tool) for tool in tools]).best(question, most)
    return tuple(tools[place] for place in sorted(place for place, _ in best))


def _told(tool: Tool) -> str:
    return " ".join((_parted(tool.name), tool.description, *map(_parted, tool.inputs)))


def _parted(name: str) -> str:
    """Part a name at its capitals: `sendMail` has two words."""
    return "".join(_with_blanks(name))


def _with_blanks(name: str) -> Iterator[str]:
    before = ""
    for char in name:
        if char.isupper() and before.islower():
            yield " "
        yield char
        before = char


async def gathered(sources: Sequence[Tool | Toolbox | LangChainTool | str]) -> tuple[Tool, ...]:
    """Give all tools of some sources: tools, toolboxes that are asked for theirs, and names.

    Raises:
        UserMistake: Two tools have one name, or a source is none.
        UnknownName: A name is not in the table of tools.
    """
    found = await together([_tools_of(source) for source in sources])
    tools = tuple(tool for some in found for tool in some)
    taken: set[str] = set()
    for tool in tools:
        if tool.name.casefold() in taken:
            raise UserMistake(
                f"two tools are called {tool.name}: leave one out, or rename it with "
                "@tool(name=…); of an MCP server, take others with only=(…)"
            )
        taken.add(tool.name.casefold())
    return tools


async def _tools_of(source: Tool | Toolbox | LangChainTool | str) -> Sequence[Tool]:
    if isinstance(source, Tool):
        return (source,)
    if isinstance(source, str):
        return (await in_thread(partial(open_tool, source)),)
    theirs: Any = source
    if isinstance(source, foreign()):
        return (tool_of(theirs),)
    if not isinstance(source, Toolbox):
        raise UserMistake(
            f"a tool, a toolbox or a name is wanted, found {source!r}: decorate a function with "
            "@tool, or name a bundled tool such as calculator"
        )
    tools = tuple(await source.tools())
    for tool in tools:
        wanted(f"each of the tools of {type(source).__name__}", tool, Tool)
    return tools
