"""One wire request and its reply: spelled, posted, read; it knows nothing of sharing out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from reasoning_chains.backends.openai.address import Spelling
from reasoning_chains.backends.openai.assembly import Assembly, OnDelta
from reasoning_chains.backends.openai.failures import Answer, Refusal, Teller
from reasoning_chains.backends.openai.from_wire import Outcome, from_wire, read_json
from reasoning_chains.backends.openai.to_wire import to_wire
from reasoning_chains.backends.openai.transport import Transport
from reasoning_chains.errors import BackendError, HostedError
from reasoning_chains.types import Content, SampleKey

__all__ = ["Exchange", "Refused", "respelled"]

_LIMITS = ("max_tokens", "max_completion_tokens")
_SPARED = ("seed", "stream_options")  # fields that a reply can do without
_REJECTS = (
    "unsupported",
    "not support",
    "unrecognized",
    "unknown",
    "unexpected",
    "extra",
    "not permitted",
)
_MOST_SPELLINGS = 4


class Refused(HostedError):
    """The server did not take the request as it stands (400 or 422); nothing was bought."""


@dataclass(slots=True)
class Exchange:
    """Asks one address, and remembers how it wants to be asked."""

    model: str
    transport: Transport
    teller: Teller
    spelling: Spelling

    async def ask(
        self, content: Content, keys: tuple[SampleKey, ...], on_delta: OnDelta | None
    ) -> tuple[Outcome | None, ...]:
        """Ask for some samples in one request; `None` stands for one that did not come.

        Raises:
            Refused: The server does not take the request.
            BackendError: No sample came.
        """
        spelling = self.spelling
        for _ in range(_MOST_SPELLINGS):
            body = to_wire(content, keys, self.model, spelling, stream=on_delta is not None)
            assembly = Assembly(len(keys), self.teller, on_delta) if on_delta else None
            answer = await self._post(body, assembly)
            if answer.status not in (400, 422):
                break
            refusal = _refusal(answer)
            other = respelled(spelling, body, refusal)
            if other is None:
                break
            spelling = other
        if not 200 <= answer.status < 300:
            raise self._refused(answer)
        self.spelling = spelling
        return self._read(answer, assembly, content, len(keys))

    async def _post(self, body: Mapping[str, Any], assembly: Assembly | None) -> Answer:
        if assembly is None:
            return await self.transport.post(body, None)
        try:
            return await self.transport.post(body, assembly.feed)
        except HostedError as error:
            if not assembly.fed:
                raise
            # What had ended before the connection broke is kept; the rest is cut.
            assembly.failure = error
            return Answer(200, {}, b"")

    def _refused(self, answer: Answer) -> BackendError:
        refusal = _refusal(answer)
        error = self.teller.refused(answer, refusal, self.model)
        if answer.status in (400, 422):
            refused = Refused(str(error), status=answer.status, retryable=error.retryable)
            refused.retry_after = error.retry_after
            return refused
        return error

    def _read(
        self, answer: Answer, assembly: Assembly | None, content: Content, n: int
    ) -> tuple[Outcome | None, ...]:
        dropped = sorted(self.spelling.dropped & {"seed"})
        notes = tuple(f"this address does not take {name}: left out" for name in dropped)
        if assembly is None or not assembly.fed:
            data = read_json(answer, self.teller)
            return from_wire(data, content, n, self.teller, notes)
        whole, cut = assembly.close()
        read: tuple[Outcome | None, ...] = (None,) * n
        if whole["choices"]:
            read = from_wire(whole, content, n, self.teller, notes + assembly.notes)
        return tuple(cut.get(at, outcome) for at, outcome in enumerate(read))


def _refusal(answer: Answer) -> Refusal:
    try:
        data = json.loads(answer.body)
    except (ValueError, RecursionError):
        data = None
    text = answer.body[:4_000].decode(errors="replace")
    return Refusal.of(data, text)


def respelled(spelling: Spelling, body: Mapping[str, Any], refusal: Refusal) -> Spelling | None:
    """Give the spelling that a refusal asks for; `None` where it is about something else."""
    words = refusal.message.lower()
    rejects = any(word in words for word in _REJECTS)
    sent = spelling.max_tokens
    other = _LIMITS[1 - _LIMITS.index(sent)]
    if sent in body and _names(refusal, sent) and (other in words.replace(sent, "") or rejects):
        return replace(spelling, max_tokens=other)
    for field in _SPARED:
        if field in body and _names(refusal, field) and rejects:
            return replace(spelling, dropped=spelling.dropped | {field})
    return None


def _names(refusal: Refusal, field: str) -> bool:
    return refusal.field == field or field in refusal.message
