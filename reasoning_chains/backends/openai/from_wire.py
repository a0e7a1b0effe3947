"""A reply's JSON to completions, one a choice; it trusts no field and knows no connection."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from reasoning_chains.backends.openai.choice import Choice, read_choice
from reasoning_chains.backends.openai.failures import Answer, Refusal, Teller
from reasoning_chains.backends.openai.usage import bills, estimated, told
from reasoning_chains.errors import BackendError
from reasoning_chains.types import Completion, Content

__all__ = ["Outcome", "from_wire", "read_json"]

Outcome: TypeAlias = Completion | BackendError
_ESTIMATED = "usage estimated: the server told none that can be true"


def read_json(answer: Answer, teller: Teller) -> object:
    """Parse a body that should be JSON.

    Raises:
        BackendError: It is not, or it says in a success status that it failed.
    """
    head = answer.body[:200].lstrip().lower()
    if head.startswith((b"<!doctype", b"<html", b"<?xml")):
        raise teller.failed(
            f"answered HTTP {answer.status} with a web page instead of JSON: "
            "base_url usually ends with /v1",
            retryable=answer.status >= 500,
            status=answer.status,
        )
    try:
        data = json.loads(answer.body)
    except (ValueError, RecursionError):
        # ValueError covers broken JSON, broken UTF-8 and numbers of 5,000 digits.
        raise teller.failed(
            f"answered HTTP {answer.status} with {len(answer.body)} bytes that are not JSON",
            retryable=True,
            status=answer.status,
        ) from None
    if isinstance(data, Mapping) and data.get("error") and not data.get("choices"):
        raise _failed_inside(data, answer, teller)
    return data


def _failed_inside(data: Mapping[str, Any], answer: Answer, teller: Teller) -> BackendError:
    refusal = Refusal.of(data, "")
    code = data["error"].get("code") if isinstance(data["error"], Mapping) else None
    if isinstance(code, str) and code.isascii() and code.isdigit() and len(code) == 3:
        code = int(code)
    if isinstance(code, int) and 400 <= code <= 599:
        return teller.refused(answer._replace(status=code), refusal, "")
    quote = teller.clean(refusal.message)
    return teller.failed(
        f"answered HTTP {answer.status} with an error inside: {quote}",
        retryable=True,
        status=answer.status,
    )


def from_wire(
    data: object, content: Content, n: int, teller: Teller, notes: tuple[str, ...] = ()
) -> tuple[Outcome | None, ...]:
    """Read the choices of a reply, one outcome a sample; `None` for one that did not come.

    Raises:
        BackendError: The reply as a whole has no choices.
    """
    choices = data.get("choices") if isinstance(data, Mapping) else None
    if not isinstance(data, Mapping) or not isinstance(choices, list) or not choices:
        found = "an empty list of choices" if choices == [] else "no list of choices"
        raise teller.failed(f"answered with {found} in its JSON", retryable=True)
    read = [
        None if item is None else read_choice(item, content, teller)
        for item in _in_order(choices, n)
    ]
    good = [(at, item) for at, item in enumerate(read) if isinstance(item, Choice)]
    weights, thoughts = [item.weight for _, item in good], [item.thought for _, item in good]
    tokens = told(data.get("usage"))
    if tokens is None:
        tokens, notes = estimated(content, weights), (*notes, _ESTIMATED)
    out: list[Outcome | None] = [item if isinstance(item, BackendError) else None for item in read]
    for (at, item), (usage, bill) in zip(good, bills(tokens, weights, thoughts), strict=True):
        out[at] = item.completion(usage, bill, notes)
    return tuple(out)


def _in_order(choices: Sequence[object], n: int) -> list[object | None]:
    """Lay choices at their indices; by position where those are missing, doubled or too high."""
    indices = [item.get("index") if isinstance(item, Mapping) else None for item in choices]
    whole = [at for at in indices if isinstance(at, int) and not isinstance(at, bool)]
    slots: list[object | None] = [None] * n
    sound = len(set(whole)) == len(choices) and all(0 <= at < n for at in whole)
    for at, item in zip(whole if sound else range(n), choices, strict=False):
        slots[at] = {} if item is None else item
    return slots
