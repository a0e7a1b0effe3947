"""One connection to an MCP server, in one loop, opened again when it was lost; it knows no run."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from reasoning_chains.errors import BackendError, ReasoningChainsError, UserMistake
from reasoning_chains.failing import innermost
from reasoning_chains.tools.mcp_text import Offer, offer_of
from reasoning_chains.tools.mcp_wire import Wire, loaded
from reasoning_chains.waiting import in_thread

if TYPE_CHECKING:
    import mcp_types as wire
    from mcp import Client

__all__ = ["PATIENCE", "Link"]

Connect: TypeAlias = Callable[[list[str]], Wire]

PATIENCE = 20.0
"""Seconds for connecting, and for a list of the tools."""
_PAGES = 100


@dataclass(slots=True, eq=False)
class _Life:
    """One connection from its opening to its end, in a task of its own."""

    ready: asyncio.Future[Client]
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    said: list[str] = field(default_factory=list)
    task: asyncio.Task[None] | None = None

    async def live(self, connect: Connect) -> None:
        """Open the connection, keep it until it is to end, and close it."""
        async with connect(self.said) as client:
            self.ready.set_result(client)
            await self.stop.wait()


class Link:
    """Keeps a connection open between runs; a task of its own opens it and closes it.

    Args:
        name: The server's, for errors.
        connect: Opens a connection; the list takes the end of what the server wrote as errors.
        clean: Takes keys out of a text.
    """

    def __init__(self, name: str, connect: Connect, clean: Callable[[str], str]) -> None:
        self.name = name
        self.clean = clean
        self._connect = connect
        self._life: _Life | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def offers(self, patience: float = PATIENCE) -> dict[str, Offer]:
        """Give what the server offers now, by the name there.

        A server that died meanwhile, or does not answer in `patience` seconds, is started again,
        once.

        Raises:
            BackendError: It cannot be reached, or its answer is none.
            UserMistake: Its program cannot be started, or the package is missing.
        """
        life = self._life
        if life is not None:
            with contextlib.suppress(BackendError):
                return await self._listed(patience)
            self.drop(life)
        return await self._listed(patience)

    async def call(self, name: str, arguments: Mapping[str, Any]) -> wire.CallToolResult:
        """Call a tool; its result is not checked against a schema that the server wrote itself.

        Raises:
            BackendError: The server died, or gave an error or something else than a result.
        """
        import mcp_types as wire

        life = await self._opened()
        params = wire.CallToolRequestParams(name=name, arguments=dict(arguments))
        with _Guard(self, life):
            request = wire.CallToolRequest(params=params)
            return await life.ready.result().session.send_request(request, wire.CallToolResult)

    async def _listed(self, patience: float) -> dict[str, Offer]:
        life = await self._opened()
        found: dict[str, Offer] = {}
        cursor: str | None = None
        with _Guard(self, life):
            async with asyncio.timeout(patience):
                for _ in range(_PAGES):
                    page = await life.ready.result().list_tools(cursor=cursor)
                    found.update((tool.name, offer_of(tool)) for tool in page.tools)
                    cursor = page.next_cursor
                    if not cursor:
                        break
        return found

    async def _opened(self) -> _Life:
        """Give the open connection; whoever comes first opens it."""
        if self._life is None:
            await in_thread(loaded)
        life = self._life or self._begun()  # somebody else may have come first meanwhile
        assert life.task is not None  # it is made with the life
        either: set[asyncio.Future[Any]] = {life.task, life.ready}
        await asyncio.wait(either, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        if life.ready.done():
            return life
        self.drop(life)
        raise self._not_there(life, life.task)

    def _begun(self) -> _Life:
        life = self._life = _Life(asyncio.get_running_loop().create_future())
        life.task = asyncio.create_task(life.live(self._connect))
        self._tasks.add(life.task)
        life.task.add_done_callback(self._ended)
        return life

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # it is told by whoever waits for the connection

    def _not_there(self, life: _Life, task: asyncio.Task[None]) -> Exception:
        """Say why there is no connection."""
        if not task.done():
            task.cancel()
            return BackendError(f"{self.name} did not answer in {PATIENCE:g} s", retryable=True)
        error = None if task.cancelled() else task.exception()
        found = innermost(error) if error else None
        if isinstance(found, FileNotFoundError | PermissionError):
            return UserMistake(
                f"{self.name} cannot be started: {found.strerror}. Is the program installed, and "
                "on the PATH?"
            )
        why = f"{type(found).__name__}: {found}"[:500] if found else "the loop ends"
        told = " ".join(part for part in (why, *life.said) if part)
        return BackendError(self.clean(f"{self.name} cannot be reached: {told}"), retryable=True)

    def drop(self, life: _Life) -> None:
        """Let a connection go that is of no more use; it is closed meanwhile."""
        life.stop.set()
        if self._life is life:
            self._life = None

    async def aclose(self) -> None:
        """Close the connection and wait until its program has ended."""
        tasks = list(self._tasks)
        if self._life is not None:
            self.drop(self._life)
        if tasks:
            await asyncio.wait(tasks)


class _Guard:
    """Makes a `BackendError` of what goes wrong with a request, and drops what is broken."""

    def __init__(self, link: Link, life: _Life) -> None:
        self.link = link
        self.life = life

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, Exception) or isinstance(error, ReasoningChainsError):
            return
        from mcp import MCPError
        from mcp_types import CONNECTION_CLOSED
        from pydantic import ValidationError

        name, clean = self.link.name, self.link.clean
        if isinstance(error, MCPError) and error.code != CONNECTION_CLOSED:
            raise BackendError(clean(f"{name}: {error.message}"[:4_000])) from None
        if isinstance(error, ValidationError):
            raise BackendError(f"{name} gave an answer that is no result of a tool") from None
        self.link.drop(self.life)
        found = innermost(error)
        why = "it ended" if isinstance(error, MCPError) else f"{type(found).__name__}: {found}"
        text = clean(f"{name} was lost ({why[:500]}); the next call starts it again")
        raise BackendError(text, retryable=True) from None
