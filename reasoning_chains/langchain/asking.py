"""What a chat model was given, as content for a backend, and a completion as LangChain has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from langchain_core.messages import BaseMessage

from reasoning_chains.backends.langchain.messages import split_calls
from reasoning_chains.errors import CapabilityMissing, UnknownName, UserMistake, shown
from reasoning_chains.langchain.messages import from_langchain
from reasoning_chains.langchain.shape import tokens
from reasoning_chains.protocols import Backend
from reasoning_chains.types import Completion, Content, Sampling, ToolCall, ToolSpec

__all__ = ["Given", "content_of", "said", "settings_of"]

_SETTINGS = ("temperature", "top_p", "top_k", "max_tokens")
_KNOWN = (*_SETTINGS, "seed", "tools", "tool_choice", "stream")


@dataclass(frozen=True, slots=True)
class Given:
    """What a chat model's call was given."""

    messages: Sequence[BaseMessage]
    stop: Sequence[str] | None
    kwargs: Mapping[str, Any]


def settings_of(model: Any) -> dict[str, Any]:
    """Give the settings of a chat model that are set."""
    found = {name: getattr(model, name) for name in _SETTINGS}
    return {name: value for name, value in found.items() if value is not None}


def content_of(given: Given, settings: Mapping[str, Any], backend: Backend) -> Content:
    """Make what is sent.

    Raises:
        UnknownName: An option of the call is none.
        CapabilityMissing: Tools are offered to a backend that calls none.
    """
    for name in given.kwargs:
        if name not in _KNOWN:
            raise UnknownName("option of a chat model's call", name, _KNOWN)
    own = {name: given.kwargs[name] for name in _SETTINGS if given.kwargs.get(name) is not None}
    stop = tuple(given.stop) if given.stop else None
    sampling = Sampling(**{**settings, **own}, stop=stop).over(backend.defaults)
    tools = _offered(given.kwargs.get("tools") or (), given.kwargs.get("tool_choice"))
    if tools and not backend.capabilities.tools:
        raise CapabilityMissing("calling tools", backend.name, "use a backend whose model can")
    messages = tuple(from_langchain(message) for message in given.messages)
    if not messages:
        raise UserMistake("there are no messages: give at least one to answer")
    return Content(messages, sampling, tools)


def _offered(tools: Sequence[Any], choice: Any) -> tuple[ToolSpec, ...]:
    if choice == "none":
        return ()
    specs = tuple(_spec(tool) for tool in tools)
    if isinstance(choice, Mapping):
        choice = choice.get("function", choice).get("name")
    names = [spec.name for spec in specs]
    if isinstance(choice, str) and choice not in ("auto", "any", "required"):
        if choice not in names:
            raise UnknownName("tool in tool_choice", choice, names)
        return tuple(spec for spec in specs if spec.name == choice)
    return specs


def _spec(tool: Any) -> ToolSpec:
    function = tool.get("function") if isinstance(tool, Mapping) else None
    if not isinstance(function, Mapping) or "name" not in function:
        raise UserMistake(f"a tool is wanted that the model calls by JSON, found {shown(tool)}")
    nothing: dict[str, Any] = {"type": "object", "properties": {}}
    described = str(function.get("description") or "")
    return ToolSpec(function["name"], described, function.get("parameters") or nothing)


def said(completion: Completion, name: str) -> dict[str, Any]:
    """Give what a message holds beside its text."""
    calls = [_identified(call) for call in completion.tool_calls]
    sound, broken = split_calls(calls)
    told: dict[str, Any] = {"finish_reason": completion.finish, "model_name": name}
    if completion.logprobs:
        told["logprobs"] = [(token.token, token.logprob) for token in completion.logprobs]
    thought = completion.reasoning
    return {
        "tool_calls": sound,
        "invalid_tool_calls": broken,
        "additional_kwargs": {"reasoning_content": thought} if thought else {},
        "response_metadata": told,
        "usage_metadata": tokens(completion.usage),
    }


def _identified(call: ToolCall) -> ToolCall:
    """Give a call an id where it has none: its result must name it."""
    return call if call.id else ToolCall(f"call_{uuid4().hex}", call.name, call.arguments)
