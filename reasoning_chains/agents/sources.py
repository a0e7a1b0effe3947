"""The tools that an agent's file names, opened; it calls none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reasoning_chains.agents.card import Server
from reasoning_chains.agents.worker import worker
from reasoning_chains.content import Library, is_there
from reasoning_chains.names import TOOLS, open_tool
from reasoning_chains.project_code import project_object
from reasoning_chains.toolbox import Tool, Toolbox
from reasoning_chains.tools.decorator import as_tool
from reasoning_chains.tools.mcp import McpServer

__all__ = ["opened"]

_AGENT = "agent:"


def opened(
    names: Sequence[str | Server], folder: Path, library: Library
) -> tuple[Tool | Toolbox | str, ...]:
    """Open the tools; paths begin at the agent's folder, modules at the project's.

    Raises:
        UnknownName: A tool or an agent is not there.
        UserMistake: A module or a function is not there.
    """
    return tuple(_opened(name, folder, library) for name in names)


def _opened(name: str | Server, folder: Path, library: Library) -> Tool | Toolbox | str:
    if isinstance(name, Server):
        return McpServer(name.command, name.env, name.url, only=name.only)
    if name.startswith(_AGENT):
        return worker(name.removeprefix(_AGENT), library.roots[0])
    kind, _, rest = name.partition(":")
    if kind in TOOLS:
        if rest and is_there(folder / rest):
            return open_tool(f"{kind}:{folder / rest}")
        return open_tool(name)
    made: Tool | Toolbox = as_tool(project_object(name, library.roots[0]))
    return made
