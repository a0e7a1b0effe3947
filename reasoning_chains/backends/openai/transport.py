"""How bytes reach an address and come back; it knows neither prompts nor completions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from reasoning_chains.backends.openai.address import Address
from reasoning_chains.backends.openai.failures import Answer, Teller, host_of
from reasoning_chains.secrets import Secret

__all__ = ["MOST_BYTES", "Caller", "Limits", "PerLoop", "Sink", "Transport", "encoded", "is_stream"]

MOST_BYTES = 64 * 2**20  # of a reply, decompressed: 128 long replies with logprobs have less
Sink: TypeAlias = Callable[[bytes], None]
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
    """Seconds for a whole reply and for connecting, and how many connections at once."""

    total: float
    connect: float
    connections: int


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls whom: the address, the key, further headers, and who words the failures."""

    address: Address
    key: Secret | None
    headers: Mapping[str, Secret]
    teller: Teller

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


class PerLoop(Generic[T]):
    """One thing for each event loop, closed with its loop or before.

    Connections belong to the loop that opened them. The thing lives in an async generator, which
    a loop's own shutdown (`asyncio.run`) ends: forgetting to close leaves no socket.
    """

    def __init__(self, make: Callable[[], T], close: Callable[[T], Awaitable[None]]) -> None:
        self._make, self._close = make, close
        self._held: dict[asyncio.AbstractEventLoop, tuple[T, AsyncGenerator[T, None]]] = {}
        self._lock = Lock()  # loops of several threads share this table

    async def get(self) -> T:
        """Give this loop's thing, making it if it is not there."""
        loop = asyncio.get_running_loop()
        held = self._held.get(loop)
        if held is None:
            life = self._life(loop)
            held = (await anext(life), life)
            with self._lock:
                self._held = {
                    loop: held for loop, held in self._held.items() if not loop.is_closed()
                }
                held = self._held.setdefault(loop, held)
        return held[0]

    async def _life(self, loop: asyncio.AbstractEventLoop) -> AsyncGenerator[T, None]:
        thing = self._make()
        try:
            yield thing
        finally:
            with self._lock:
                self._held.pop(loop, None)
            await self._close(thing)
            await asyncio.sleep(0)  # transports close their sockets one turn later

    async def aclose(self) -> None:
        """Close the things of all loops that still run."""
        here = asyncio.get_running_loop()
        with self._lock:
            held, self._held = self._held, {}
        for loop, (_, life) in held.items():
            if loop is here:
                await life.aclose()
            elif loop.is_running():
                await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(_end(life), loop))


async def _end(life: AsyncGenerator[Any, None]) -> None:
    await life.aclose()
