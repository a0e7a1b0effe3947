"""Messages as LangChain has them: ours written as theirs, and their replies read; it asks nothing.

A reply's thinking may be signed or encrypted in ways that only its provider knows. So replies with
tool calls are kept, and go back just as they came.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from reasoning_chains.answers.thinking import split_thinking
from reasoning_chains.errors import BackendError
from reasoning_chains.types import Completion, Content, Finish, Message, ToolCall, Usage

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

__all__ = ["Kept", "calls_of", "read", "reasoning_of", "split_calls", "to_langchain"]

_FINISHES: Mapping[str, Finish] = {
    "length": "length",
    "max_tokens": "length",
    "max_output_tokens": "length",
    "model_length": "length",
    "model_context_window_exceeded": "length",
    "tool_calls": "tool_calls",
    "tool_use": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
    "content_filtered": "content_filter",
    "guardrail_intervened": "content_filter",
    "refusal": "content_filter",
    "safety": "content_filter",
    "recitation": "content_filter",
    "blocklist": "content_filter",
    "prohibited_content": "content_filter",
}
_BYTES_A_TOKEN = 3  # of UTF-8 text; English has about 4, Chinese about 3
_ESTIMATED = "usage estimated: the chat model told none"


_Reply: TypeAlias = tuple[str, str, tuple[ToolCall, ...]]


class Kept:
    """The latest replies with tool calls, by what a chain keeps of them."""

    def __init__(self, most: int = 512) -> None:
        self._most = most
        self._found: OrderedDict[_Reply, BaseMessage] = OrderedDict()

    def keep(self, completion: Completion, message: BaseMessage) -> None:
        """Keep a reply, if it calls tools."""
        if completion.tool_calls:
            self._found[completion.text, completion.reasoning, completion.tool_calls] = message
            while len(self._found) > self._most:
                self._found.popitem(last=False)

    def find(self, turn: Message) -> BaseMessage | None:
        """Give the reply that a turn was made of."""
        key = turn.content, turn.reasoning, turn.tool_calls
        return self._found.get(key) if turn.tool_calls else None


def to_langchain(turns: Sequence[Message], kept: Kept) -> list[BaseMessage]:
    """Write a conversation; thinking goes back only inside a tool loop, as providers want it."""
    loop = max((at for at, turn in enumerate(turns) if turn.role == "user"), default=-1)
    return [_message(turn, kept if at > loop else None) for at, turn in enumerate(turns)]


def _message(turn: Message, kept: Kept | None) -> BaseMessage:
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

    if turn.role == "system":
        return SystemMessage(turn.content)
    if turn.role == "user":
        return HumanMessage(turn.content)
    if turn.role == "tool":
        return ToolMessage(turn.content, tool_call_id=turn.tool_call_id)
    original = kept.find(turn) if kept is not None else None
    if original is not None:
        return original
    calls, broken = split_calls(turn.tool_calls)
    thought = turn.reasoning if kept is not None and turn.tool_calls else ""
    return AIMessage(
        turn.content,
        tool_calls=calls,
        invalid_tool_calls=broken,
        additional_kwargs={"reasoning_content": thought} if thought else {},
    )


def split_calls(calls: Sequence[ToolCall]) -> tuple[list[Any], list[Any]]:
    """Write tool calls as LangChain does: those whose arguments are an object, and the others."""
    sound: list[Any] = []
    broken: list[Any] = []
    for call in calls:
        try:
            arguments = json.loads(call.arguments or "{}")
        except (ValueError, RecursionError):
            arguments = None
        if isinstance(arguments, dict):
            sound.append({"name": call.name, "args": arguments, "id": call.id})
        else:
            told = "the arguments are no JSON object"
            broken.append({"name": call.name, "args": call.arguments, "id": call.id, "error": told})
    return sound, broken


def reasoning_of(message: Any) -> str:
    """Give a message's native thinking, wherever its provider's package puts it."""
    said = message.additional_kwargs.get("reasoning_content")
    if isinstance(said, str) and said:
        return said
    if isinstance(message.content, str):
        return ""
    blocks = [block for block in message.content_blocks if block["type"] == "reasoning"]
    return "\n\n".join(str(block["reasoning"]) for block in blocks if block.get("reasoning"))


def calls_of(message: Any, prefix: str = "call_") -> tuple[ToolCall, ...]:
    """Give a message's tool calls; one whose arguments are no JSON keeps them as written."""
    pieces = getattr(message, "tool_call_chunks", None)
    if not pieces:
        sound = [{**each, "args": _spelled(each["args"])} for each in message.tool_calls]
        pieces = [*sound, *message.invalid_tool_calls]
    return tuple(
        ToolCall(each.get("id") or f"{prefix}{at}", each.get("name") or "", each["args"] or "{}")
        for at, each in enumerate(pieces)
    )


def _spelled(arguments: Mapping[str, Any]) -> str:
    return json.dumps(arguments, ensure_ascii=False)


def read(message: Any, content: Content, notes: tuple[str, ...] = ()) -> Completion:
    """Read a chat model's reply.

    Raises:
        BackendError: It is no message of a model.
    """
    from langchain_core.messages import AIMessage

    if not isinstance(message, AIMessage):
        kind = type(message).__name__
        raise BackendError(f"the chat model gave {kind}, where an AIMessage is wanted")
    text, reasoning = str(message.text), reasoning_of(message)
    if not reasoning:
        reasoning, text = split_thinking(text)
    calls = calls_of(message, f"call_{len(content.messages)}_")
    refusal = message.additional_kwargs.get("refusal")
    if isinstance(refusal, str) and refusal:
        text = text or refusal
    usage, notes = _usage(message, content, text + reasoning, notes)
    finish = _finish(message.response_metadata, calls)
    stop = message.response_metadata.get("stop_sequence")
    return Completion(
        text,
        reasoning,
        calls,
        finish="content_filter" if refusal else finish,
        stop_text=stop if isinstance(stop, str) else "",
        usage=usage,
        bill=usage,
        notes=notes,
    )


def _finish(told: Mapping[str, Any], calls: Sequence[ToolCall]) -> Finish:
    if calls:
        return "tool_calls"
    for name in ("finish_reason", "stop_reason", "stopReason", "done_reason"):
        if isinstance(reason := told.get(name), str):
            return _FINISHES.get(reason.lower(), "stop")
    details = told.get("incomplete_details")
    reason = details.get("reason") if isinstance(details, Mapping) else None
    return _FINISHES.get(reason, "stop") if isinstance(reason, str) else "stop"


def _usage(
    message: Any, content: Content, written: str, notes: tuple[str, ...]
) -> tuple[Usage, tuple[str, ...]]:
    told = message.usage_metadata
    if told:
        prompt, reply = int(told["input_tokens"]), int(told["output_tokens"])
        return Usage(1, 1, prompt, reply, 0.0, _thinking(told, reply)), notes
    prompt = sum(len(turn.content.encode(errors="replace")) for turn in content.messages)
    reply = len(written.encode(errors="replace"))
    guessed = Usage(1, 1, 1 + prompt // _BYTES_A_TOKEN, 1 + reply // _BYTES_A_TOKEN)
    return guessed, (*notes, _ESTIMATED)


def _thinking(told: Mapping[str, Any], most: int) -> int:
    """Give the tokens of native thinking, which LangChain counts among the output."""
    found = (told.get("output_token_details") or {}).get("reasoning")
    if isinstance(found, int) and not isinstance(found, bool) and 0 <= found <= most:
        return found
    return 0
