"""The library's own thin transport, over aiohttp; it knows neither prompts nor completions."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reasoning_chains.backends.openai.failures import Answer
from reasoning_chains.backends.openai.per_loop import PerLoop
from reasoning_chains.backends.openai.transport import (
    MOST_BYTES,
    Caller,
    Limits,
    Piece,
    Sink,
    encoded,
    is_stream,
)
from reasoning_chains.errors import HostedError

if TYPE_CHECKING:
    import aiohttp

__all__ = ["AiohttpTransport"]


@dataclass(frozen=True, slots=True)
class _Line:
    """A session and the turnstile before it: waiting for a connection is no part of a timeout."""

    session: aiohttp.ClientSession
    turn: asyncio.Semaphore


async def _shut(line: _Line) -> None:
    await line.session.close()


class AiohttpTransport:
    """Posts over one aiohttp session an event loop, and reuses its connections."""

    def __init__(self, caller: Caller, limits: Limits) -> None:
        self._caller, self._limits = caller, limits
        self._lines = PerLoop(self._open, _shut)

    def _open(self) -> _Line:
        import aiohttp

        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(
                total=self._limits.total, sock_connect=self._limits.connect
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,  # no password of a .netrc is ever sent
        )
        return _Line(session, asyncio.Semaphore(self._limits.connections))

    async def aclose(self) -> None:
        """Close all connections."""
        await self._lines.aclose()

    async def post(self, body: Mapping[str, Any], sink: Sink | None) -> Answer:
        """Post a body and give the whole answer; an event stream's pieces go to the sink."""
        import aiohttp

        line = await self._lines.get()
        data = encoded(body)
        try:
            async with line.turn, self._limits.watched(body, self._caller.teller) as came:
                return await self._exchange(line.session, data, sink, came)
        except (aiohttp.ClientError, TimeoutError, OSError, HostedError) as error:
            failure = self._worded(error).with_traceback(None)
        # Raised outside of the handler, so that no frame of the HTTP client, whose local
        # variables hold the key, hangs on our error.
        raise failure

    async def _exchange(
        self, session: aiohttp.ClientSession, data: bytes, sink: Sink | None, came: Piece
    ) -> Answer:
        async with session.post(
            self._caller.address.url,
            data=data,
            headers=self._caller.sent_headers(),
            allow_redirects=False,
        ) as response:
            came()
            headers = response.headers
            if sink is None or not is_stream(response.status, headers):
                whole = await self._read(response, came)
                return self._caller.answer(response.status, headers, whole)
            size = 0
            async for piece in response.content.iter_any():
                came()
                size = self._within(size + len(piece))
                sink(piece)
            return self._caller.answer(response.status, headers, b"")

    async def _read(self, response: aiohttp.ClientResponse, came: Piece) -> bytes:
        pieces: list[bytes] = []
        size = 0
        async for piece in response.content.iter_any():
            came()
            size = self._within(size + len(piece))
            pieces.append(piece)
        return b"".join(pieces)

    def _within(self, size: int) -> int:
        if size > MOST_BYTES:
            raise self._caller.teller.too_large(f"more than {MOST_BYTES >> 20} MiB")
        return size

    def _worded(self, error: Exception) -> HostedError:
        import aiohttp

        if isinstance(error, HostedError):
            return error
        teller = self._caller.teller
        if isinstance(error, aiohttp.ConnectionTimeoutError):
            reason = f"no connection within {self._limits.connect:g} s"
            return teller.unreachable(reason, retryable=True)
        if isinstance(error, TimeoutError):
            return teller.timed_out(self._limits.total)
        if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ClientSSLError):
            return self._unreachable(error)
        if isinstance(error, aiohttp.ClientResponseError):
            return teller.failed("answered with broken or oversized HTTP headers", retryable=False)
        return teller.cut(type(error).__name__)

    def _unreachable(self, error: Exception) -> HostedError:
        import aiohttp

        reason, retryable = _reason(error), True
        if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError):
            reason, retryable = f"TLS failed: {reason}", False
        elif isinstance(error, aiohttp.ClientConnectorDNSError):
            reason, retryable = f"no such host: {reason}", _passing(error)
        return self._caller.teller.unreachable(reason, retryable=retryable)


def _reason(error: Exception) -> str:
    inner = getattr(error, "os_error", None) or getattr(error, "certificate_error", None)
    return str(getattr(inner, "strerror", None) or inner or type(error).__name__)


def _passing(error: Exception) -> bool:
    """Whether a name could not be looked up just now, unlike a name that does not exist."""
    return getattr(getattr(error, "os_error", None), "errno", None) == socket.EAI_AGAIN
