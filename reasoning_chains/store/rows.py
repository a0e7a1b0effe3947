"""A reply and its key as plain columns, and back."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, replace
from typing import Any, NamedTuple

from reasoning_chains.types import Completion, SampleKey, TokenLogprob, ToolCall
from reasoning_chains.usage import Usage

__all__ = ["Row", "read_reply", "row_of"]


class Row(NamedTuple):
    """One sample: its key in four columns, and its reply as JSON."""

    backend: str
    digest: str
    path: str
    occurrence: int
    reply: str


def row_of(key: SampleKey, completion: Completion) -> Row:
    """Spell a reply with its key."""
    plain = asdict(replace(completion, logprobs=()))
    plain["logprobs"] = [
        {
            "token": token.token,
            "logprob": _number(token.logprob),
            "top": [(other, _number(chance)) for other, chance in token.top],
        }
        for token in completion.logprobs  # by hand: asdict takes ten times as long
    ]
    told = json.dumps(plain, separators=(",", ":"), allow_nan=False)  # ASCII: no halves of pairs
    return Row(*columns(key), told)


def _number(value: float) -> float | str:
    """Spell a number; JSON has none for what is not finite."""
    return value if math.isfinite(value) else str(value)


def columns(key: SampleKey) -> tuple[str, str, str, int]:
    """Spell a key."""
    path = json.dumps(key.path, ensure_ascii=False, separators=(",", ":"))
    if any("\ud800" <= char <= "\udfff" for char in path):  # SQLite takes no halves of pairs
        path = json.dumps(key.path, separators=(",", ":"))
    return key.backend, key.digest, path, key.occurrence


_TEXTS = ("text", "reasoning", "finish", "stop_text")


def read_reply(text: str) -> Completion:
    """Read a reply.

    Raises:
        ValueError, TypeError, KeyError, RecursionError: It is none.
    """
    data: Any = json.loads(text)
    if not isinstance(data, dict) or not all(isinstance(data[name], str) for name in _TEXTS):
        raise TypeError("it is no reply")
    calls = tuple(ToolCall(**call) for call in data.pop("tool_calls"))
    tokens = tuple(
        TokenLogprob(
            one["token"], float(one["logprob"]), tuple((t, float(p)) for t, p in one["top"])
        )
        for one in data.pop("logprobs")
    )
    usage, bill = Usage(**data.pop("usage")), Usage(**data.pop("bill"))
    notes = tuple(data.pop("notes"))
    return Completion(
        **data, tool_calls=calls, logprobs=tokens, usage=usage, bill=bill, notes=notes
    )
