"""Rows of a CSV file, its first line the names of the columns."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reasoning_chains.errors import UserMistake, shown
from reasoning_chains.evals.sources.lines import LONGEST, read_lines
from reasoning_chains.evals.sources.row import Past, Row, at_row, never

__all__ = ["CsvTable"]


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A table with a head; quotes are checked, and every row must be as long as the head."""

    path: Path

    @property
    def name(self) -> str:
        """The file."""
        return str(self.path)

    def rows(self, past: Past = never) -> Iterator[Row]:
        """Read row by row; the number of a row is that of its last line.

        Raises:
            UserMistake: A quote is not closed, or a row is shorter or longer than the head.
        """
        head: list[str] = []
        for number, cells in self._cells():
            if not head:
                head = _checked(self.name, cells)
            elif len(cells) != len(head):
                raise at_row(self.name, number, f"{len(cells)} cells, the head has {len(head)}")
            else:
                yield Row(number, dict(zip(head, cells, strict=True)))

    def _cells(self) -> Iterator[tuple[int, list[str]]]:
        csv.field_size_limit(LONGEST)
        separator = "\t" if self.path.suffix.lower() == ".tsv" else ","
        reader = csv.reader(read_lines(self.path), delimiter=separator, strict=True)
        begin = 1
        while True:
            try:
                cells = next(reader, None)
            except csv.Error as error:
                told = f"a quote is wrong in the row that begins here ({error})"
                raise at_row(self.name, begin, told) from None
            if cells is None:
                return
            if cells:
                yield reader.line_num, cells
            begin = reader.line_num + 1


def _checked(name: str, head: list[str]) -> list[str]:
    bare = [column.strip() for column in head]
    for place, column in enumerate(bare):
        if not column:
            raise UserMistake(f"{name}: column {place + 1} has no name in the first line")
        if column in bare[:place]:
            raise UserMistake(f"{name}: the column {shown(column)} stands twice in the first line")
    return bare
