"""Rows of a JSONL file, and of a list in a JSON file; numbers that are none are refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reasoning_chains.errors import UserMistake, near, shown
from reasoning_chains.evals.sources.lines import read_lines
from reasoning_chains.evals.sources.row import Past, Row, at_row, never

__all__ = ["JsonLines", "JsonRecords", "parsed_json"]

_LARGEST = 256_000_000
_MOST_DIGITS = 1_000


@dataclass(frozen=True, slots=True)
class JsonLines:
    """One JSON object a line; empty lines are left out, and counted."""

    path: Path

    @property
    def name(self) -> str:
        """The file."""
        return str(self.path)

    def rows(self, past: Past = never) -> Iterator[Row]:
        """Read line by line.

        Raises:
            UserMistake: A line is no JSON object, or holds NaN, Infinity or a key twice.
        """
        for number, line in enumerate(read_lines(self.path, past), 1):
            if not line:
                yield Row(number, {})
            elif line.strip():
                yield _row(self.name, number, parsed_json(self.name, number, line))


@dataclass(frozen=True, slots=True)
class JsonRecords:
    """The objects of a list in a JSON file: below the key `records`, or the whole of it.

    Such a file is read as one, so that it takes room: at most 256 MB.
    """

    path: Path
    records: str | None = None

    @property
    def name(self) -> str:
        """The file."""
        return str(self.path)

    def rows(self, past: Past = never) -> Iterator[Row]:
        """Read the file, then give its objects.

        Raises:
            UserMistake: It is no JSON, or has no list there.
        """
        try:
            if self.path.stat().st_size > _LARGEST:
                raise UserMistake(f"{self.path} is larger than {_LARGEST:,} bytes: make it JSONL")
            text = self.path.read_text(encoding="utf-8-sig")
        except OSError as error:
            raise UserMistake(f"{self.path} cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise UserMistake(f"{self.path} is not UTF-8: save it as UTF-8") from None
        listed = self._list(parsed_json(self.name, 1, text))
        for number, value in enumerate(listed, 1):
            yield _row(self.name, number, value)

    def _list(self, data: Any) -> list[Any]:
        if self.records is not None and isinstance(data, dict):
            if self.records not in data:
                raise UserMistake(f"{self.path}: no key {self.records!r}: {near('', data)}")
            data = data[self.records]
        if not isinstance(data, list):
            told = f"data: {{file: …, records: KEY}}, found {shown(data)}"
            raise UserMistake(f"{self.path} must hold a list of objects; name its key: {told}")
        return data


def parsed_json(name: str, number: int, text: str) -> Any:
    """Parse JSON strictly, or name the row in which it is wrong."""
    try:
        return json.loads(text, parse_constant=_refuse, parse_int=_whole, object_pairs_hook=_once)
    except RecursionError:
        raise at_row(name, number, "it is nested too deep") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}" if error.lineno > 1 else error.colno
        said = place if isinstance(place, str) else f"column {place}"
        raise at_row(name, number, f"no valid JSON ({error.msg}, {said})") from None
    except ValueError as error:
        raise at_row(name, number, error) from None


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError(f"a number of {len(digits):,} digits: at most {_MOST_DIGITS:,} are read")
    return int(digits)


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no value of JSON: write a number, or null")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {shown(twice)} stands twice")
    return made


def _row(name: str, number: int, value: Any) -> Row:
    if not isinstance(value, dict):
        raise at_row(name, number, f"an object is wanted, such as {{…}}, found {shown(value)}")
    return Row(number, value)
