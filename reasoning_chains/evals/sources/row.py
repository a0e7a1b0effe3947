"""A row of data as it was read, and mistakes that name it; it knows no item."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from reasoning_chains.errors import UserMistake

__all__ = ["Past", "Row", "Source", "at_row", "never"]

Past: TypeAlias = Callable[[int], bool]
"""Tells of a row's number whether nobody wants to know what the row holds."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number, from 1, and its columns by name."""

    number: int
    values: Mapping[str, Any]


class Source(Protocol):
    """Gives rows from the first on, every time that it is asked."""

    @property
    def name(self) -> str:
        """What mistakes call it."""

    def rows(self, past: Past = ...) -> Iterator[Row]:
        """Give the rows one after the other; those that are past need not be read."""


def never(number: int) -> bool:
    """Tell that every row is wanted."""
    return False


def at_row(name: str, number: int, told: object) -> UserMistake:
    """Make a mistake that names file and row."""
    return UserMistake(f"{name}, row {number}: {told}")
