"""LangChain's messages read into the library's own; it asks nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    ChatMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

from reasoning_chains.backends.langchain.messages import calls_of, reasoning_of
from reasoning_chains.errors import UserMistake
from reasoning_chains.types import Message, Role

__all__ = ["conversation", "from_langchain"]

_ROLES: tuple[tuple[type[BaseMessage], Role], ...] = (
    (HumanMessage, "user"),
    (SystemMessage, "system"),
)
_ALIASES: dict[str, Role] = {"human": "user", "ai": "assistant", "developer": "system"}


def from_langchain(message: BaseMessage) -> Message:
    """Read one message, with its thinking and tool calls.

    Raises:
        UserMistake: It holds more than text, or is of a kind that no backend knows.
    """
    if isinstance(message, AIMessage):
        return Message("assistant", str(message.text), reasoning_of(message), calls_of(message))
    if isinstance(message, ToolMessage):
        return Message("tool", _text(message), tool_call_id=message.tool_call_id)
    for kind, role in _ROLES:
        if isinstance(message, kind):
            return Message(role, _text(message))
    if isinstance(message, ChatMessage):
        role_: Any = _ALIASES.get(message.role, message.role)
        return Message(role_, _text(message))
    raise UserMistake(
        f"a {type(message).__name__} has no place in a conversation with a backend: give human, "
        "system, AI and tool messages"
    )


def _text(message: BaseMessage) -> str:
    if isinstance(message.content, list):
        for block in message.content:
            kind = block.get("type") if isinstance(block, dict) else "text"
            if kind != "text":
                raise UserMistake(
                    f"a {type(message).__name__} holds a block of type {kind!r}: backends take text"
                )
    return str(message.text)


def conversation(messages: Sequence[BaseMessage]) -> dict[str, Any]:
    """Give the last human message as the question, and what was said else as the history.

    Where something was said after it, the question stands in the history too, in its place.

    Raises:
        UserMistake: There is no human message.
    """
    turns = [from_langchain(message) for message in messages]
    last = max((at for at, turn in enumerate(turns) if turn.role == "user"), default=-1)
    if last < 0:
        found = ", ".join(turn.role for turn in turns) or "none at all"
        raise UserMistake(f"the messages hold no human message to answer; they are: {found}")
    history = turns if last + 1 < len(turns) else turns[:last]
    return {"question": turns[last].content, "history": tuple(history)}
