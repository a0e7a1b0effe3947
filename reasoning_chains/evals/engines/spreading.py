"""A run parted into shards, carried out by an engine, and put together; it solves nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

from reasoning_chains.budget import Budget
from reasoning_chains.content import Library
from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.engines.engine import Answer, Engine, Order
from reasoning_chains.evals.engines.following import Following
from reasoning_chains.evals.engines.orders import Asked
from reasoning_chains.evals.engines.spending import shares
from reasoning_chains.evals.engines.work import ORDER
from reasoning_chains.evals.folder import STORE, folder_of, head_of, kept_for, store_of
from reasoning_chains.evals.head import Head
from reasoning_chains.evals.lines import Lines, written
from reasoning_chains.evals.measured import Tally
from reasoning_chains.evals.options import Told
from reasoning_chains.evals.planning import Plan, planned
from reasoning_chains.evals.report import Report, report_of
from reasoning_chains.evals.sharding import Shard
from reasoning_chains.evals.taking_in import SHARDS, take_in
from reasoning_chains.store.managing import merged

__all__ = ["spread"]

_LOOK = 0.2
"""Seconds between two looks at what the shards have recorded."""


async def spread(given: tuple[Any, Any, Any], told: Told, engine: Engine) -> Report:
    """Run suites, chains and backends in shards, and report as one process does.

    Raises:
        UserMistake: As `evaluate`; or something is among them that has no name.
        ReasoningChainsError: The workers of a shard died too often.
    """
    root = Library.of(told.project).roots[0]
    asked = Asked.of(*given, str(root))
    plan = told.added(planned(given[0], asked.chains, told.n, str(root)))
    head = head_of(plan, asked.backends, told)
    folder = folder_of(head, told, root).resolve()
    store = store_of(told, folder, root)
    store = None if store is None else store.resolve()
    with kept_for(folder, head):
        await take_in(folder, head, store)
        cells = _counted(head, folder, retry_errors=told.retry_errors)
        count = await engine.size() if told.shards is None else told.shards
        budget, until = shares(told.budget or Budget(), cells, folder, count)
        usual = {"known": str(folder), "project": str(root), "budget": budget, "until": until}
        orders = [
            _ordered(asked, told, Shard(number, count), {**usual, **_kept(store, engine, place)})
            for number in range(1, count + 1)
            for place in (folder / SHARDS / Shard(number, count).place,)
        ]
        shards = [Path(order["options"]["results"]) for order in orders]
        following = Following(cells, shards, _total(plan, asked), told.watch)
        answers = [each async for each in _heard(engine.answers(orders), following.look)]
        await take_in(folder, head, store)
        done = _counted(head, folder)
    note = next((answer["note"] for answer in answers if answer["note"]), "")
    for place, cell in enumerate(done):
        notes = [answer["cells"][place] for answer in answers]
        cell.note = "; ".join(dict.fromkeys(note for note in notes if note))
    return report_of(done, folder, note)


def _counted(head: Head, folder: Path, *, retry_errors: bool = False) -> list[Tally]:
    """Count the records that are there."""
    made = []
    for cell in head.cells:
        lines, tally = Lines(folder / cell.file), Tally(cell)
        lines.mend()
        if retry_errors and lines.path.exists():
            lines.without_errors()
        for record in lines:
            tally.table.add(record)
        made.append(tally)
    return made


def _total(plan: Plan, asked: Asked) -> int | None:
    counts = [suite.count for suite in plan.suites]
    each = len(plan.chains) * len(asked.backends)
    return None if None in counts else each * sum(count or 0 for count in counts)


def _kept(store: Path | None, engine: Engine, place: Path) -> dict[str, Any]:
    """Say where a shard keeps its replies: a store of its own begins with what is bought."""
    if store is None or engine.local:
        return {"store": False if store is None else str(store), "results": str(place)}
    own = place / STORE
    if store.exists() and not own.exists():
        merged(own, [store])
    return {"store": str(own), "results": str(place)}


def _ordered(asked: Asked, told: Told, shard: Shard, options: dict[str, Any]) -> Order:
    """Write the order of a shard, into its folder too."""
    order = asked.order(told, {**options, "shard": str(shard)})
    place = Path(options["results"])
    with written(place):
        place.mkdir(parents=True, exist_ok=True)
        (place / ORDER).write_text(json.dumps(order), encoding="utf-8")
    return order


async def _heard(
    coming: AsyncGenerator[Answer, None], look: Callable[[], None]
) -> AsyncIterator[Answer]:
    """Give the answers, and look at the records while waiting for them.

    Raises:
        UserMistake: A worker found one; the others are ended.
    """
    async with aclosing(coming):
        while True:
            answer = await _next(coming, look)
            if answer is None:
                look()
                return
            if answer["mistake"]:
                raise UserMistake(answer["mistake"])
            yield answer


async def _next(coming: AsyncGenerator[Answer, None], look: Callable[[], None]) -> Answer | None:
    waiting = asyncio.ensure_future(anext(coming, None))
    try:
        while not waiting.done():
            await asyncio.wait([waiting], timeout=_LOOK)
            look()
        return waiting.result()
    finally:
        waiting.cancel()
        await asyncio.wait([waiting])
