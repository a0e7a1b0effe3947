"""A table in CSV as rows: a dictionary each, numbers as numbers; it knows no file."""

from __future__ import annotations

import csv
import io
import math
from typing import TypeAlias

from reasoning_chains.errors import UserMistake

__all__ = ["Row", "read_rows"]

_DIGITS = 18
"""A longer row of digits is a name, not a number."""
Row: TypeAlias = dict[str, str | int | float | None]


def read_rows(text: str) -> list[Row]:
    r"""Read a table whose first line names its columns; an empty cell is None.

    Example:
        >>> read_rows("name,age\nAnn,31\nBob,")
        [{'name': 'Ann', 'age': 31}, {'name': 'Bob', 'age': None}]

    Columns are parted by commas, semicolons or tabs, whichever the first line holds most of.

    Raises:
        UserMistake: There is no line of names and a row, or a row has another length.
    """
    text = text.removeprefix("\ufeff").strip("\r\n")
    mark = max(",;\t", key=text.partition("\n")[0].count)
    try:
        table = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
        lines = [(table.line_num, row) for row in table if row]
    except csv.Error as error:
        raise UserMistake(f"the context is no table in CSV: {error}") from None
    if len(lines) < 2:
        raise UserMistake("a table is wanted as the context: CSV, names first, then rows")
    (_, head), *body = lines
    names = [name.strip() for name in head]
    if len(set(names)) < len(names) or not all(names):
        raise UserMistake(f"the columns of the table need a name each: found {head}")
    for number, row in body:
        if len(row) != len(names):
            raise UserMistake(
                f"line {number} of the table has {len(row)} cells, and there are {len(names)} "
                "columns: put a cell that holds a comma into quotes"
            )
    return [dict(zip(names, map(_cell, row), strict=True)) for _, row in body]


def _cell(text: str) -> str | int | float | None:
    bare = text.strip()
    if not bare or not bare.isascii() or "_" in bare or _coded(bare):
        return bare or None
    try:
        return int(bare) if len(bare) <= _DIGITS else bare
    except ValueError:
        pass
    try:
        number = float(bare)
    except ValueError:
        return bare
    return number if math.isfinite(number) else bare


def _coded(text: str) -> bool:
    """Tell a code or a telephone number, which begins with a nought, from a number."""
    digits = text.lstrip("+-")
    return text.startswith("+") or (len(digits) > 1 and digits[0] == "0" and digits[1].isdigit())
