"""Goes through the rows of a suite once and makes its items; it knows neither chains nor runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.filter import Filter
from reasoning_chains.evals.item import Item
from reasoning_chains.evals.making import Maker
from reasoning_chains.evals.sources.row import Row, at_row, never

if TYPE_CHECKING:
    from reasoning_chains.evals.done import Done
    from reasoning_chains.evals.suite import Suite

__all__ = ["Stream"]

_PAUSE = 1_000
"""So many rows are passed over before others may work."""


class Stream:
    """The items of a suite, in constant memory; None now and then, while it passes over others.

    Args:
        suite: Says which rows there are, what they mean, and which shard of them is wanted.
        done: What a run before has done: such rows are not read.
    """

    def __init__(self, suite: Suite, done: Done | None = None) -> None:
        self._suite, self._done = suite, done
        self._past = never if done is None else done.row
        task = suite.task
        self._maker = task.maker() if task else Maker(suite.card, suite.scorer, suite.project)
        self._seen, self._repeated = Filter(), dict[str, int]()

    def __iter__(self) -> Iterator[Item | None]:
        """Give them from the first on.

        Raises:
            UserMistake: A row is wrong, an id stands twice, or there is no row at all; the file
                and the row are named.
        """
        for wanted in self._wanted():
            if wanted is None:
                yield None
                continue
            row, mine = wanted
            item = self._item(row)
            if self._is_known(item.id):
                if self._done is not None and self._maker.own_id(row) is None:
                    yield from self._anew(row.number)
                    return
                item = self._again(item, row)
            self._seen.add(item.id)
            if mine:
                yield item

    def _wanted(self) -> Iterator[tuple[Row, bool] | None]:
        """Give the rows to be looked at, and whether they are of the shard."""
        made, shard = 0, self._suite.shard
        for made, row in enumerate(islice(self._rows(passing=True), self._suite.size), 1):
            if self._past(row.number):
                if made % _PAUSE == 0:
                    yield None
                continue
            mine = shard is None or shard.owns(made)
            if mine or not self._is_passed(row):
                yield row, mine
        if not made:
            raise UserMistake(f"{self._suite.source.name} holds no problem")

    def _is_known(self, name: str) -> bool:
        return name in self._seen or (self._done is not None and name in self._done)

    def _is_passed(self, row: Row) -> bool:
        """Remember the id of another shard's row, and no more, where it has one that is new."""
        with self._at(row):
            name = self._maker.own_id(row)
        if name is None or self._is_known(name):
            return False
        self._seen.add(name)
        return True

    def _rows(self, *, passing: bool = False) -> Iterator[Row]:
        rows = self._suite.source.rows(self._past if passing else never)
        return islice(rows, self._suite.card.data.begin - 1, None)

    def _item(self, row: Row) -> Item:
        with self._at(row):
            return replace(self._maker.of(row), row=row.number)

    def _name(self, row: Row) -> str:
        with self._at(row):
            return self._maker.own_id(row) or self._maker.of(row).id

    @contextmanager
    def _at(self, row: Row) -> Iterator[None]:
        """Name the row in what goes wrong."""
        try:
            yield
        except UserMistake as error:
            raise at_row(self._suite.source.name, row.number, error) from None

    def _anew(self, number: int) -> Iterator[Item | None]:
        """Go on from a row whose id was made of a question that stood in a row before.

        Which of its kind it is only those rows tell: they are read after all.
        """
        for place, item in enumerate(Stream(self._suite)):
            if item is not None and item.row >= number and not self._past(item.row):
                yield item
            elif place % _PAUSE == 0:
                yield None

    def _again(self, item: Item, row: Row) -> Item:
        """Look at the rows before for an id that the filter takes for an old one.

        One of the row's own may not stand twice; where it was made of what is asked, and the same
        is asked again, the item is the second of its kind, and so on.
        """
        if item.id not in self._repeated:
            earlier = takewhile(lambda other: other.number < row.number, self._rows())
            same = [one.number for one in earlier if self._name(one) == item.id]
            if not same:
                return item
            if self._maker.own_id(row) is not None:
                told = f"the id {item.id!r} stands in row {same[0]} too: each needs its own"
                raise at_row(self._suite.source.name, row.number, told)
            self._repeated[item.id] = len(same)
        self._repeated[item.id] += 1
        name = f"{item.id}-{self._repeated[item.id]}"
        return replace(item, id=name, problem=replace(item.problem, id=name))
