"""The worked examples of a task, chosen as the harness chooses them; they are not rendered here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, TypeAlias

from reasoning_chains.errors import UserMistake

__all__ = ["Chooser"]

_SEED = 1234
"""The harness's own, if nothing else is said."""

_Row: TypeAlias = Mapping[str, Any]


class Chooser:
    """Chooses the examples of one row after the other.

    Args:
        rows: Gives those to choose from.
        count: How many are shown.
        first: Whether always the first ones; else they are drawn anew for each row.
        within: Whether the row that is asked may be among them, and is to be left out.
    """

    def __init__(
        self, rows: Callable[[], list[_Row]], count: int, *, first: bool, within: bool
    ) -> None:
        self._load, self._count, self._first, self._within = rows, count, first, within
        self._rows: list[_Row] | None = None
        self._random, self._next = Random(_SEED), 1

    def of(self, row: _Row, number: int) -> list[_Row]:
        """Give the examples of the row with this number, from 1.

        Raises:
            UserMistake: There are fewer than are to be shown.
        """
        rows = self._rows = self._load() if self._rows is None else self._rows
        needed = self._count + (self._within and not self._first)
        if len(rows) < needed:
            raise UserMistake(f"num_fewshot wants {needed} examples, and there are {len(rows)}")
        if self._first:
            others = [one for one in rows if one != row] if self._within else rows
            return others[: self._count]
        if number < self._next:
            self._random, self._next = Random(_SEED), 1
        while self._next < number:  # what stands before draws first
            self._random.sample(range(len(rows)), needed)
            self._next += 1
        self._next += 1
        return self._drawn(rows, row, needed)

    def _drawn(self, rows: list[_Row], row: _Row, needed: int) -> list[_Row]:
        found = self._random.sample(rows, needed)
        if not self._within:
            return found
        found = [one for one in found if one != row][: self._count]
        if len(found) < self._count:
            found = self._random.sample([one for one in rows if one != row], self._count)
        return found
