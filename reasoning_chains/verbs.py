"""How a chain is called: once, on many problems, or as a stream of events; it adds no reasoning."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, TypeVar

from reasoning_chains.asking import language
from reasoning_chains.errors import (
    CapabilityMissing,
    ReasoningChainsError,
    TemplateMistake,
    UserMistake,
)
from reasoning_chains.loop import run_sync
from reasoning_chains.protocols import Solver
from reasoning_chains.run import Run
from reasoning_chains.session import AnyBackend, Settings, leased, problem_of, start, streamed
from reasoning_chains.solution import Answered, Event, Solution
from reasoning_chains.types import Problem

__all__ = ["Call", "Solutions", "iterate_sync"]

_T = TypeVar("_T")


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
    keep: bool = False

    async def solve(
        self, problem: Problem | str, watch: Callable[[Event], None] | None = None
    ) -> Solution:
        """Solve one problem."""
        wanted = problem_of(problem)
        async with leased(self.backend, self.settings.project, keep=self.keep) as backend:
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
        self, problems: Iterable[Problem | str], concurrency: int, return_exceptions: bool
    ) -> AsyncGenerator[Any, None]:
        """Solve problems in order, a bounded number at once, taken as they are needed."""
        if concurrency < 1:
            raise UserMistake(f"concurrency={concurrency}: it must be at least 1")
        running: deque[asyncio.Task[Solution]] = deque()
        coming = iter(problems)
        async with leased(self.backend, self.settings.project, keep=self.keep):
            try:
                while self._fill(running, coming, concurrency):
                    try:
                        yield await running[0]
                    except ReasoningChainsError as error:
                        if not return_exceptions:
                            raise
                        yield error
                    running.popleft()
            finally:
                for task in running:
                    task.cancel()
                await asyncio.gather(*running, return_exceptions=True)

    def _fill(
        self,
        running: deque[asyncio.Task[Solution]],
        coming: Iterator[Problem | str],
        concurrency: int,
    ) -> bool:
        while len(running) < concurrency:
            try:
                problem = next(coming)
            except StopIteration:
                break
            running.append(asyncio.create_task(self.solve(problem)))
        return bool(running)


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
    for part, reader in getattr(chain, "delivers", {}).items():
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
