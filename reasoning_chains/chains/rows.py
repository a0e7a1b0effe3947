"""A table in CSV as rows: a dictionary each, numbers as numbers; it knows no file."""

from __future__ import annotations

import csv
import math
from typing import TypeAlias

from reasoning_chains.errors import UserMistake

__all__ = ["Row", "read_rows"]

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
    lines = text.removeprefix("\ufeff").strip().splitlines()
    if len(lines) < 2:
        raise UserMistake("a table is wanted as the context: CSV, names first, then rows")
    mark = max(",;\t", key=lines[0].count)
    try:
        head, *body = list(csv.reader(lines, delimiter=mark, strict=True))
    except csv.Error as error:
        raise UserMistake(f"the context is no table in CSV: {error}") from None
    names = [name.strip() for name in head]
    if len(set(names)) < len(names) or not all(names):
        raise UserMistake(f"the columns of the table need a name each: found {head}")
    for number, row in enumerate(body, 2):
        if len(row) != len(names):
            raise UserMistake(
                f"line {number} of the table has {len(row)} cells, and there are {len(names)} "
                "columns: put a cell that holds a comma into quotes"
            )
    return [dict(zip(names, map(_cell, row), strict=True)) for row in body]


def _cell(text: str) -> str | int | float | None:
    bare = text.strip()
    if not bare:
        return None
    for kind in (int, float):
        try:
            number = kind(bare)
        except ValueError:
            continue
        plain = bare.isascii() and "_" not in bare and math.isfinite(number)
        return number if plain and not _coded(bare) else bare
    return bare


def _coded(text: str) -> bool:
    """Tell a code or a telephone number, which begins with a nought, from a number."""
    digits = text.lstrip("+-")
    return text.startswith("+") or (len(digits) > 1 and digits[0] == "0" and digits[1].isdigit())
