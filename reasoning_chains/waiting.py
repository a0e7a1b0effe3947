"""Waiting for several things at once, and for a function that blocks; it knows no run."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Generic, Self, TypeVar

__all__ = ["in_thread", "together"]

_T = TypeVar("_T")


async def together(work: Sequence[Coroutine[Any, Any, _T]]) -> list[_T]:
    """Await all; where one raises, cancel the rest, wait for them, and raise it as it is."""
    tasks = [asyncio.ensure_future(item) for item in work]
    try:
        return await asyncio.gather(*tasks)
    finally:
        unfinished = [task for task in tasks if not task.done()]
        for task in unfinished:
            task.cancel()
        if unfinished:
            await asyncio.wait(unfinished)


class _Landing(Generic[_T]):
    """Brings what a block gives, or raises, to a future of a loop in another thread."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.landed: asyncio.Future[_T] = self.loop.create_future()
        self.value: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        with contextlib.suppress(RuntimeError):  # the loop was closed: nobody waits any more
            self.loop.call_soon_threadsafe(self._land, error)
        return True

    def _land(self, error: BaseException | None) -> None:
        if self.landed.done():
            return
        if error is None:
            self.landed.set_result(self.value)
        elif isinstance(error, StopIteration):
            self.landed.set_exception(RuntimeError("the function raised StopIteration"))
        else:
            self.landed.set_exception(error)


async def in_thread(function: Callable[[], _T]) -> _T:
    """Await a function that blocks; one that never ends keeps neither loop nor process alive."""
    landing: _Landing[_T] = _Landing()
    context = contextvars.copy_context()

    def work() -> None:
        with landing:
            landing.value = context.run(function)

    threading.Thread(target=work, name="reasoning-chains-call", daemon=True).start()
    return await landing.landed
