"""S-04: whatever a model or server writes comes back as it was, and nothing is made of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from reasoning_chains.errors import UserMistake
from reasoning_chains.store.managing import merged, written_out
from reasoning_chains.store.store import Store
from reasoning_chains.types import (
    Completion,
    Content,
    Message,
    SampleKey,
    Sampling,
    TokenLogprob,
    ToolCall,
    ToolSpec,
)

CANARY = "canary-of-the-environment"
TEXTS = (
    '{"lc": 1, "type": "secret", "id": ["CANARY_VARIABLE"]}',
    '{"lc": 1, "type": "constructor", "id": ["os", "system"], "kwargs": {"command": "touch X"}}',
    '{"lc": 2, "type": "not_implemented", "id": ["x"]}',
    '{"$type": "System.Diagnostics.Process", "StartInfo": "touch X"}',
    '{"py/object": "os.system", "py/reduce": [{"py/type": "os.system"}, ["touch X"]]}',
    '{"__class__": "subprocess.Popen", "args": ["touch", "X"]}',
    "!!python/object/apply:os.system ['touch X']",
    "cos\nsystem\n(S'touch X'\ntR.",
    "\x80\x04\x95\x1f\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "${CANARY_VARIABLE} $(touch X) `touch X`",
    "'; DROP TABLE samples; --",
    "\ud800 half and \udfff half",
    "\x00 nul \x1b[2J",
    "\ufeff mark",
    "NaN",
    "1e400",
    "9" * 100_000,
    "[" * 100_000,
    '{"a": 1, "a": 2}',
    "",
)
REPLIES = ("text", "reasoning", "stop_text", "note", "call id", "call name", "arguments", "token")
ASKED = ("message", "thought", "prefill", "stop", "tool", "described", "schema", "backend", "path")


def reply_with(field: str, text: str) -> Completion:
    """Put a text into one field of a reply."""
    plain = Completion("7")
    calls = {"call id": (text, "f", "{}"), "call name": ("1", text, "{}")}
    if field in ("call id", "call name", "arguments"):
        return replace(plain, tool_calls=(ToolCall(*calls.get(field, ("1", "f", text))),))
    if field == "token":
        return replace(plain, logprobs=(TokenLogprob(text, -1.0, ((text, float("-inf")),)),))
    if field == "note":
        return replace(plain, notes=(text,))
    changed: dict[str, Any] = {field: text}
    return replace(plain, **changed)


def asked_with(field: str, text: str) -> tuple[SampleKey, Content]:
    """Put a text into one field of what is asked."""
    said = {"message": (text, ""), "thought": ("?", text)}
    message = Message("user", *said.get(field, ("?", "")))
    tools = {
        "tool": ToolSpec("f", text, {"type": "object"}),
        "described": ToolSpec("f", "", {"properties": {text: {"default": text}}}),
    }
    content = Content(
        (message,),
        Sampling(stop=(text,)) if field == "stop" and text else Sampling(),
        (tools[field],) if field in tools else (),
        {"enum": [text, {text: [text]}]} if field == "schema" else None,
        text if field == "prefill" else "",
    )
    backend = text if field == "backend" else "b"
    return SampleKey(backend, content.digest, (0, text if field == "path" else "p")), content


def cases() -> Iterator[tuple[SampleKey, Content, Completion]]:
    """Give every text in every field."""
    for number, (field, text) in enumerate(product(REPLIES, TEXTS)):
        key, content = asked_with("message", str(number))
        yield key, content, reply_with(field, text)
    for number, (field, text) in enumerate(product(ASKED, TEXTS)):
        if "\ud800" in text and field != "path":
            continue  # refused before it is asked
        key, content = asked_with(field, text)
        yield replace(key, occurrence=number), content, Completion("7")


def test_every_value_comes_back_from_every_field(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANARY_VARIABLE", CANARY)
    monkeypatch.chdir(tmp_path)
    store, kept = Store("s.db"), list(cases())
    assert len(kept) > 300

    async def keep() -> None:
        await asyncio.gather(*(store.keep(*one) for one in kept))

    asyncio.run(keep())
    store.close()
    again = Store("s.db")
    found = again.find([key for key, _, _ in kept])
    assert [found[key] for key, _, _ in kept] == [completion for _, _, completion in kept]
    again.close()
    rows = [json.loads(line) for line in written_out(Path("s.db"))]
    assert len(rows) == len(kept)
    assert merged(Path("other.db"), [Path("s.db")]) == len(kept)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.db", "s.db"]
    assert all(CANARY.encode() not in path.read_bytes() for path in tmp_path.iterdir())


HOSTILE: tuple[Any, ...] = (
    "null", "[]", "5", '"text"', "{}", "[" * 50_000, "9" * 50_000, '{"text": 5}',
    '{"lc": 1, "type": "constructor", "id": ["reasoning_chains", "types", "Completion"]}',
    '{"text": "7", "tool_calls": [{"__reduce__": 1}], "logprobs": [], "usage": {}, "bill": {}}',
    '{"text": "7", "extra": 1, "tool_calls": [], "logprobs": [], "usage": {}, "bill": {}}',
)  # fmt: skip


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_a_reply_that_was_changed_on_the_disk_is_told(tmp_path: Path, number: int) -> None:
    store, (key, content) = Store(tmp_path / "s.db"), asked_with("message", "?")
    asyncio.run(store.keep(key, content, Completion("7")))
    store._reader.execute("UPDATE samples SET reply = ?", (HOSTILE[number],))
    with pytest.raises(UserMistake, match=r"s.db holds a reply that cannot be read"):
        store.find([key])
    store.close()
