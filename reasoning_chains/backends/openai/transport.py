"""How bytes reach an address and come back; it knows neither prompts nor completions."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias, TypeVar

from reasoning_chains.backends.guard.told import HEADERS
from reasoning_chains.backends.openai.address import Address
from reasoning_chains.backends.openai.failures import Answer, Teller, host_of
from reasoning_chains.backends.openai.patience import Patience
from reasoning_chains.secrets import Secret

__all__ = ["MOST_BYTES", "Caller", "Limits", "Sink", "Transport", "encoded", "is_stream"]

MOST_BYTES = 64 * 2**20  # of a reply, decompressed: 128 long replies with logprobs have less
Sink: TypeAlias = Callable[[bytes], None]
Piece: TypeAlias = Callable[[], None]
T = TypeVar("T")
_HEADERS = ("location", "retry-after", "retry-after-ms", "x-should-retry")


class Transport(Protocol):
    """Posts one body and gives the whole answer; the pieces of an event stream go to the sink.

    It follows no redirects and raises `BackendError` only.
    """

    async def post(self, body: Mapping[str, Any], sink: Sink | None) -> Answer: ...  # noqa: D102

    async def aclose(self) -> None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for a whole reply and for connecting, and how many connections at once.

    `patience` learns how long to wait for the next byte; None where only the whole counts.
    """

    total: float
    connect: float
    connections: int
    patience: Patience | None = None

    @asynccontextmanager
    async def watched(self, body: Mapping[str, Any], teller: Teller) -> AsyncIterator[Piece]:
        """Give what is called when something of an answer comes."""
        if self.patience is None:
            yield lambda: None
        else:
            async with self.patience.waiting(body, teller) as watch:
                yield watch.piece


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls whom: the address, the key, further headers, and who words the failures.

    `limits` holds what the last answer said of the account's limits.
    """

    address: Address
    key: Secret | None
    headers: Mapping[str, Secret]
    teller: Teller
    limits: dict[str, str] = field(default_factory=dict)

    def sent_headers(self) -> dict[str, str]:
        """Make the headers of one request: the only place that reads keys.

        The result goes into the call as an expression: no variable of ours ever holds it, so that
        no traceback with local variables shows it.
        """
        origin = self.address.origin
        own = {name: secret.reveal(origin) for name, secret in self.headers.items()}
        if self.key is not None:
            own["Authorization"] = f"Bearer {self.key.reveal(origin)}"
        return {"Content-Type": "application/json", "User-Agent": "reasoning-chains", **own}

    def answer(self, status: int, headers: Mapping[str, str], body: bytes) -> Answer:
        """Make an answer that repeats no key, whatever the server repeats.

        Past this point no variable holds a server's raw words, so no traceback shows them.
        """
        self.limits.clear()
        self.limits.update({name: headers[name] for name in HEADERS if name in headers})
        if status == 200:
            return Answer(status, {}, self.teller.without_keys(body))
        kept = {name: headers[name] for name in _HEADERS if name in headers}
        if "location" in kept:
            kept["location"] = host_of(kept["location"])  # its query may hold anything
        return Answer(status, kept, self.teller.without_keys(body, error=status >= 300))


_ENCODER = json.JSONEncoder(default=dict)  # mappings of any class are objects


def encoded(body: Mapping[str, Any]) -> bytes:
    """Spell a body as JSON."""
    return _ENCODER.encode(body).encode()


def is_stream(status: int, headers: Mapping[str, str]) -> bool:
    """Whether an answer is an event stream."""
    return status == 200 and "text/event-stream" in headers.get("content-type", "").lower()
