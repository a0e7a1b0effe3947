"""Waiting for several things at once, and for a function that blocks; it knows no run."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from reasoning_chains.errors import Caught

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


async def in_thread(function: Callable[[], _T]) -> _T:
    """Await a function that blocks; one that never ends keeps neither loop nor process alive."""
    loop = asyncio.get_running_loop()
    landed: asyncio.Future[_T] = loop.create_future()
    context = contextvars.copy_context()
    caught = Caught(BaseException)

    def work() -> None:
        value: Any = None
        with caught:
            value = context.run(function)
        with contextlib.suppress(RuntimeError):  # the loop was closed: nobody waits any more
            loop.call_soon_threadsafe(_land, landed, value, caught.error)

    threading.Thread(target=work, name="reasoning-chains-call", daemon=True).start()
    return await landed


def _land(landed: asyncio.Future[Any], value: Any, error: BaseException | None) -> None:
    if landed.done():
        return
    if error is None:
        landed.set_result(value)
    elif isinstance(error, StopIteration):  # no future takes one
        landed.set_exception(RuntimeError("the function raised StopIteration"))
    else:
        landed.set_exception(error)
