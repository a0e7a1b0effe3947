"""The lines of a file, decoded one by one, so that a mistake is known by its line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.sources.row import Past, at_row, never

__all__ = ["LONGEST", "read_lines"]

LONGEST = 16_000_000
"""Bytes of one line, at most."""
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_BOM = b"\xef\xbb\xbf"


def read_lines(path: Path, past: Past = never) -> Iterator[str]:
    """Give the lines with their ends; a byte order mark of UTF-8 is left out.

    A line whose number is past is given empty.

    Raises:
        UserMistake: The file cannot be read, or a line is too long or no UTF-8.
    """
    try:
        with path.open("rb") as file:
            number = 0
            while line := file.readline(LONGEST + 1):
                number += 1
                yield "" if past(number) else _decoded(path, number, line)
    except OSError as error:
        raise UserMistake(f"{path} cannot be read: {error.strerror}") from None


def _decoded(path: Path, number: int, line: bytes) -> str:
    if len(line) > LONGEST:
        raise at_row(str(path), number, f"it is longer than {LONGEST:,} bytes")
    if number == 1:
        if line.startswith(_UTF_16):
            raise UserMistake(f"{path} is UTF-16: save it as UTF-8")
        line = line.removeprefix(_BOM)
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        told = f"it is not UTF-8 at byte {error.start + 1}: save the file as UTF-8"
        raise at_row(str(path), number, told) from None
