"""One connection pool for each event loop, closed with it; it knows nothing of HTTP."""

from __future__ import annotations

import asyncio
import atexit
import concurrent.futures
import os
import weakref
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, Generic, TypeAlias, TypeVar

__all__ = ["PerLoop"]

T = TypeVar("T")


class _Thing(Generic[T]):
    """What a loop holds; whoever comes first closes it, and who is cancelled leaves it open."""

    def __init__(self, value: T, close: Callable[[T], Awaitable[None]]) -> None:
        self.value, self._close = value, close
        self._ended = False

    async def end(self) -> None:
        """Close it, once."""
        if self._ended:
            return
        self._ended, closed = True, False
        try:
            await self._close(self.value)
            await asyncio.sleep(0)  # transports close their sockets one turn later
            closed = True
        finally:
            self._ended = closed


_Life: TypeAlias = AsyncGenerator[_Thing[T], None]
_Held: TypeAlias = dict[asyncio.AbstractEventLoop, tuple[_Thing[T], _Life[T]]]


class PerLoop(Generic[T]):
    """One thing for each event loop, closed with its loop or with its owner, whichever ends first.

    Connections belong to the loop that opened them. The thing lives in an async generator, which
    a loop's own shutdown (`asyncio.run`) ends: forgetting to close leaves no socket.

    Args:
        make: Makes the thing, inside of its loop.
        close: Closes it; it must not refer to the owner, which could then never be collected.
    """

    def __init__(self, make: Callable[[], T], close: Callable[[T], Awaitable[None]]) -> None:
        self._make, self._close = make, close
        self._held: _Held[T] = {}
        weakref.finalize(self, _end_all, self._held).atexit = False

    async def get(self) -> T:
        """Give this loop's thing, making it if it is not there."""
        loop = asyncio.get_running_loop()
        held = self._held.get(loop)
        if held is None:
            for other in list(self._held):
                if other.is_closed():
                    self._held.pop(other, None)
            life = _life(_Thing(self._make(), self._close), self._held)
            held = self._held[loop] = (await anext(life), life)
            _OPENED.add(self)
        return held[0].value

    async def aclose(self) -> None:
        """Close the things of all loops that still run."""
        here = asyncio.get_running_loop()
        for loop, (thing, _) in list(self._held.items()):
            self._held.pop(loop, None)
            if loop is here:
                await thing.end()
            elif loop.is_running():
                await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(thing.end(), loop))


async def _life(thing: _Thing[T], held: _Held[T]) -> _Life[T]:
    loop = asyncio.get_running_loop()
    try:
        yield thing
    finally:
        if loop in held and held[loop][0] is thing:
            del held[loop]
        await thing.end()


def _end_all(held: _Held[Any]) -> list[concurrent.futures.Future[None]]:
    """Have every thing closed by its own loop, without waiting for it."""
    ending = []
    for loop, (thing, _) in list(held.items()):
        held.pop(loop, None)
        if loop.is_running():
            future = asyncio.run_coroutine_threadsafe(thing.end(), loop)
            _ENDING.add(future)  # loops hold their tasks weakly
            future.add_done_callback(_ENDING.discard)
            ending.append(future)
    return ending


_OPENED: weakref.WeakSet[PerLoop[Any]] = weakref.WeakSet()
_ENDING: set[concurrent.futures.Future[None]] = set()
_PARENTS: list[_Held[Any]] = []
"""In a forked child: what the parent opened, on loops of its own, which nobody here may end."""


def _forget() -> None:
    for owner in list(_OPENED):
        _PARENTS.append(dict(owner._held))
        owner._held.clear()
    _OPENED.clear()
    _ENDING.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


@atexit.register
def _at_exit() -> None:
    """Close what the library's background loop, which never ends by itself, still holds."""
    ending = [future for owner in list(_OPENED) for future in _end_all(owner._held)]
    concurrent.futures.wait(ending, timeout=1)
