"""A cell's records by their items: what each scored, and what it took; it compares nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reasoning_chains.evals.head import CellHead
from reasoning_chains.evals.lines import Lines
from reasoning_chains.evals.record import Record
from reasoning_chains.evals.table import Table

__all__ = ["MEASURES", "Column", "Row", "column"]


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one item."""

    value: float
    amount: float


@dataclass(slots=True)
class Column:
    """A cell as it was recorded.

    Args:
        head: What it is called.
        table: Its records, counted.
        note: Why it ended before its time, which records do not tell.
        rows: What each item scored and took, by its id.
    """

    head: CellHead
    table: Table = field(default_factory=Table)
    note: str = ""
    rows: dict[str, Row] = field(default_factory=dict)


def _tokens(record: Record) -> float:
    return record.prompt_tokens + record.completion_tokens


def _completion(record: Record) -> float:
    return record.completion_tokens


def _money(record: Record) -> float:
    return record.money


MEASURES: Mapping[str, Callable[[Record], float]] = {
    "tokens": _tokens,
    "completion tokens": _completion,
    "money": _money,
}
"""What two ways of reasoning can cost equally much of, each sample counted as if asked alone."""


def column(cell: CellHead, folder: Path, by: str) -> Column:
    """Read the records of a cell.

    Raises:
        UserMistake: A line is no record.
    """
    made, amount = Column(cell), MEASURES[by]
    for record in Lines(folder / cell.file):
        made.table.add(record)
        made.rows[record.id] = Row(record.value, amount(record))
    return made
