"""What a run before has done: its rows and its items, in some bytes each; it reads no file."""

from __future__ import annotations

from array import array
from bisect import bisect_left

from reasoning_chains.evals.record import Record
from reasoning_chains.evals.table import Table, key_of_item

__all__ = ["Done"]


class Done:
    """The rows and the ids of records that are there."""

    __slots__ = ("_keys", "_rows")

    def __init__(self) -> None:
        self._rows = bytearray()
        self._keys = array("Q")

    def add(self, record: Record) -> None:
        """Remember the row of a record."""
        if record.row >= len(self._rows):
            self._rows.extend(bytes(record.row + 1 - len(self._rows) + 4_096))
        self._rows[record.row] = 1

    def close(self, table: Table) -> None:
        """Remember the ids of all records of a table."""
        self._keys = array("Q", sorted(table.keys))

    def row(self, number: int) -> bool:
        """Tell whether a row is done, so that it need not be read."""
        return 0 < number < len(self._rows) and self._rows[number] == 1

    def __contains__(self, name: object) -> bool:
        """Tell whether the item of an id is done."""
        key = key_of_item(str(name))
        place = bisect_left(self._keys, key)
        return place < len(self._keys) and self._keys[place] == key
