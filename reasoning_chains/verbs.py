"""How a chain is called: once, on many problems, or as a stream of events; it adds no reasoning."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Callable,
    Generator,
    Iterable,
    Iterator,
    Sequence,
)
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, TypeAlias, TypeVar

from reasoning_chains.asking import language
from reasoning_chains.errors import (
    CapabilityMissing,
    TemplateMistake,
    UserMistake,
)
from reasoning_chains.loop import cancel, has_stopped, run_sync, submit
from reasoning_chains.protocols import Solver
from reasoning_chains.run import Run
from reasoning_chains.session import AnyBackend, Settings, problem_of, shared, start, streamed
from reasoning_chains.solution import Answered, Event, Solution
from reasoning_chains.types import Problem

__all__ = ["Call", "Solutions", "checked_batch", "iterate_sync"]

_T = TypeVar("_T")
Problems: TypeAlias = Iterable[Problem | str] | AsyncIterable[Problem | str]


class Solutions(AsyncIterator[Any]):
    """What `abatch` gives: iterate it with bounded memory, or await it for the whole list."""

    def __init__(self, generator: AsyncGenerator[Any, None]) -> None:
        self._generator = generator

    async def __anext__(self) -> Any:
        return await self._generator.__anext__()

    def __await__(self) -> Generator[Any, None, list[Any]]:
        return self._all().__await__()

    async def _all(self) -> list[Any]:
        return [solution async for solution in self._generator]

    async def aclose(self) -> None:
        """Stop early: what is in flight is cancelled."""
        await self._generator.aclose()


@dataclass(frozen=True, slots=True)
class Call:
    """A chain with the backend and the settings that it is called with."""

    chain: Solver
    backend: AnyBackend
    settings: Settings

    async def solve(
        self, problem: Problem | str, watch: Callable[[Event], None] | None = None
    ) -> Solution:
        """Solve one problem."""
        wanted = problem_of(problem)
        backend = await shared(self.backend, self.settings.project)
        run = start(streamed(backend) if watch else backend, wanted, self.settings, watch)
        check(self.chain, run)
        return await run.work(self.chain)

    async def events(self, problem: Problem | str) -> AsyncGenerator[Event, None]:
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
        coming = _taken(problems)
        more = True
        try:
            while more or running:
                if more and _room(running, concurrency):
                    problem = await anext(coming, None)
                    more = problem is not None
                    if problem is not None:
                        running.append(asyncio.create_task(self.solve(problem)))
                elif running[0].done():
                    yield _outcome(running.popleft(), return_exceptions)
                else:
                    busy = [task for task in running if not task.done()]
                    await asyncio.wait(busy, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def batch_sync(
        self, problems: Iterable[Problem | str], concurrency: int, return_exceptions: bool
    ) -> Iterator[Any]:
        """Do the same from outside of the loop: problems are taken in the caller's thread."""
        running: deque[Future[Solution]] = deque()
        coming = iter(problems)
        more = True
        try:
            while more or running:
                if more and _room(running, concurrency):
                    problem = next(coming, None)
                    more = problem is not None
                    if problem is not None:
                        running.append(submit(self.solve(problem)))
                elif running[0].done():
                    yield _outcome(running.popleft(), return_exceptions)
                else:
                    busy = [future for future in running if not future.done()]
                    wait(busy, return_when=FIRST_COMPLETED)
        finally:
            cancel(running)


_AHEAD = 4
"""How many windows of finished solutions may wait for a slow one before them."""


def _room(running: Sequence[Any], concurrency: int) -> bool:
    if len(running) >= _AHEAD * concurrency:
        return False
    return sum(not each.done() for each in running) < concurrency


def _outcome(done: asyncio.Task[Solution] | Future[Solution], return_exceptions: bool) -> Any:
    error = done.exception()
    if return_exceptions and isinstance(error, Exception):
        return error
    return done.result()


async def _taken(problems: Problems) -> AsyncIterator[Problem | str]:
    if isinstance(problems, AsyncIterable):
        async for problem in problems:
            yield problem
    else:
        for problem in problems:
            yield problem


def checked_batch(problems: Any, concurrency: int) -> None:
    """Refuse what is no batch, before anything is asked.

    Raises:
        UserMistake: One text is given for many, or nothing may run.
    """
    if isinstance(problems, str | Problem):
        raise UserMistake("batch wants many problems: put one into a list, or use invoke")
    if not isinstance(problems, Iterable | AsyncIterable):
        raise UserMistake(f"batch wants an iterable of problems, found {type(problems).__name__}")
    if not isinstance(concurrency, int) or concurrency < 1:
        raise UserMistake(f"concurrency={concurrency!r}: it must be a number from 1 on")


def iterate_sync(generator: AsyncGenerator[_T, None]) -> Iterator[_T]:
    """Iterate an async generator on the background loop; leaving early closes it."""
    try:
        while True:
            try:
                item = run_sync(anext(generator))
            except StopAsyncIteration:
                return
            yield item
    finally:
        if not has_stopped():
            run_sync(generator.aclose())


def check(chain: Any, run: Run) -> None:
    """Refuse a chain that its backend or its templates cannot carry, before anything is paid.

    Raises:
        CapabilityMissing: The backend does not do what the chain needs.
        TemplateMistake: A template declares another reader than the chain relies on.
    """
    backend, templates = run.session.backend, run.session.templates
    for need in getattr(chain, "needs", ()):
        if not getattr(backend.capabilities, need):
            whose = f"{need} (by {type(chain).__name__})"
            raise CapabilityMissing(whose, backend.name, "use another backend or chain")
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
    for inner in _inner_chains(chain):
        check(inner, run)


def _inner_chains(chain: Any) -> Iterator[Any]:
    if is_dataclass(chain):
        for field in fields(chain):
            value = getattr(chain, field.name)
            for inner in value if isinstance(value, tuple) else (value,):
                if hasattr(inner, "solve"):
                    yield inner
