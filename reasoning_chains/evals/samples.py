"""Rows of recorded samples: the texts of one problem each, as a file of JSON lines has them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reasoning_chains.errors import UserMistake, near, shown
from reasoning_chains.evals.record import Ballot
from reasoning_chains.evals.sources.jsonl import JsonLines
from reasoning_chains.evals.sources.row import Row, at_row

__all__ = ["NUMBERS", "Recording"]

_TEXTS = ("completions", "replies", "samples", "completion", "reply", "text")
"""Columns in which texts are found by themselves."""

NUMBERS: Mapping[str, tuple[str, float, float]] = {
    "weight": ("weights", 0.0, math.inf),
    "logprob": ("logprobs", -math.inf, 0.0),
}
"""What some rules need of each sample besides: its column, and from where to where it goes."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A file of recorded samples.

    Args:
        path: JSON lines, a problem each.
        column: Where the texts stand; else one of the usual names.
        where: Columns with the values that the kept rows have.
        needs: What is read of each sample besides, of `NUMBERS`.
    """

    path: Path
    column: str | None = None
    where: Mapping[str, str] = field(default_factory=dict, hash=False)
    needs: str = ""

    def rows(self) -> Iterator[Row]:
        """Give the rows that are kept.

        Raises:
            UserMistake: A row is no JSON object, or lacks a column; file and row are named.
        """
        for row in JsonLines(self.path).rows():
            if all(self.told(row, name) == value for name, value in self.where.items()):
                yield row

    def known(self) -> str:
        """Say which values the columns of `where` have that come near, for a mistake."""
        told = []
        for name, value in self.where.items():
            values = {self.told(row, name) for row in JsonLines(self.path).rows()}
            told.append(f"of {name}, {near(value, values)}")
        return "; ".join(told)

    def told(self, row: Row, column: str) -> str:
        """Give a column of a row as text.

        Raises:
            UserMistake: There is no such column.
        """
        value = self._value(row, column)
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def ballots(self, row: Row) -> tuple[Ballot, ...]:
        """Give the samples of a row, not read yet.

        Raises:
            UserMistake: It has no texts, or something else as often as it has texts.
        """
        texts = self._texts(row)
        finishes = self._as_many(row, "finish_reason", len(texts), _finish)
        cuts = self._as_many(row, "cut", len(texts), _cut)
        beside: Sequence[dict[str, Any]] = [{} for _ in texts]
        if self.needs:
            column, low, high = NUMBERS[self.needs]
            if column not in row.values:
                told = f"the rule needs the column {column}, a number for each text"
                raise self.mistake(row, f"{told}, and it is not there: add it, or take another")
            found = self._as_many(row, column, len(texts), _number(low, high))
            if self.needs == "weight" and None in found:
                raise self.mistake(row, f"{column} must be a number for each text, found None")
            beside = [{} if number is None else {self.needs: number} for number in found]
        return tuple(
            Ballot(
                answer=None,
                text=text.encode(errors="replace").decode(),
                cut=bool(cut) or finish == "length",
                stop_reason="refused" if finish == "content_filter" else "unparsed",
                **told,
            )
            for text, cut, finish, told in zip(texts, cuts, finishes, beside, strict=True)
        )

    def mistake(self, row: Row, told: object) -> UserMistake:
        """Make a mistake that names file and row."""
        return at_row(str(self.path), row.number, told)

    def _value(self, row: Row, column: str) -> Any:
        if column not in row.values:
            told = near(column, row.values)
            raise self.mistake(row, f"there is no column {shown(column)}: {told}")
        return row.values[column]

    def _texts(self, row: Row) -> Sequence[str]:
        column = self._column(row)
        value = self._value(row, column)
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            odd = value
            if isinstance(texts, list):
                odd = next(text for text in texts if not isinstance(text, str))
            told = f"{column} must be a text or a list of texts, found {shown(odd)}"
            raise self.mistake(row, told)
        if not texts:
            raise self.mistake(row, f"{column} holds no text: give at least one sample")
        return texts

    def _column(self, row: Row) -> str:
        if self.column is not None:
            return self.column
        found = [name for name in _TEXTS if name in row.values]
        if len(found) == 1:
            return found[0]
        has = f"it has {' and '.join(found)}" if found else f"none of {', '.join(_TEXTS)} is there"
        how = "say which column holds the texts (column=…, --column NAME)"
        raise self.mistake(row, f"{has}: {how}")

    def _as_many(
        self, row: Row, column: str, count: int, read: Callable[[Any], Any]
    ) -> Sequence[Any]:
        """Read a column that has one value for each text; None each where it is not there."""
        if column not in row.values:
            return [None] * count
        value = row.values[column]
        values = value if isinstance(value, list) else [value]
        if len(values) != count:
            told = f"there are {count} texts and {len(values)} of {column}: give as many"
            raise self.mistake(row, told)
        try:
            return [None if one is None else read(one) for one in values]
        except UserMistake as error:
            raise self.mistake(row, f"{column} {error}") from None


def _finish(value: Any) -> str:
    if not isinstance(value, str):
        raise UserMistake(f"must be a text such as 'stop' or 'length', found {shown(value)}")
    return value


def _cut(value: Any) -> bool:
    if not isinstance(value, bool):
        raise UserMistake(f"must be true or false, found {shown(value)}")
    return value


def _number(low: float, high: float) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        odd = isinstance(value, bool) or not isinstance(value, int | float)
        if odd or not math.isfinite(value) or not low <= value <= high:
            sign = "not below 0" if low == 0 else "not above 0"
            told = f"must be one number a text, {sign}, found {shown(value)}"
            raise UserMistake(told)
        return float(value)

    return read
