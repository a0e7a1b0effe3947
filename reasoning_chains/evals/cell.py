"""One suite, one chain, one backend: what is asked there, and what came; it solves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reasoning_chains.errors import Caught, UserMistake
from reasoning_chains.evals.done import Done
from reasoning_chains.evals.head import CellHead
from reasoning_chains.evals.item import Item
from reasoning_chains.evals.lines import Lines
from reasoning_chains.evals.record import Record
from reasoning_chains.evals.suite import Suite
from reasoning_chains.evals.table import Table, key_of_item
from reasoning_chains.types import Sampling

if TYPE_CHECKING:
    from reasoning_chains.backends.coalesce import Coalescing

__all__ = ["Cell"]

_STRIKES = 25
"""Errors one after the other, after which a cell asks no more: something is broken."""

_END: Any = object()


@dataclass(slots=True, eq=False)
class Cell:
    """A stream of items with the file of their records.

    Args:
        head: What it is called.
        suite: Gives the items.
        chain: Solves them.
        backend: Is asked.
        lines: The file.
        sampling: Lies over that of the whole run.
    """

    head: CellHead
    suite: Suite
    chain: Any
    backend: Coalescing
    lines: Lines
    sampling: Sampling = Sampling()
    table: Table = field(default_factory=Table)
    note: str = ""
    _done: Done = field(default_factory=Done)
    _strikes: int = 0
    _stopped: bool = False

    def recall(self, *, retry_errors: bool = False) -> None:
        """Read what is there from a run before.

        Raises:
            UserMistake: The file cannot be read.
        """
        self.lines.mend()
        if retry_errors and self.lines.path.exists():
            self.lines.without_errors()
        for record in self.lines:
            self.table.add(record)
            self._done.add(record.row, self.table.keys[-1])

    def skip(self, lines: Lines) -> None:
        """Leave out the items of which another file has a record."""
        for record in lines:
            self._done.add(record.row, key_of_item(record.id))

    def items(self) -> Iterator[Item | None]:
        """Give the items that are not done; None now and then, where many are.

        A suite that breaks off ends the cell, which says why.
        """
        if len(self.table) == self.suite.count:  # all are done: no row need be read
            return
        coming, broken = self.suite.items(self._done), Caught(UserMistake)
        while not self._stopped:
            item: Any = _END
            with broken:
                item = next(coming, _END)
            if broken.error is not None:
                self.note = f"the suite ended: {broken.error}"
            if item is _END:
                return
            yield item

    def take(self, record: Record) -> None:
        """Write down what became of an item.

        Raises:
            UserMistake: It cannot be written.
        """
        self.lines.append(record)
        self.table.add(record)
        self._strikes = self._strikes + 1 if record.outcome == "error" else 0
        if self._strikes >= _STRIKES:
            self._stopped = True
            self.note = (
                f"ended after {_STRIKES} errors in a row, the last: {record.note}. Mend it, and "
                "run the same with retry_errors (--retry-errors)"
            )
