"""How a chain is called: once, on many problems, or as a stream of events; it adds no reasoning."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Callable,
    Generator,
    Iterable,
    Iterator,
    Mapping,
)
from concurrent.futures import Future
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, TypeAlias, TypeVar

from reasoning_chains.asking import language
from reasoning_chains.errors import (
    CapabilityMissing,
    Caught,
    TemplateMistake,
    UnknownName,
    UserMistake,
    shown,
    wanted,
)
from reasoning_chains.loop import cancel, has_stopped, run_sync, submit
from reasoning_chains.protocols import Solver
from reasoning_chains.run import Run
from reasoning_chains.session import AnyBackend, AnyProblem, Settings, problem_of, shared, start
from reasoning_chains.solution import Answered, Event, Solution
from reasoning_chains.types import Capabilities, Problem

__all__ = ["Call", "Solutions", "checked_batch", "iterate_sync"]

_T = TypeVar("_T")
_CAPABILITIES = tuple(field.name for field in fields(Capabilities))
Problems: TypeAlias = Iterable[AnyProblem] | AsyncIterable[AnyProblem]


class Solutions(AsyncIterator[Any]):
    """What `abatch` gives: iterate it with bounded memory, or await it for the whole list."""

    def __init__(self, generator: AsyncGenerator[Any, None]) -> None:
        self._generator = generator
        self._whole: asyncio.Task[list[Any]] | None = None
        self._begun = self._ended = False

    def __aiter__(self) -> Solutions:
        if self._whole is not None:
            raise UserMistake("this batch was awaited: iterate the list that it gave")
        if self._ended:
            raise UserMistake(f"this batch was iterated to its end: {_ONCE}")
        return self

    async def __anext__(self) -> Any:
        self._begun = True
        try:
            return await anext(self._generator)
        except StopAsyncIteration:
            self._ended = True
            raise

    def __await__(self) -> Generator[Any, None, list[Any]]:
        if self._begun:
            raise UserMistake(f"this batch was iterated before it was awaited: {_ONCE}")
        if self._whole is None:
            self._whole = asyncio.ensure_future(self._all())
        return self._whole.__await__()

    async def _all(self) -> list[Any]:
        return [solution async for solution in self._generator]

    async def aclose(self) -> None:
        """Stop early: what is in flight is cancelled."""
        self._begun = self._ended = True
        if self._whole is not None:
            self._whole.cancel()
            await asyncio.wait([self._whole])
        await self._generator.aclose()


_ONCE = "its solutions are not kept. Await it once for the list, or call abatch again"


@dataclass(frozen=True, slots=True)
class Call:
    """A chain with the backend and the settings that it is called with."""

    chain: Solver
    backend: AnyBackend
    settings: Settings

    async def solve(
        self, problem: AnyProblem, watch: Callable[[Event], None] | None = None
    ) -> Solution:
        """Solve one problem."""
        wanted = problem_of(problem)
        backend = await shared(self.backend, self.settings.project)
        run = start(backend.streamed() if watch else backend, wanted, self.settings, watch)
        await check(self.chain, run)
        return await run.work(self.chain)

    async def events(self, problem: AnyProblem) -> AsyncGenerator[Event, None]:
        """Solve one problem and tell what happens meanwhile; the last event is the solution."""
        news: asyncio.Queue[Event | None] = asyncio.Queue()
        task = asyncio.create_task(self.solve(problem, news.put_nowait))
        task.add_done_callback(lambda _: news.put_nowait(None))
        try:
            while (event := await news.get()) is not None:
                yield event
            yield Answered(await task)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def batch(
        self, problems: Problems, concurrency: int, return_exceptions: bool
    ) -> AsyncGenerator[Any, None]:
        """Solve problems in order, a bounded number at once, taken as they are needed."""
        running: deque[asyncio.Task[Solution]] = deque()
        coming, source = _taken(problems), Caught()
        more, landed, busy = True, asyncio.Event(), _Busy()
        try:
            while more or running:
                landed.clear()
                if more and busy.room(len(running), concurrency):
                    with source:
                        problem = await anext(coming, _END)
                    more = source.error is None and problem is not _END
                    if more:
                        running.append(asyncio.create_task(self.solve(problem)))
                        busy.begin(running[-1], landed)
                elif running[0].done():
                    yield _outcome(running.popleft(), return_exceptions)
                else:
                    await landed.wait()
            if source.error is not None:  # what was asked before it is paid, and was handed over
                raise source.error
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def batch_sync(
        self, problems: Iterable[AnyProblem], concurrency: int, return_exceptions: bool
    ) -> Iterator[Any]:
        """Do the same from outside of the loop: problems are taken in the caller's thread."""
        running: deque[Future[Solution]] = deque()
        coming, source = iter(problems), Caught()
        more, landed, busy = True, threading.Event(), _Busy()
        try:
            while more or running:
                landed.clear()
                if more and busy.room(len(running), concurrency):
                    with source:
                        problem = next(coming, _END)
                    more = source.error is None and problem is not _END
                    if more:
                        running.append(submit(self.solve(problem)))
                        busy.begin(running[-1], landed)
                elif running[0].done():
                    yield _outcome(running.popleft(), return_exceptions)
                else:
                    landed.wait()
            if source.error is not None:
                raise source.error
        finally:
            cancel(running)


