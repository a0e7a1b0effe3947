"""Tool calls as models write them, `<tool_call>` and JSON, out of a reply; it knows no tools."""

from __future__ import annotations

import json
from dataclasses import dataclass

from reasoning_chains.types import ToolCall

__all__ = ["OPEN", "WithCalls", "split_tool_calls"]

OPEN, CLOSE = "<tool_call>", "</tool_call>"


@dataclass(frozen=True, slots=True)
class WithCalls:
    """A reply's text without its calls, and the calls."""

    text: str
    calls: tuple[ToolCall, ...]


def split_tool_calls(text: str, prefix: str) -> WithCalls:
    """Take the well-formed calls out of a text; what is not one stays in the text.

    Args:
        text: The whole reply. A last call whose end mark is missing counts if its JSON is whole.
        prefix: Begins each call's id; the call's index follows.
    """
    calls: list[ToolCall] = []
    left: list[str] = []
    at = 0
    while (start := text.find(OPEN, at)) >= 0:
        close = text.find(CLOSE, start)
        end = len(text) if close < 0 else close
        call = _call(text[start + len(OPEN) : end].strip(), f"{prefix}{len(calls)}")
        if call is None:
            left.append(text[at:end])
            at = end
            continue
        calls.append(call)
        left.append(text[at:start])
        at = min(len(text), end + len(CLOSE))
    left.append(text[at:])
    joined = "".join(left)
    return WithCalls(joined.strip() if calls else joined, tuple(calls))


def _call(text: str, number: str) -> ToolCall | None:
    try:
        members = _members(text)
        name = json.loads(members["name"])
        arguments = json.loads(members.setdefault("arguments", "{}"))
    except (ValueError, KeyError, IndexError, RecursionError):
        return None
    if not isinstance(name, str) or not isinstance(arguments, dict):
        return None
    return ToolCall(id=number, name=name, arguments=members["arguments"])


def _members(text: str) -> dict[str, str]:
    """Give an object's members as the JSON text that stands there."""
    decoder = json.JSONDecoder()
    whole, end = decoder.raw_decode(text)
    if not isinstance(whole, dict) or text[end:].strip():
        raise ValueError("not one JSON object")
    members: dict[str, str] = {}
    at = text.index('"') if whole else len(text)
    for _ in range(len(whole)):
        name, at = decoder.raw_decode(text, at)
        at = _skip(text, text.index(":", at) + 1)
        _, end = decoder.raw_decode(text, at)
        members[name] = text[at:end]
        at = text.find('"', end)
    return members


def _skip(text: str, at: int) -> int:
    while text[at] in " \t\r\n":
        at += 1
    return at
