"""What a run before has done: its rows and its items, in some bytes each; it reads no file."""

from __future__ import annotations

from array import array
from bisect import bisect_left

from reasoning_chains.evals.table import key_of_item

__all__ = ["Done"]


class Done:
    """The rows and the ids of records that are there; `key` is an id's number in a table."""

    __slots__ = ("_keys", "_rows", "_sorted")

    def __init__(self) -> None:
        self._rows = bytearray()
        self._keys = array("Q")
        self._sorted = True

    def add(self, row: int, key: int) -> None:
        """Remember a record."""
        if row >= len(self._rows):
            self._rows.extend(bytes(row + 1 - len(self._rows) + 4_096))
        self._rows[row] = 1
        self._keys.append(key)
        self._sorted = False

    def row(self, number: int) -> bool:
        """Tell whether a row is done, so that it need not be read."""
        return 0 < number < len(self._rows) and self._rows[number] == 1

    def __contains__(self, name: object) -> bool:
        """Tell whether the item of an id is done."""
        if not self._sorted:
            self._keys, self._sorted = array("Q", sorted(self._keys)), True
        key = key_of_item(str(name))
        place = bisect_left(self._keys, key)
        return place < len(self._keys) and self._keys[place] == key
