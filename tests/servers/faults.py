"""Ways for the chat server to answer wrongly; each is a `Fault`."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Mapping

from aiohttp import web

from tests.servers.chat import Fault
from tests.servers.replies import Body


def answers(
    data: bytes | str, status: int = 200, headers: Mapping[str, str] | None = None
) -> Fault:
    """Answer with these bytes."""
    body = data.encode() if isinstance(data, str) else data
    given = {"Content-Type": "application/json", **(headers or {})}

    async def fault(request: web.Request, asked: Body) -> web.StreamResponse:
        return web.Response(body=body, status=status, headers=given)

    return fault


def streams(*pieces: bytes, drop: bool = False) -> Fault:
    """Stream these pieces; `drop` breaks the connection off after them."""

    async def fault(request: web.Request, asked: Body) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for piece in pieces:
            await response.write(piece)
            await asyncio.sleep(0.002)
        if drop:
            _hang_up(request)
        return response

    return fault


def drops(after: bytes = b"", promised: int = 100) -> Fault:
    """Break the connection off, after a part of a body that was promised longer."""

    async def fault(request: web.Request, asked: Body) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        response.content_length = promised
        if after:
            await response.prepare(request)
            await response.write(after)
            await asyncio.sleep(0.01)
        _hang_up(request)
        return response

    return fault


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def hangs() -> Fault:
    """Never answer."""

    async def fault(request: web.Request, asked: Body) -> web.StreamResponse:
        await asyncio.sleep(3600)
        raise AssertionError("a test ran for an hour")

    return fault


def redirects(to: str, status: int = 307) -> Fault:
    """Answer with a redirect."""
    return answers("", status, {"Location": to})


def floods(size: int, compressed: bool = False) -> Fault:
    """Send a body of so many bytes; compressed, it is a bomb."""

    async def fault(request: web.Request, asked: Body) -> web.StreamResponse:
        headers = {"Content-Type": "application/json"}
        headers |= {"Content-Encoding": "gzip"} if compressed else {}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        packer = zlib.compressobj(wbits=31) if compressed else None
        block = b" " * 2**20
        for _ in range(size // len(block)):
            await response.write(packer.compress(block) if packer else block)
        if packer:
            await response.write(packer.flush())
        return response

    return fault
