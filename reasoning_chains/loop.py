"""The library's one background event loop, on which sync verbs run; it knows no chain."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import threading
import weakref
from collections.abc import Callable, Coroutine, Iterable, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from reasoning_chains.errors import Caught, UserMistake

__all__ = [
    "at_stop",
    "background_loop",
    "cancel",
    "closed",
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

_works: weakref.WeakKeyDictionary[Future[Any], Coroutine[Any, Any, Any]] = (
    weakref.WeakKeyDictionary()
)
"""The coroutines behind futures: by them their tasks are found, which `Future` does not tell."""

at_stop: list[Callable[[], Coroutine[Any, Any, None]]] = []
"""What is awaited on the loop before the process ends: connections are closed there."""


def background_loop() -> asyncio.AbstractEventLoop:
    """Give the loop, started with its one thread on first use."""
    global _loop, _thread  # noqa: PLW0603 - one a process, by design
    with _lock:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            _thread = threading.Thread(
                target=_kept_running, args=(_loop,), name="reasoning-chains", daemon=True
            )
            _thread.start()
        return _loop


def _kept_running(loop: asyncio.AbstractEventLoop) -> None:
    """Run the loop until it is stopped: what raises Ctrl-C or an exit in a task ends its call."""
    stopped = False
    while not stopped:
        with Caught(KeyboardInterrupt, SystemExit) as caught:
            loop.run_forever()
        stopped = caught.error is None


def on_background_loop() -> bool:
    """Say whether this code runs on the library's own thread."""
    return _thread is not None and threading.current_thread() is _thread


def run_sync(work: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine on the background loop and wait for it.

    What ends the waiting, such as Ctrl-C or a signal's own exception, cancels it.

    Raises:
        UserMistake: Called on the library's own thread, where waiting would never end.
    """
    future = submit(work)
    try:
        return future.result()
    finally:
        cancel([future])


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
    future = asyncio.run_coroutine_threadsafe(work, background_loop())
    _works[future] = work
    return future


def cancel(futures: Iterable[Future[Any]]) -> None:
    """Cancel what is still under way, and wait, at most a second, until it has ended."""
    if _stopped:  # nothing is under way any more, and nobody would answer
        return
    left = [future for future in futures if not future.done()]
    works = [_works[future] for future in left if future in _works]
    for future in left:
        future.cancel()
    if left and not on_background_loop():
        _settled(works)


def has_stopped() -> bool:
    """Say whether the process is ending: nothing can run any more."""
    return _stopped


def _settled(works: Sequence[Coroutine[Any, Any, Any]]) -> None:
    async def ended() -> None:
        tasks = [task for task in asyncio.all_tasks() if task.get_coro() in works]
        if tasks:
            await asyncio.wait(tasks, timeout=1)

    done = asyncio.run_coroutine_threadsafe(ended(), background_loop())
    with contextlib.suppress(TimeoutError):  # the loop is busy: Ctrl-C goes through all the same
        done.result(timeout=1)


async def closed(closing: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Wait for all of them: one that fails is told, and leaves no other open."""
    for error in await asyncio.gather(*closing, return_exceptions=True):
        if isinstance(error, Exception):
            told = {"message": "closing failed as the process ended", "exception": error}
            asyncio.get_running_loop().call_exception_handler(told)


async def _stop_tasks() -> None:
    await closed(close() for close in at_stop)
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


_parents: list[asyncio.AbstractEventLoop] = []


def _forget() -> None:
    # A forked child has the loop's memory and not its thread, and what is open is the parent's.
    # Its loop is kept: closing it in the child would take the parent's own wake-up from it.
    global _loop, _thread, _lock
    if _loop is not None:
        _parents.append(_loop)
    _loop, _thread, _lock = None, None, threading.Lock()
    at_stop.clear()
    _works.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
