"""The tools of an MCP server, as a program or at an address; it knows no chain."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePath
from typing import Any

from reasoning_chains.errors import (
    BackendError,
    ToolChanged,
    UnknownName,
    UserMistake,
    listed,
    ranged,
    wanted,
)
from reasoning_chains.loop import run_sync
from reasoning_chains.secrets import Origin, Secret
from reasoning_chains.toolbox import Approve, Tool, ToolFailed
from reasoning_chains.tools.mcp_link import PATIENCE, Link
from reasoning_chains.tools.mcp_text import Offer, result_text
from reasoning_chains.tools.mcp_wire import Wire, hosted, started

__all__ = ["McpServer"]

_links: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, dict[McpServer, Link]] = (
    weakref.WeakKeyDictionary()
)


@dataclass(frozen=True, slots=True, eq=False, repr=False, weakref_slot=True)
class McpServer:
    """A server of the Model Context Protocol, whose tools a chain may be given.

    It is connected when its tools are first wanted, kept between runs, started again when it died,
    and closed with the loop or by `aclose`. Before each call its tools are listed again: one whose
    description or arguments are no longer what the run was offered stops the run.

    Args:
        command: The program and its arguments, spoken with over standard input and output.
        env: What the program's environment holds beside PATH, HOME and LANG.
        url: The address of a server for streamable HTTP, in place of a program.
        headers: Sent to that address and to no other, such as a `Secret` as `Authorization`.
        only: The names of the tools that are taken; left out, all are.
        approve: Asked before each call, where there must be a yes.
        seconds: How long a call may take.
        longest: How many characters of a result the model is shown.

    Raises:
        UserMistake: There is neither a program nor an address, or both, or a header would be sent
            unencrypted to another machine.
    """

    command: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    headers: Mapping[str, str | Secret] = field(default_factory=dict)
    only: Sequence[str] = ()
    approve: Approve | None = None
    seconds: float = 30.0
    longest: int = 8_000

    def __post_init__(self) -> None:
        """Refuse what cannot be, and bind the headers to the address."""
        hint = "write command=('npx', 'package')"
        object.__setattr__(self, "command", listed("command", self.command, str, hint))
        object.__setattr__(self, "only", listed("only", self.only, str))
        wanted("url", self.url, str)
        wanted("env", self.env, Mapping)
        wanted("headers", self.headers, Mapping)
        for name, value in self.env.items():
            wanted(f"env[{name!r}]", value, str)
        ranged("seconds", self.seconds, float, 0.001)
        ranged("longest", self.longest, int, 1)
        if bool(self.command) == bool(self.url):
            raise UserMistake(
                "an MCP server is a program or an address: give command=('npx', 'package') or "
                "url='https://host/mcp'"
            )
        if (self.command and self.headers) or (self.url and self.env):
            raise UserMistake("headers go with a url, and env with a command")
        headers = _bound(self.url, self.headers) if self.url else {}
        object.__setattr__(self, "headers", headers)
        object.__setattr__(self, "env", dict(self.env))

    @property
    def name(self) -> str:
        """What it is called in errors: the program, or the origin of the address."""
        return str(Origin.of(self.url)) if self.url else PurePath(self.command[0]).name

    def __repr__(self) -> str:
        return f"McpServer({self.name})"

    async def tools(self) -> Sequence[Tool]:
        """Give the tools that it offers now.

        Raises:
            BackendError: It cannot be reached.
            UserMistake: Its program cannot be started, or the package `mcp` is missing.
            UnknownName: A name in `only` is not offered.
        """
        offers = await self._link().offers()
        for name in self.only:
            if name not in offers:
                raise UnknownName(f"tool of the MCP server {self.name}", name, offers)
        taken = [offers[name] for name in (self.only or offers)]
        return tuple(self._tool(offer) for offer in taken)

    def _tool(self, offer: Offer) -> Tool:
        call = partial(_call, self, offer)
        return Tool(
            offer.name,
            offer.description,
            offer.parameters,
            call,
            self.approve,
            self.seconds,
            self.longest,
        )

    def _link(self) -> Link:
        """Give the connection of the running loop."""
        mine = _links.setdefault(asyncio.get_running_loop(), {})
        if self not in mine:
            mine[self] = Link(f"the MCP server {self.name}", self._connect, self._clean)
        return mine[self]

    def _connect(self, said: list[str]) -> Wire:
        if not self.url:
            return started(self.command, self.env, said)
        shown = {
            name: value.reveal(self.url) if isinstance(value, Secret) else value
            for name, value in self.headers.items()
        }
        return hosted(self.url, shown)

    def _clean(self, text: str) -> str:
        """Take keys out of what the server, or an error, says."""
        for header in self.headers.values():
            if isinstance(header, Secret):
                text = header.scrub_error(text)
        for value in self.env.values():
            if len(value) >= 6:
                text = text.replace(value, "[removed]")
        return text

    async def aclose(self) -> None:
        """Close its connections, in whatever loop they are, and end its program."""
        here = asyncio.get_running_loop()
        for loop, mine in list(_links.items()):
            link = mine.pop(self, None)
            if link is None or loop.is_closed():
                continue
            if loop is here:
                await link.aclose()
            elif loop.is_running():
                away = asyncio.run_coroutine_threadsafe(link.aclose(), loop)
                await asyncio.wrap_future(away)

    def close(self) -> None:
        """Close it from code that is not async."""
        run_sync(self.aclose())


async def _call(server: McpServer, offer: Offer, arguments: Mapping[str, Any]) -> str:
    """Call a tool that is still what it was; what goes wrong is told the model."""
    link = server._link()
    try:
        offers = await link.offers(min(PATIENCE, server.seconds / 2))
        _check(server, offer, offers)
        result = await link.call(offer.original, arguments)
    except ToolChanged:
        raise
    except (BackendError, UserMistake) as error:
        raise ToolFailed(str(error)) from None
    text = server._clean(result_text(result))
    if result.is_error:
        raise ToolFailed(text)
    return text


def _check(server: McpServer, offer: Offer, offers: Mapping[str, Offer]) -> None:
    """Hold a tool to what the run was offered (against the rug pull of MCP tools)."""
    now = offers.get(offer.original)
    if now is None:
        raise ToolFailed(f"the MCP server {server.name} has no tool {offer.original} any more")
    if now.digest != offer.digest:
        raise ToolChanged(
            f"the MCP server {server.name} changed its tool {offer.original} during the run: read "
            "its new description, and start the run again if you trust it"
        )


def _bound(url: str, headers: Mapping[str, str | Secret]) -> dict[str, Secret]:
    """Make secrets of the headers, which are shown to the address alone."""
    origin = Origin.of(url)
    if headers and origin.scheme == "http" and not origin.loopback:
        raise UserMistake(f"the headers would go to {origin} unencrypted: use https")
    made: dict[str, Secret] = {}
    for name, value in headers.items():
        wanted("name of a header", name, str)
        wanted(f"header {name}", value, str, Secret)
        secret = value if isinstance(value, Secret) else Secret(value, origin, f"header {name}")
        secret.reveal(origin)  # refuses a key that belongs elsewhere
        made[name] = secret
    return made
