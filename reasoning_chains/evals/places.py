"""Each suite on each backend of a finished run: its methods matched one by one; it draws none."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reasoning_chains.evals.beside import Match, beside_point, beside_pool
from reasoning_chains.evals.columns import MEASURES, Column, column
from reasoning_chains.evals.head import CellHead, Head
from reasoning_chains.evals.lines import Lines
from reasoning_chains.evals.measured import Measured, measured
from reasoning_chains.evals.pooled import CHOICES, Drawn, drawn
from reasoning_chains.evals.reopening import reopened, suites_by_name
from reasoning_chains.evals.score import Rule
from reasoning_chains.evals.suite import Suite

__all__ = ["Asked", "at_places"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is compared with what.

    Args:
        folder: Where the records lie.
        head: What was asked of whom.
        by: What is equal.
        pool: The chain whose samples are counted.
        points: The chains that stand beside the methods as they are.
    """

    folder: Path
    head: Head
    by: str
    pool: str
    points: Mapping[str, str]


_Found = tuple[tuple[Measured, ...], tuple[Match, ...], tuple[str, ...]]


def at_places(asked: Asked, suites: Iterable[Suite], project: str | Path | None) -> _Found:
    """Give the cells, the matches and what is to be told of them, suite by suite.

    Raises:
        UserMistake: A suite is not found, or was changed since the run.
    """
    given, head = suites_by_name(suites), asked.head
    places: dict[tuple[str, str], list[CellHead]] = {}
    for cell in head.cells:
        places.setdefault((cell.suite, cell.backend), []).append(cell)
    cells: list[Measured] = []
    matches: list[Match] = []
    notes: list[str] = []
    for (name, backend), beside in places.items():
        columns = {cell.chain: column(cell, asked.folder, asked.by) for cell in beside}
        cells += [measured(each) for each in columns.values()]
        suite = reopened(beside[0], head, given, project)
        file = columns[asked.pool].head.file
        pool, told = _samples(Lines(asked.folder / file), suite, asked.by)
        found = list(_matches(asked, columns, pool))
        matches += found
        notes += [f"{name} × {backend}: {each}" for each in (*told, *_left(found))]
    if not matches:
        notes.append("there is no method beside direct answering, the greedy chain and the pool")
    return tuple(cells), tuple(matches), tuple(notes)


def _samples(lines: Lines, suite: Suite, by: str) -> tuple[dict[str, Drawn], list[str]]:
    """Score the pool's samples, and say what is odd about them."""
    judge, amount = suite.scorer, MEASURES[by]
    if not isinstance(judge, Rule):
        told = f"the scorer {suite.card.scorer} needs a run: samples are not scored anew"
        return {}, [f"{told}, and majority and best of n are left out"]
    records = {record.id: record for record in lines}
    pool = {
        item.id: drawn(records[item.id], item, judge, amount(records[item.id]))
        for item in suite
        if item.id in records
    }
    return pool, list(_odd(list(pool.values())))


def _odd(pool: Sequence[Drawn]) -> Iterator[str]:
    if not pool:
        yield "the pool has no record: majority and best of n are left out"
    most = max((len(one.answers) for one in pool), default=0)
    short = sum(len(one.answers) < most for one in pool)
    if short:
        yield (
            f"{short:,} of {len(pool):,} problems have fewer than {most} samples in the pool, "
            "which was cut off there: all that they have count"
        )
    marks = [mark for one in pool for mark in one.marks if mark is not None]
    silent = marks.count(-math.inf)
    if marks and silent == len(marks):
        yield "no sample of the pool told its log-probability: best of n is left out"
    elif silent:
        yield (
            f"{silent:,} of {len(marks):,} samples of the pool told no log-probability: they are "
            "chosen last"
        )


def _matches(
    asked: Asked, columns: Mapping[str, Column], pool: Mapping[str, Drawn]
) -> Iterator[Match]:
    """Compare each method of a place with all that stands beside it."""
    chosen = dict(_chosen(pool))
    for name, method in columns.items():
        if name == asked.pool or name in asked.points.values():
            continue
        beside = [
            beside_point(method, against, columns[point]) for against, point in asked.points.items()
        ]
        beside += [
            beside_pool(method, against, choose, pool, asked.pool)
            for against, choose in chosen.items()
        ]
        yield from (one for one in beside if one is not None)


def _chosen(pool: Mapping[str, Drawn]) -> Iterator[tuple[str, Callable[[Drawn, int], float]]]:
    """Give the ways to choose among samples that these tell enough for."""
    likely = any(
        mark is not None and mark > -math.inf for one in pool.values() for mark in one.marks
    )
    for against, choose in CHOICES.items():
        if pool and (likely or choose is not Drawn.best):
            yield against, choose


def _left(found: Iterable[Match]) -> list[str]:
    """Say once of each method why nothing was found at its cost."""
    told = {one.chain: one.note for one in found if one.note}
    return [f"{chain} is not matched: {note}" for chain, note in told.items()]
