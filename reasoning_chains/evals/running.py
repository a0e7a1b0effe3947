"""Runs chains over suites on backends, and goes on where a run before ended; it shows nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reasoning_chains.backends.coalesce import Coalescing, coalesced
from reasoning_chains.backends.guard.guarding import stored
from reasoning_chains.backends.guard.recalling import Recalling
from reasoning_chains.budget import Account, Budget
from reasoning_chains.content import Library
from reasoning_chains.evals.cell import Cell
from reasoning_chains.evals.engines.engine import engine_of
from reasoning_chains.evals.folder import ended, folder_of, head_of, kept_for, store_of
from reasoning_chains.evals.head import Head
from reasoning_chains.evals.item import Item
from reasoning_chains.evals.lines import Lines
from reasoning_chains.evals.options import Options, Progress, Told
from reasoning_chains.evals.planning import Plan, opened, planned
from reasoning_chains.evals.report import Report, report_of
from reasoning_chains.evals.solving import Desk, solved
from reasoning_chains.evals.taking_in import take_in
from reasoning_chains.loop import run_sync
from reasoning_chains.session import AnyBackend, close_at_stop
from reasoning_chains.templates.still import StillTemplates
from reasoning_chains.verbs import check

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from reasoning_chains.chain import Chain
    from reasoning_chains.evals.suite import Suite

__all__ = ["Gone", "aevaluate", "evaluate", "gone_through"]


def evaluate(
    suites: Suite | str | Iterable[Suite | str],
    chains: Chain | str | Iterable[Chain | str],
    backends: AnyBackend | Iterable[AnyBackend] = "embedded",
    **options: Unpack[Options],
) -> Report:
    """Measure chains on suites with backends, and wait for the report; see `Options`.

    Begun again with the same folder of results it goes on, and asks for nothing that it has.

    Raises:
        UserMistake: A name is not known, the folder holds another run, or it cannot be written.
    """
    given: Any = backends
    one = isinstance(given, str) or callable(given) or not isinstance(given, Iterable)
    listed: list[Any] = [given] if one else list(given)
    for backend in listed:
        close_at_stop(backend)
    return run_sync(aevaluate(suites, chains, listed, **options))


async def aevaluate(
    suites: Suite | str | Iterable[Suite | str],
    chains: Chain | str | Iterable[Chain | str],
    backends: AnyBackend | Iterable[AnyBackend] = "embedded",
    **options: Unpack[Options],
) -> Report:
    """Measure chains on suites with backends; see `evaluate`."""
    told = Told.of(options)
    engine = engine_of(told.engine)
    if engine is not None:
        from reasoning_chains.evals.engines.spreading import spread

        return await spread((suites, chains, backends), told, engine)
    done = await gone_through(suites, chains, backends, told)
    return report_of(done.cells, done.folder, done.note)


@dataclass(frozen=True, slots=True)
class Gone:
    """A run that has ended: its cells, where their records lie, and why it ended early."""

    cells: list[Cell]
    folder: Path
    note: str = ""


async def gone_through(suites: Any, chains: Any, backends: Any, told: Told) -> Gone:
    """Run what is asked in this process, and count it.

    Raises:
        UserMistake: As `evaluate`.
    """
    settings, root = told.settings, Library.of(told.project).roots[0]
    plan = told.added(planned(suites, chains, told.n, settings.project))
    async with AsyncExitStack() as stack:
        them = opened(backends, settings.project)
        head = head_of(plan, [name for name, _, _ in them], told)
        folder = folder_of(head, told, root)
        store, asked = store_of(told, folder, root), {}
        for name, backend, mine in them:
            asked[name] = coalesced(_keeping(backend, store))
            if mine:
                stack.push_async_callback(asked[name].aclose)
        stack.enter_context(kept_for(folder, head))
        await take_in(folder, head, store)
        cells = _cells(plan.in_shard(told.part), asked, head, folder)
        for cell in cells:
            stack.callback(cell.lines.close)
        templates = StillTemplates(Library.of(settings.project))
        account = Account(told.budget or Budget())
        run = _Running(cells, told, Desk(settings, account, templates, told.texts))
        await run.through()
        if told.part is not None and not run.note and not any(cell.note for cell in cells):
            ended(folder, {cell.head.file: len(cell.table) for cell in cells})
        return Gone(cells, folder, run.note)


def _keeping(backend: Any, store: Path | None) -> Any:
    """Put the store around a backend, unless it has one of its own."""
    return backend if store is None or isinstance(backend, Recalling) else stored(backend, store)


def _cells(plan: Plan, backends: dict[str, Coalescing], head: Head, folder: Path) -> list[Cell]:
    suites, chains = {suite.name: suite for suite in plan.suites}, dict(plan.chains)
    return [
        Cell(
            one,
            suites[one.suite],
            plan.fitted(chains[one.chain], suites[one.suite]),
            backends[one.backend],
            Lines(folder / one.file),
            plan.sampled(one.chain, backends[one.backend]),
        )
        for one in head.cells
    ]


@dataclass(slots=True, eq=False)
class _Running:
    """The cells of one run, and what they share."""

    cells: list[Cell]
    told: Told
    desk: Desk
    ended: bool = False
    progress: Progress = field(init=False)

    async def through(self) -> None:
        """Read what is there, check what is asked, and do what is left."""
        for cell in self.cells:
            cell.recall(retry_errors=self.told.retry_errors)
            if self.told.known is not None:
                cell.skip(Lines(Path(self.told.known) / cell.head.file))
            self._charge(cell)
            await self._check(cell)
        there = sum(len(cell.table) for cell in self.cells)
        self.progress = Progress(len(self.cells), self._total(), there, there, self.desk.account)
        by_backend: dict[int, list[Cell]] = {}
        for cell in self.cells:
            by_backend.setdefault(id(cell.backend), []).append(cell)
        streams = [self._stream(cells) for cells in by_backend.values()]
        await _all(self._work(each) for each in streams for _ in range(self.told.concurrency))

    def _charge(self, cell: Cell) -> None:
        """Count what a run before has spent of the same budget."""
        usage = cell.table.usage
        account = self.desk.account
        account.tokens += usage.tokens + cell.table.scoring
        account.calls += usage.calls
        account.money += cell.table.bought

    async def _check(self, cell: Cell) -> None:
        """Refuse a chain that the backend or its templates cannot carry, before it is paid."""
        item = next(iter(cell.suite), None)
        if item is not None:  # there may be fewer problems than shards
            await check(cell.chain, self.desk.run(cell, item))

    def _total(self) -> int | None:
        counts = [cell.suite.count for cell in self.cells]
        return None if None in counts else sum(count or 0 for count in counts)

    def _stream(self, cells: list[Cell]) -> Iterator[tuple[Cell, Item | None]]:
        """Give all that is left, cell after cell, without a pause between them."""
        for cell in cells:
            for item in cell.items():
                if self.ended:
                    return
                yield cell, item

    async def _work(self, stream: Iterator[tuple[Cell, Item | None]]) -> None:
        desk = self.desk
        for cell, item in stream:
            if item is None:
                await asyncio.sleep(0)
                continue
            record = await solved(desk, cell, item)
            if record is None:
                self.ended = True
                return
            cell.take(record)
            self._tell(cell, record.outcome == "error")

    def _tell(self, cell: Cell, failed: bool) -> None:
        self.progress.done += 1
        self.progress.errors += failed
        self.progress.cell = f"{cell.head.suite} · {cell.head.chain} · {cell.head.backend}"
        if self.told.watch is not None:
            self.told.watch(self.progress)

    @property
    def note(self) -> str:
        """Why the run ended before its time; empty where it did not."""
        if not self.ended:
            return ""
        return (
            "the budget of the run is spent: what is there is counted. With a larger one the "
            "same folder of results goes on from here"
        )


async def _all(works: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Wait for all; what one raises ends the others and goes on."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
