"""What one cell came to: shares with their intervals, and what they cost; it compares nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from reasoning_chains.evals.head import CellHead
from reasoning_chains.evals.statistics import Interval, wilson
from reasoning_chains.evals.table import Table

__all__ = ["Cost", "Counted", "Group", "Measured", "Tally", "measured"]


class Counted(Protocol):
    """What a report is made of: a cell, or one as it would have been."""

    head: CellHead
    table: Table
    note: str


@dataclass(slots=True)
class Tally:
    """A cell of which records are counted, and nothing is asked."""

    head: CellHead
    table: Table = field(default_factory=Table)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a problem costs in the mean, and all of them in sum.

    `calls`, tokens and `money` count each sample as if asked alone, so that ways of reasoning
    compare fairly; `reasoning_tokens` are those completion tokens that were native thinking, as
    far as the backend tells; `bought`, `requests` and `seconds` tell what really happened, and are
    less where replies were in the store. `lost` replies may have been billed and did not arrive:
    no count has their tokens.
    """

    calls: float
    prompt_tokens: float
    completion_tokens: float
    money: float
    bought: float
    requests: int
    seconds: float
    reasoning_tokens: float = 0.0
    lost: int = 0

    @property
    def tokens(self) -> float:
        """Prompt and completion tokens of a problem."""
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True, slots=True)
class Group:
    """The problems that share a column's value, such as a level."""

    column: str
    value: str
    questions: int
    right: int
    accuracy: float
    interval: Interval
    parsed: float


@dataclass(frozen=True, slots=True)
class Measured:
    """A chain on a suite with a backend.

    Args:
        suite: As it was asked for.
        chain: Its spelling.
        backend: As it was asked for.
        questions: How many have a record.
        accuracy: The share of them that is right; None without a record.
        interval: Wilson's, at 95 %.
        parsed: The share in which an answer could be read.
        score: The mean of the scores, which may be graded.
        outcomes: How many there are of each.
        cost: Per problem, and in sum.
        groups: The same for each value of the columns that the suite names.
        note: Why it ended before its time; empty where it did not.
    """

    suite: str
    chain: str
    backend: str
    questions: int
    accuracy: float | None
    interval: Interval
    parsed: float | None
    score: float | None
    outcomes: Mapping[str, int]
    cost: Cost
    groups: tuple[Group, ...] = ()
    note: str = ""


def measured(cell: Counted) -> Measured:
    """Count a cell's table."""
    import math

    table, outcomes = cell.table, cell.table.counted()
    count, right = len(table), outcomes["right"]
    return Measured(
        cell.head.suite,
        cell.head.chain,
        cell.head.backend,
        count,
        right / count if count else None,
        wilson(right, count),
        (right + outcomes["wrong"]) / count if count else None,
        math.fsum(table.values) / count if count else None,
        outcomes,
        _cost(table),
        _groups(table),
        cell.note,
    )


def _cost(table: Table) -> Cost:
    usage, count = table.usage, max(1, len(table))
    return Cost(
        usage.calls / count,
        usage.prompt_tokens / count,
        usage.completion_tokens / count,
        table.money,
        table.bought,
        usage.requests,
        table.seconds,
        usage.reasoning_tokens / count,
        table.lost,
    )


def _groups(table: Table) -> tuple[Group, ...]:
    made = []
    for (column, value), counts in sorted(table.groups.items(), key=_order):
        count, right = counts.total(), counts["right"]
        parsed = (right + counts["wrong"]) / count
        interval = wilson(right, count)
        made.append(Group(column, value, count, right, right / count, interval, parsed))
    return tuple(made)


def _order(entry: tuple[tuple[str, str], object]) -> tuple[str, int, str]:
    """Put 10 behind 9, and words in their order."""
    (column, value), _ = entry
    return column, int(value) if value.isdecimal() and value.isascii() else -1, value
