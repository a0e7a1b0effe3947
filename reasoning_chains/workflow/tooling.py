"""The tools of a workflow, opened and held against its steps; it calls none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from jinja2 import meta

from reasoning_chains.errors import TemplateMistake, UserMistake
from reasoning_chains.toolbox import Tool, Toolbox
from reasoning_chains.tools.choosing import gathered
from reasoning_chains.waiting import together
from reasoning_chains.workflow.checking import steps_of
from reasoning_chains.workflow.tags import options_of

if TYPE_CHECKING:
    from reasoning_chains.tools.langchain import LangChainTool
    from reasoning_chains.workflow.flow import Flow

__all__ = ["tools_of"]


async def tools_of(
    flow: Flow, given: Sequence[Tool | Toolbox | LangChainTool | str]
) -> dict[str, Tool]:
    """Open the tools that the steps name, beside those that were given.

    Raises:
        UnknownName: One that a step names is neither given nor bundled.
        UserMistake: No step calls one that was given.
    """
    flow.check()
    sources = await together([gathered([source]) for source in given])
    found = {tool.name: tool for tool in await gathered([one for made in sources for one in made])}
    named = dict(_named(flow))
    if not _is_open(flow):
        for tools in sources:
            _check_use(flow, tools, named)
    for name, place in named.items():
        if name not in found:
            try:
                (found[name],) = await gathered([name])
            except UserMistake as error:
                told = f"{place}: {error}; or give it: Workflow(…, tools=[…])"
                raise TemplateMistake(told) from None
    return found


def _named(flow: Flow) -> Iterator[tuple[str, str]]:
    """Give the tools that steps name, and where."""
    for file, tree in flow.files():
        for step in steps_of(tree):
            tool = options_of(step).get("tool")
            if tool is not None:
                yield str(tool.as_const()), f"{file}, line {step.lineno}"


def _is_open(flow: Flow) -> bool:
    """Tell whether a file is named by a variable: its steps may call anything."""
    return any(None in meta.find_referenced_templates(tree) for _, tree in flow.files())


def _check_use(flow: Flow, tools: Sequence[Tool], named: Iterable[str]) -> None:
    """Refuse a tool, or a whole toolbox, that no step calls."""
    known = set(named)
    if not tools or known.intersection(tool.name for tool in tools):
        return
    name = tools[0].name
    what = f"step that calls the tool {name}" if len(tools) == 1 else "step that calls its tools"
    raise UserMistake(
        f"tools: workflow {flow.name!r} has no {what}: write "
        f'{{% step …, tool="{name}" %}}, or leave it out; {_called(known)}{_chains(flow)}'
    )


def _called(known: Iterable[str]) -> str:
    told = ", ".join(sorted(known)[:20])
    return f"its steps call {told}" if told else "its steps call none"


def _chains(flow: Flow) -> str:
    """Say where the tools of a step's chain are written: a workflow's do not reach it."""
    steps = (step for _, tree in flow.files() for step in steps_of(tree))
    if any("chain" in options_of(step) for step in steps):
        return "; a chain of a step names its own: chain=\"react(('calculator',))\""
    return ""
