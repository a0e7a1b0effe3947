"""One thread that works while there is work, for any event loop; it knows not what the work is."""

from __future__ import annotations

import atexit
import os
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import AbstractContextManager
from functools import partial
from queue import SimpleQueue
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from reasoning_chains.errors import Caught

__all__ = ["Job", "Mill", "Worker"]


class Job(Protocol):
    """Something to work at, which can be told that it failed."""

    @property
    def done(self) -> bool:
        """Whether nothing more is to be done for it."""

    def fail(self, error: BaseException) -> None:
        """Hear that the work ended with an error, and that nothing more comes."""


J = TypeVar("J", bound=Job)
J_contra = TypeVar("J_contra", bound=Job, contravariant=True)


class Mill(Protocol[J_contra]):
    """What does the work, always in the worker's thread."""

    def take(self, job: J_contra) -> None:
        """Take on a job."""

    def turn(self) -> bool:
        """Do a little of everything taken on, and say whether there is more to do."""


_Stretch: TypeAlias = tuple[Callable[[], None], Future[None]]


class _Bench(Generic[J]):
    """A thread, and the mill that was built in it.

    The thread is a daemon: one of a pool would be waited for before the process may end.
    """

    def __init__(self, name: str) -> None:
        self.mill: Mill[J] | None = None
        self._work: SimpleQueue[_Stretch | None] = SimpleQueue()
        threading.Thread(target=_serve, args=(self._work,), name=name, daemon=True).start()
        self.free = weakref.finalize(self, self._work.put, None)

    def begin(self, work: Callable[[], None]) -> Future[None]:
        """Have a stretch of work done in the thread."""
        ended: Future[None] = Future()
        self._work.put((work, ended))
        return ended


def _serve(stretches: SimpleQueue[_Stretch | None]) -> None:
    while (stretch := stretches.get()) is not None:
        work, ended = stretch
        with Caught(BaseException) as caught:
            work()
        del work, stretch  # an idle thread keeps no model
        if caught.error is None:
            ended.set_result(None)
        else:
            ended.set_exception(caught.error)
        del ended, caught


class Worker(Generic[J]):
    """Runs a mill in a thread of its own, which starts with the first job.

    Args:
        build: Makes the mill, in the thread, when the first job comes.
        name: The thread's name.
        around: Makes what every stretch of work is done within.
    """

    def __init__(
        self,
        build: Callable[[], Mill[J]],
        name: str,
        around: Callable[[], AbstractContextManager[object]],
    ) -> None:
        self._build = build
        self._name = name
        self._around = around
        self._begin()
        _WORKERS.add(self)

    def _begin(self) -> None:
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._inbox: list[J] = []
        self._taken: list[J] = []
        self._bench: _Bench[J] | None = None
        self._busy: Future[None] | None = None
        self._halted = False

    def submit(self, job: J) -> None:
        """Hand in a job; it joins what is being worked at."""
        if self._process != os.getpid():
            self._begin()  # a forked child has the parent's state, and not its thread
        with self._lock:
            self._inbox.append(job)
            if self._busy is not None:
                return
            if self._bench is None:
                self._bench = _Bench(self._name)
            self._busy = busy = self._bench.begin(partial(self._run, self._bench))
        busy.add_done_callback(self._done)

    def close(self) -> Future[None] | None:
        """Free the thread and the mill, and give the work that still has to end, if any.

        Jobs at hand should be dropped first: they are worked at to their end. A job that comes
        later starts a new thread.
        """
        if self._process != os.getpid():
            self._begin()
        with self._lock:
            bench, self._bench, busy = self._bench, None, self._busy
        if bench is not None:
            bench.free()
        return busy

    def halt(self) -> Future[None] | None:
        """Leave all work where it stands, and give the stretch that still has to end, if any."""
        if self._process != os.getpid():
            return None
        self._halted = True
        return self._busy

    def _run(self, bench: _Bench[J]) -> None:
        with self._around():
            self._work(bench)

    def _work(self, bench: _Bench[J]) -> None:
        if bench.mill is None:
            bench.mill = self._build()
        while not self._halted:
            with self._lock:
                fresh, self._inbox = self._inbox, []
                self._taken = [job for job in self._taken if not job.done] + fresh
            for job in fresh:
                bench.mill.take(job)
            if not bench.mill.turn() and self._rest():
                return

    def _rest(self) -> bool:
        with self._lock:
            if self._inbox:
                return False
            self._taken, self._busy = [], None
            return True

    def _done(self, future: Future[None]) -> None:
        error = future.exception()
        if error is None:
            return
        # A failed build or a bug: whoever waits hears of it, and the next job starts afresh.
        with self._lock:
            jobs, self._taken, self._inbox = self._taken + self._inbox, [], []
            bench, self._bench, self._busy = self._bench, None, None
        if bench is not None:
            bench.free()
        for job in jobs:
            job.fail(error)


_WORKERS: weakref.WeakSet[Worker[Any]] = weakref.WeakSet()


@atexit.register
def _halt_all() -> None:
    """Give the threads a moment to leave what they compute: one cut off there may crash."""
    wait([busy for worker in list(_WORKERS) if (busy := worker.halt()) is not None], timeout=2)
