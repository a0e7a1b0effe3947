"""An agent as a tool of another: it works within the caller's budget and trace."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reasoning_chains.acting import caller
from reasoning_chains.chains.on import On
from reasoning_chains.errors import UnknownName
from reasoning_chains.toolbox import Tool, ToolFailed
from reasoning_chains.tools.given import only_text, text_of
from reasoning_chains.types import Problem

if TYPE_CHECKING:
    from reasoning_chains.agents.agent import Agent
    from reasoning_chains.chain import Chain
    from reasoning_chains.run import Run

__all__ = ["worker"]

_SECONDS = 3600.0
"""How long a worker may take where no budget says less."""


def worker(name: str, project: Path) -> Tool:
    """Make a tool of an agent, which is read when it is called: agents may name one another.

    Raises:
        UnknownName: There is no such agent.
    """
    from reasoning_chains.agents.agent import agent_names
    from reasoning_chains.agents.card import read_card
    from reasoning_chains.content import Library

    path = Library.of(project).find("agents", f"{name}/agent.yaml")
    if path is None:
        raise UnknownName("agent", name, agent_names(project))
    call = partial(_call, _Lazy(name, project))
    described = read_card(path).description
    return Tool(name, described, only_text("question"), call, seconds=_SECONDS)


class _Lazy:
    """An agent that is read when it is first called, and then kept with its tools."""

    def __init__(self, name: str, project: Path) -> None:
        self.name, self._project = name, project
        self._agent: Agent | None = None

    def agent(self) -> Agent:
        from reasoning_chains.agents.agent import load_agent

        if self._agent is None:
            self._agent = load_agent(self.name, self._project)
        return self._agent


async def _call(lazy: _Lazy, arguments: Mapping[str, Any]) -> str:
    name = lazy.name
    question = text_of(arguments, "question")
    run: Run = caller.get()
    label = f"agent {name}"
    if label in run.path or name in run.path:
        raise ToolFailed(f"{name} is at work on this question already: answer without it")
    agent = lazy.agent()
    chain: Chain = agent if agent.backend is None else On(agent, agent.backend)
    found = await run.solve(chain, Problem(question), label)
    if found.answer is None:
        raise ToolFailed(f"{name} found no answer ({found.stop_reason}): {found.text[:300]}")
    return found.answer
