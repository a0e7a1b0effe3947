"""The same transport through the `openai` package; it knows neither prompts nor completions.

This module is imported on use only, since the package is optional and heavy.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
import openai

from reasoning_chains.backends.openai.failures import Answer
from reasoning_chains.backends.openai.per_loop import PerLoop
from reasoning_chains.backends.openai.transport import (
    MOST_BYTES,
    Caller,
    Limits,
    Piece,
    Sink,
    is_stream,
)
from reasoning_chains.errors import BackendError, HostedError

__all__ = ["SdkTransport"]

_KEPT = ("host", "content-length", "accept")  # of the headers that the package itself sets
_PLAIN = {"Accept-Encoding": "identity"}  # so that what is read is what was counted


@dataclass(frozen=True, slots=True)
class _Line:
    """A client and the turnstile before it: waiting for a connection is no part of a timeout."""

    client: openai.AsyncOpenAI
    turn: asyncio.Semaphore


async def _shut(line: _Line) -> None:
    await line.client.close()


class SdkTransport:
    """Posts through one `openai.AsyncOpenAI` an event loop; the client never holds the key."""

    def __init__(self, caller: Caller, limits: Limits) -> None:
        self._caller, self._limits = caller, limits
        self._lines = PerLoop(self._open, _shut)

    def _open(self) -> _Line:
        timeout = httpx2.Timeout(self._limits.total, connect=self._limits.connect)
        client = openai.AsyncOpenAI(
            api_key="added-by-the-transport",
            admin_api_key="",
            base_url=self._caller.address.base,
            max_retries=0,
            timeout=timeout,
            http_client=httpx2.AsyncClient(
                transport=_KeyedTransport(self._caller),
                follow_redirects=False,
                trust_env=False,
                timeout=timeout,
            ),
        )
        return _Line(client, asyncio.Semaphore(self._limits.connections))

    async def aclose(self) -> None:
        """Close all connections."""
        await self._lines.aclose()

    async def post(self, body: Mapping[str, Any], sink: Sink | None) -> Answer:
        """Post a body and give the whole answer; an event stream's pieces go to the sink."""
        line = await self._lines.get()
        try:
            async with (
                line.turn,
                asyncio.timeout(self._limits.total),
                self._limits.watched(body, self._caller.teller) as came,
            ):
                return await self._exchange(line.client, dict(body), sink, came)
        except openai.APIStatusError as error:
            response = error.response
            return self._caller.answer(response.status_code, response.headers, response.content)
        except (openai.APIError, httpx2.HTTPError, TimeoutError, HostedError) as error:
            failure = self._worded(error).with_traceback(None)
        # Raised outside of the handler, so that no frame of the HTTP client, whose local
        # variables hold the key, hangs on our error.
        raise failure

    async def _exchange(
        self, client: openai.AsyncOpenAI, body: dict[str, Any], sink: Sink | None, came: Piece
    ) -> Answer:
        model, messages = body.pop("model"), body.pop("messages")
        create = client.chat.completions.with_streaming_response.create
        async with create(model=model, messages=messages, extra_body=body) as response:
            came()
            pieces: list[bytes] = []
            take = sink if sink and is_stream(response.status_code, response.headers) else None
            async for piece in response.iter_bytes():
                came()
                (take or pieces.append)(piece)
            whole = b"".join(pieces)
            return self._caller.answer(response.status_code, response.headers, whole)

    def _worded(self, error: Exception) -> BackendError:
        teller = self._caller.teller
        cause = error.__cause__ if isinstance(error, openai.APIError) else error
        if isinstance(cause, BackendError):
            return cause
        if isinstance(cause, httpx2.ConnectTimeout):
            reason = f"no connection within {self._limits.connect:g} s"
            return teller.unreachable(reason, retryable=True)
        if isinstance(cause, TimeoutError | httpx2.TimeoutException):
            return teller.timed_out(self._limits.total)
        if isinstance(cause, httpx2.ConnectError):
            return self._unreachable(cause)
        return teller.cut(type(cause).__name__)

    def _unreachable(self, cause: httpx2.ConnectError) -> HostedError:
        text = str(cause)
        lasting = "CERTIFICATE" in text or "SSL" in text or "Name or service not known" in text
        return self._caller.teller.unreachable(text or "no connection", retryable=not lasting)


class _KeyedTransport(httpx2.AsyncBaseTransport):
    """Puts our headers in the place of the package's own, and reads no more than is allowed.

    The package adds what it finds in the environment (organisation, admin key): none of it leaves.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._inner = httpx2.AsyncHTTPTransport(
            trust_env=False, limits=httpx2.Limits(max_connections=None)
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request with the key of its origin."""
        kept = {name: request.headers[name] for name in _KEPT if name in request.headers}
        # A request of its own: the package reads its marks on the first one once it is answered.
        sent = httpx2.Request(
            request.method,
            self._caller.address.url,  # with its query, which no log of the package has seen
            headers={**kept, **_PLAIN, **self._caller.sent_headers()},
            stream=request.stream,
            extensions=request.extensions,
        )
        response = await self._inner.handle_async_request(sent)
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            await response.aclose()
            raise self._caller.teller.failed(
                "compressed its reply, though it was asked not to", retryable=False
            )
        response.stream = _Capped(response.stream, self._caller)
        return response

    async def aclose(self) -> None:
        """Close all connections."""
        await self._inner.aclose()


class _Capped(httpx2.AsyncByteStream):
    def __init__(self, stream: Any, caller: Caller) -> None:
        self._stream, self._caller = stream, caller

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for piece in self._stream:
            size += len(piece)
            if size > MOST_BYTES:
                raise self._caller.teller.too_large(f"more than {MOST_BYTES >> 20} MiB")
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()
