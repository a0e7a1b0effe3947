"""The library's one background event loop, on which sync verbs run; it knows no chain."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import threading
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import Future
from typing import Any, TypeVar

from reasoning_chains.errors import UserMistake

__all__ = [
    "at_stop",
    "background_loop",
    "cancel",
    "has_stopped",
    "on_background_loop",
    "run_sync",
    "submit",
]

_T = TypeVar("_T")
_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None
_thread: threading.Thread | None = None
_stopped = False

at_stop: list[Callable[[], Coroutine[Any, Any, None]]] = []
"""What is awaited on the loop before the process ends: connections are closed there."""


def background_loop() -> asyncio.AbstractEventLoop:
    """Give the loop, started with its one thread on first use."""
    global _loop, _thread  # noqa: PLW0603 - one a process, by design
    with _lock:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            _thread = threading.Thread(
                target=_loop.run_forever, name="reasoning-chains", daemon=True
            )
            _thread.start()
        return _loop


def on_background_loop() -> bool:
    """Say whether this code runs on the library's own thread."""
    return _thread is not None and threading.current_thread() is _thread


def run_sync(work: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine on the background loop and wait for it; Ctrl-C cancels it.

    Raises:
        UserMistake: Called on the library's own thread, where waiting would never end.
    """
    future = submit(work)
    try:
        return future.result()
    except KeyboardInterrupt:
        future.cancel()
        _settled()
        raise


def submit(work: Coroutine[Any, Any, _T]) -> Future[_T]:
    """Start a coroutine on the background loop.

    Raises:
        UserMistake: On the library's own thread, or while the process ends.
    """
    if on_background_loop() or _stopped:
        work.close()
        raise UserMistake(
            "a sync verb was called while the process ends"
            if _stopped
            else "a sync verb was called on the library's own thread: use the async one, such as "
            "ainvoke"
        )
    return asyncio.run_coroutine_threadsafe(work, background_loop())


def cancel(futures: Iterable[Future[Any]]) -> None:
    """Cancel what is still under way, and wait until it has ended."""
    left = [future for future in futures if not future.done()]
    for future in left:
        future.cancel()
    if left and not _stopped and not on_background_loop():
        _settled()


def has_stopped() -> bool:
    """Say whether the process is ending: nothing can run any more."""
    return _stopped


def _settled() -> None:
    """Wait, at most a second, until what was cancelled has ended."""

    async def turns() -> None:
        for _ in range(10):
            await asyncio.sleep(0)

    done = asyncio.run_coroutine_threadsafe(turns(), background_loop())
    with contextlib.suppress(TimeoutError):  # the loop is busy: Ctrl-C goes through all the same
        done.result(timeout=1)


async def _stop_tasks() -> None:
    for close in at_stop:
        await close()
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_asyncgens()


@atexit.register
def _stop() -> None:
    global _stopped  # noqa: PLW0603
    if _loop is None or _thread is None or on_background_loop():
        return
    _stopped = True
    with contextlib.suppress(TimeoutError):  # the thread is a daemon: the process ends
        asyncio.run_coroutine_threadsafe(_stop_tasks(), _loop).result(timeout=2)
    _loop.call_soon_threadsafe(_loop.stop)
    _thread.join(timeout=2)


def _forget() -> None:
    # A forked child has the loop's memory and not its thread.
    global _loop, _thread, _lock
    _loop, _thread, _lock = None, None, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
