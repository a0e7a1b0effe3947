"""One problem of a suite with its target; it knows neither where it came from nor who solves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reasoning_chains.types import Json, Problem

__all__ = ["Item"]


@dataclass(frozen=True, slots=True)
class Item:
    """What is asked, and what is right.

    Args:
        id: Names the item within its suite: it stays the same from run to run.
        problem: What a chain is given.
        target: What its scorer holds an answer against.
        level: How hard it is, by the suite's own measure; None where it has none.
        meta: The other columns of its row, by name.
        row: The number of its row, from 1.
    """

    id: str
    problem: Problem
    target: str
    level: int | str | None = None
    meta: Mapping[str, Json] = field(default_factory=dict, hash=False)
    row: int = field(default=0, compare=False)
