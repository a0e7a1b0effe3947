"""One call of a tool: approved, limited in time and size; failures are told, not raised."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from reasoning_chains.budget import Account
from reasoning_chains.errors import BudgetSpent, ReasoningChainsError, near
from reasoning_chains.failing import Told
from reasoning_chains.toolbox import Tool, ToolFailed
from reasoning_chains.waiting import in_thread

__all__ = ["Observation", "acting", "arguments_of", "call_tool", "caller", "within"]

_T = TypeVar("_T")

caller: ContextVar[Any] = ContextVar("reasoning_chains_caller")
"""The run that calls a tool: an agent that is called works within its budget and trace."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What came of a call, as the model is told it; `failed` marks that no result came."""

    text: str
    failed: bool = False


def arguments_of(tool: Tool, written: str) -> Mapping[str, Any]:
    """Read arguments that a model wrote: a JSON object, else the text of the only argument.

    Raises:
        ToolFailed: They are neither.
    """
    text = written.strip()
    inputs = tool.inputs
    if not text and not inputs:
        return {}
    found = _json_object(text)
    if found is not None and (len(inputs) != 1 or set(found) <= set(inputs)):
        return found
    if len(inputs) == 1:
        return {inputs[0]: _unquoted(text)}
    raise ToolFailed(f"{tool.name} takes its arguments as a JSON object: {tool.shape}")


def _json_object(text: str) -> dict[str, Any] | None:
    if not text.startswith("{"):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _unquoted(text: str) -> str:
    for mark in "\"'":
        if len(text) > 1 and text[0] == text[-1] == mark and mark not in text[1:-1]:
            return text[1:-1]
    return text


@contextmanager
def acting(run: Any) -> Iterator[None]:
    """Let a tool that is called in this block find the run that calls it."""
    token = caller.set(run)
    try:
        yield
    finally:
        caller.reset(token)


async def within(account: Account, work: Coroutine[Any, Any, _T], deed: str = "") -> _T:
    """Take a step of the budget and await the work within its time; `deed` tells what is done.

    Raises:
        BudgetSpent: No step is left, the same was done too often, or the time is over.
    """
    try:
        account.take_step(deed)
    except BudgetSpent:
        work.close()
        raise
    async with account.in_time():
        return await work


async def call_tool(
    account: Account,
    tools: Sequence[Tool],
    name: str,
    written: str | Mapping[str, Any],
    path: tuple[str | int, ...] = (),
) -> Observation:
    """Call the tool of a name, within the time of the budget and its own.

    `path` is that of the run: what one voter does is no repetition of what another did.

    Raises:
        BudgetSpent: No step is left, or the time is over.
    """
    told = written if isinstance(written, str) else json.dumps(written, default=str, sort_keys=True)
    deed = "" if name == "ask_user" else f"{name}[{told}] {path}"
    return await within(account, _called(tools, name, written), deed)


def _named(tools: Sequence[Tool], name: str) -> Tool:
    folded = name.strip().casefold()
    for tool in tools:
        if tool.name.casefold() == folded:
            return tool
    for tool in tools:  # marks of bold text around an action were left out
        if tool.name.casefold().strip("_") == folded.strip("_"):
            return tool
    known = [tool.name for tool in tools]
    raise ToolFailed(f"there is no tool {name[:60]!r}: {near(name, known)}")


async def _called(
    tools: Sequence[Tool], name: str, written: str | Mapping[str, Any]
) -> Observation:
    longest = 2_000
    try:
        tool = _named(tools, name)
        longest = tool.longest
        arguments = arguments_of(tool, written) if isinstance(written, str) else written
        if not await _approved(tool, arguments):
            return Observation(f"{tool.name} was not approved: go on without it", failed=True)
        return Observation(_capped(await _timed(tool, arguments), longest))
    except ToolFailed as failure:
        return Observation(_capped(str(failure), longest), failed=True)


async def _timed(tool: Tool, arguments: Mapping[str, Any]) -> str:
    clock = asyncio.timeout(tool.seconds)
    try:
        async with clock:
            with Told(tool.name, ReasoningChainsError, TimeoutError):
                return await tool.call(arguments)
    except TimeoutError:
        if not clock.expired():
            raise ToolFailed(f"{tool.name} failed: its own time was over") from None
        raise ToolFailed(f"{tool.name} gave no result in {tool.seconds:g} s") from None


async def _approved(tool: Tool, arguments: Mapping[str, Any]) -> bool:
    if tool.approve is None:
        return True
    with Told(f"the approval of {tool.name}"):  # it may trip over arguments that are missing
        said = await in_thread(partial(tool.approve, tool.name, arguments))
        return bool(await said if inspect.isawaitable(said) else said)


def _capped(text: str, longest: int) -> str:
    """Cut what is too long; halves of surrogate pairs, which are no text, become question marks."""
    text = text.encode(errors="replace").decode()
    if len(text) <= longest:
        return text
    return f"{text[:longest]}… (cut: {len(text):,} characters)"
