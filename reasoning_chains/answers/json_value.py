"""Reads a JSON value from a reply, in a fence or bare; it knows no schema."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from reasoning_chains.answers.code import fenced_blocks
from reasoning_chains.answers.markers import Pick

__all__ = ["JsonFound", "canonical_json", "load_json", "read_json"]

DEEPEST = 64
LARGEST = 131_072  # how much prose is searched; a reply or block that is all JSON may be larger
_LARGEST_WHOLE = 16_777_216
_TRIES = 16


@dataclass(frozen=True, slots=True)
class JsonFound:
    """A JSON value and its text as written; `value` is `None` for JSON's null."""

    value: Any
    text: str


def read_json(text: str, pick: Pick = "last") -> JsonFound | None:
    """Read the whole as JSON, else a fenced block, else the last (or first) object or list."""
    whole = load_json(text.strip())
    if whole is not None:
        return whole
    blocks = fenced_blocks(text)
    for block in blocks if pick == "first" else reversed(blocks[-_TRIES:]):
        found = load_json(block.strip())
        if found is not None and isinstance(found.value, dict | list):
            return found
    window = text[:LARGEST] if pick == "first" else text[-LARGEST:]
    spans = list(_spans(window))
    tried = spans[:_TRIES] if pick == "first" else spans[: -_TRIES - 1 : -1]
    return next((found for span in tried if (found := _load_span(window, span, DEEPEST))), None)


def load_json(text: str) -> JsonFound | None:
    """Read a text that is one JSON value, at most 64 deep; NaN and Infinity are none."""
    if not text or len(text) > _LARGEST_WHOLE or not (text[0] in '{["-tfn' or text[0].isdecimal()):
        return None
    try:
        value = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return JsonFound(value, text) if _depth(value) <= DEEPEST else None


def canonical_json(value: Any) -> str:
    """Write a JSON value so that equal values are equal texts: sorted keys, 1.0 as 1, no spaces."""
    return json.dumps(_plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _refuse(name: str) -> None:
    raise ValueError(name)


def _depth(value: Any) -> int:
    """Measure how deep lists and objects stand in one another, without recursion."""
    depth, level = 0, [value]
    while level := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        level = [
            inner for item in level for inner in (item.values() if isinstance(item, dict) else item)
        ]
    return depth


class _Span:
    """A pair of brackets and the closed pairs inside of it; `end` is -1 while it is open."""

    __slots__ = ("end", "inner", "start")

    def __init__(self, start: int) -> None:
        self.start, self.end = start, -1
        self.inner: list[_Span] = []


def _spans(text: str) -> Iterator[_Span]:
    """Give the outermost closed brackets in one pass; strings inside of them hide brackets."""
    opened: deque[_Span] = deque()
    outer: list[_Span] = []
    here = 0
    while here < len(text):
        char = text[here]
        if char == '"' and opened:
            here = _string_end(text, here)
        elif char in "{[":
            opened.append(_Span(here))
            if len(opened) > DEEPEST:
                outer += opened.popleft().inner
        elif char in "}]" and opened:
            span = opened.pop()
            if (text[span.start] == "{") == (char == "}"):
                span.end = here + 1
                (opened[-1].inner if opened else outer).append(span)
            else:
                outer += span.inner
        here += 1
    for span in opened:
        outer += span.inner
    return iter(outer)


def _string_end(text: str, start: int) -> int:
    """Find the quote that ends a string; where a line break comes first, it was no JSON string."""
    here = start + 1
    while True:
        quote = text.find('"', here)
        if quote == -1 or text.find("\n", here, quote) != -1:
            return start
        back = text.find("\\", here, quote)
        if back == -1:
            return quote
        here = back + 2


def _load_span(text: str, span: _Span, depth: int) -> JsonFound | None:
    """Read a span, else what stands inside of it."""
    found = load_json(text[span.start : span.end])
    if found is not None or depth <= DEEPEST - 4:
        return found
    return next((f for inner in span.inner[-4:] if (f := _load_span(text, inner, depth - 1))), None)