_END: Any = object()
"""Stands behind the last problem: None may be one, and is told then."""

_AHEAD = 16
"""How many windows of finished solutions may wait for a slow one before them."""


class _Busy:
    """How many problems are being solved; begun in one thread, ended in another."""

    def __init__(self) -> None:
        self._count = 0
        self._lock = threading.Lock()

    def room(self, waiting: int, concurrency: int) -> bool:
        """Tell whether another one may begin."""
        return self._count < concurrency and waiting < _AHEAD * concurrency

    def begin(
        self,
        task: asyncio.Task[Solution] | Future[Solution],
        landed: asyncio.Event | threading.Event,
    ) -> None:
        """Count one until it is done, and tell then."""

        def end(_: object) -> None:
            with self._lock:
                self._count -= 1
            landed.set()

        with self._lock:
            self._count += 1
        task.add_done_callback(end)


def _outcome(done: asyncio.Task[Solution] | Future[Solution], return_exceptions: bool) -> Any:
    error = done.exception()
    if return_exceptions and isinstance(error, Exception):
        return error
    return done.result()


async def _taken(problems: Problems) -> AsyncIterator[AnyProblem]:
    if isinstance(problems, AsyncIterable):
        async for problem in problems:
            yield problem
    else:
        for problem in problems:
            yield problem


def checked_batch(problems: Any, concurrency: int, *, lasting: bool = False) -> None:
    """Refuse what is no batch, before anything is asked; `lasting` says that it may be async.

    Raises:
        UserMistake: One text is given for many, or nothing may run.
    """
    if isinstance(problems, str | Problem | Mapping):
        raise UserMistake("batch wants many problems: put one into a list, or use invoke")
    if isinstance(problems, AsyncIterable) and not lasting:
        raise UserMistake("batch wants an iterable of problems: give an async one to abatch")
    if not isinstance(problems, Iterable | AsyncIterable):
        raise UserMistake(f"batch wants an iterable of problems, found {shown(problems)}")
    wanted("concurrency", concurrency, int)
    if concurrency < 1:
        raise UserMistake(f"concurrency={shown(concurrency)}: it must be at least 1")


def iterate_sync(generator: AsyncGenerator[_T, None]) -> Iterator[_T]:
    """Iterate an async generator on the background loop; leaving early closes it."""
    outside = False
    try:
        while True:
            try:
                item = run_sync(anext(generator))
            except StopAsyncIteration:
                return
            outside = True
            yield item
            outside = False
    finally:
        if outside and not has_stopped():  # what ended or was cancelled within is closed by that
            run_sync(generator.aclose())


async def check(chain: Any, run: Run) -> None:
    """Refuse a chain that its backend or its templates cannot carry, before anything is paid.

    Raises:
        CapabilityMissing: The backend does not do what the chain needs.
        TemplateMistake: A template declares another reader than the chain relies on.
    """
    backend, templates = run.session.backend, run.session.templates
    for need in chain.requires() if hasattr(chain, "requires") else ():
        if need not in _CAPABILITIES:
            raise UnknownName(f"capability that {type(chain).__name__} needs", need, _CAPABILITIES)
        if getattr(backend.capabilities, need) in (False, 0, "none"):
            whose = f"{need} (by {type(chain).__name__})"
            raise CapabilityMissing(whose, backend.name, "use another backend, chain or setting")
    lang = language(run.session, run.problem)
    contracts = chain.contracts() if hasattr(chain, "contracts") else {}
    for part, reader in contracts.items():
        file = templates.file(f"{chain.template}/{part}" if part else chain.template, lang)
        found = templates.head(file).parse
        if found != reader:
            raise TemplateMistake(
                f"template {file!r} declares parse: {found}, and {type(chain).__name__} needs "
                f"parse: {reader}: change it in the template's head"
            )
    inside = await chain.elsewhere(run) if hasattr(chain, "elsewhere") else run
    for inner in _inner_chains(chain):
        await check(inner, inside)


def _inner_chains(chain: Any) -> Iterator[Any]:
    if is_dataclass(chain):
        for field in fields(chain):
            value = getattr(chain, field.name)
            for inner in value if isinstance(value, tuple) else (value,):
                if hasattr(inner, "solve"):
                    yield inner
