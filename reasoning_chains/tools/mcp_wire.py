"""Opens the connection to an MCP server with the official package; it keeps no connection."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

from reasoning_chains.errors import MissingPackage

if TYPE_CHECKING:
    from mcp import Client

__all__ = ["Wire", "hosted", "loaded", "started"]

Wire = AbstractAsyncContextManager["Client"]

_KEPT = ("PATH", "HOME", "LANG")
_LARGEST_EVENT = 64 * 1024 * 1024
_STDERR = 500


def loaded() -> None:
    """Import the package `mcp`, which takes a second or two, and keep its log off the terminal.

    Raises:
        MissingPackage: It is not installed.
    """
    try:
        import mcp
    except ImportError:
        raise MissingPackage("an MCP server", "mcp", "mcp") from None
    logging.getLogger(mcp.__name__).addHandler(logging.NullHandler())


@asynccontextmanager
async def started(
    command: Sequence[str], env: Mapping[str, str], said: list[str]
) -> AsyncIterator[Client]:
    """Start a program and speak with it over its standard input and output.

    Of our environment it gets PATH, HOME and LANG, and what the package adds of who and where the
    user is (LOGNAME, SHELL, TERM, USER); never our keys.

    Args:
        command: The program and its arguments.
        env: What else its environment holds.
        said: Takes the end of what it wrote to standard error.

    Raises:
        OSError: It cannot be started.
    """
    from mcp import Client, StdioServerParameters
    from mcp.client.stdio import stdio_client

    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    program = StdioServerParameters(
        command=command[0],
        args=list(command[1:]),
        env={**kept, **env},
        encoding_error_handler="replace",
    )
    with TemporaryFile("w+", errors="replace", encoding="utf-8") as errors:
        try:
            async with Client(stdio_client(program, errlog=errors), cache=None) as client:
                yield client
        finally:
            said[:] = [_end_of(errors)]


def _end_of(errors: IO[str]) -> str:
    if not hasattr(os, "pread"):  # Windows: reading would move the place where the program writes
        return ""
    size = os.fstat(errors.fileno()).st_size
    data = os.pread(errors.fileno(), _STDERR, max(0, size - _STDERR))
    return data.decode("utf-8", errors="replace").strip()


@asynccontextmanager
async def hosted(url: str, headers: Mapping[str, str]) -> AsyncIterator[Client]:
    """Speak with a server over streamable HTTP; it is never followed to another origin."""
    import httpx2
    from mcp import Client
    from mcp.client.streamable_http import streamable_http_client

    patience = httpx2.Timeout(30, read=300)
    async with httpx2.AsyncClient(headers=dict(headers), timeout=patience) as http:
        transport = streamable_http_client(url, http_client=http, max_sse_event_size=_LARGEST_EVENT)
        async with Client(transport, cache=None) as client:
            yield client
