"""From a row to an item, by what the eval says of its columns; it reads no file."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from reasoning_chains.errors import UnknownName, UserMistake, near, shown
from reasoning_chains.evals.card import Card
from reasoning_chains.evals.item import Item
from reasoning_chains.evals.score import Rule, Scorer
from reasoning_chains.evals.sources.jsonl import parsed_json
from reasoning_chains.evals.sources.row import Row
from reasoning_chains.evals.wording import Wording
from reasoning_chains.types import KINDS, Kind, Problem

__all__ = ["Maker"]

_WORDED = ("question", "context", "answer")
_MOST_FORMS = 64


class Maker:
    """Makes the items of one eval."""

    def __init__(self, card: Card, scorer: Scorer, project: Path) -> None:
        self._card, self._scorer = card, scorer
        texts = {key: getattr(card, key) for key in _WORDED}
        self._worded = {
            key: Wording(text, key, project) for key, text in texts.items() if text is not None
        }
        self._found: dict[tuple[str, ...], dict[str, str | None]] = {}

    def of(self, row: Row) -> Item:
        """Make the item of a row; see `item`."""
        return self.item(row.values)

    def item(self, values: Mapping[str, Any]) -> Item:
        """Make an item.

        Raises:
            UserMistake: A column is missing or holds what it must not, or the eval's own scorer
                rejects the answer.
        """
        names = self._columns(values)
        question = self._text("question", names, values)
        context = self._text("context", names, values, needed=False)
        choices = _choices(names["choices"], values)
        made = _identity(names["id"], values, (question, context, choices))
        kind = self._kind(names["kind"], values)
        problem = Problem(question, kind, choices=choices, context=context, id=made)
        target = self._text("answer", names, values)
        if not target:
            raise UserMistake(f"the answer is empty, in column {names['answer']!r}")
        self._check(problem, target)
        level = None if names["level"] is None else _level(names["level"], values)
        taken = names.values()
        meta = {key: value for key, value in values.items() if key not in taken}
        item = Item(made, problem, target, level, meta)
        if self._card.groups:
            self._check_groups(item)
        return item

    def own_id(self, row: Row) -> str | None:
        """Give the id that a row brings along, if it does; see `item`."""
        column = self._columns(row.values)["id"]
        if column is None or row.values[column] is None:
            return None
        return _identity(column, row.values, ())

    def _columns(self, values: Mapping[str, Any]) -> Mapping[str, str | None]:
        """Find which column holds what; rows of the same columns are looked at once."""
        known = tuple(values)
        if known not in self._found:
            if len(self._found) >= _MOST_FORMS:
                self._found.clear()
            keys = type(self._card.columns).model_fields
            self._found[known] = {key: self._column(key, values) for key in keys}
        return self._found[known]

    def _column(self, key: str, values: Mapping[str, Any]) -> str | None:
        """Find the column that holds something: the first of its names that the row has."""
        known = getattr(self._card.columns, key)
        found = next((name for name in known if name in values), None)
        set_by_user = key in self._card.columns.model_fields_set
        if found is None and known and (set_by_user or key in ("question", "answer")):
            if key in self._worded:
                return None
            told = near(known[0], map(str, values))
            how = "" if set_by_user else f"; write columns: {{{key}: NAME}}"
            raise UserMistake(f"there is no column {' or '.join(known)!r}: {told}{how}")
        return found

    def _text(
        self,
        key: str,
        names: Mapping[str, str | None],
        values: Mapping[str, Any],
        needed: bool = True,
    ) -> str:
        if key in self._worded:
            return self._worded[key](values)
        column = names[key]
        if column is None and not needed:
            return ""
        value = values[column] if column is not None else None
        if value is None and not needed:
            return ""
        kind = self._kind(names["kind"], values) if key == "answer" else "text"
        return _as_text(f"column {column!r}", value, kind, listed=key == "answer")

    def _kind(self, column: str | None, values: Mapping[str, Any]) -> Kind:
        generated = bool(self._card.data.generator) and self._card.kind is None
        column = "kind" if generated else column
        kind = values[column] if column is not None else self._card.kind or "text"
        if kind not in KINDS:
            raise UnknownName("kind of answer", kind, KINDS)
        return cast(Kind, kind)

    def _check(self, problem: Problem, target: str) -> None:
        """Let the scorer score the target itself, where that needs no model and no sandbox."""
        reference = self._scorer.reference(problem, target)
        if not isinstance(self._scorer, Rule):
            return
        score = self._scorer.judge(problem, reference or "", target)
        if score.outcome != "right":
            why = f": {score.note}" if score.note else f": it is {score.outcome}"
            raise UserMistake(
                f"its own scorer, {self._card.scorer}, rejects the answer {shown(target)}{why}"
            )

    def _check_groups(self, item: Item) -> None:
        for group in self._card.groups:
            if group == "level" and item.level is not None:
                continue
            if group not in item.meta:
                told = near(group, ["level", *item.meta])
                raise UserMistake(f"groups names {group!r}, and the row has no such column: {told}")


def _as_text(where: str, value: Any, kind: str, *, listed: bool) -> str:
    """Write what a column holds as text; lists and mappings only where an answer may be one."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return ("yes" if value else "no") if kind == "boolean" else str(value).lower()
    if isinstance(value, int | float):
        if not math.isfinite(value):
            raise UserMistake(f"{where} holds {value}, which is no number to compare with")
        return str(value)
    if listed and (kind == "json" or _is_plain_list(value)):
        return json.dumps(value, ensure_ascii=False)
    raise UserMistake(f"{where} must hold text or a number, found {shown(value)}")


def _is_plain_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str | int | float) for one in value)


def _choices(column: str | None, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Read the options: a list, or in a CSV file the JSON of one."""
    value = values[column] if column is not None else None
    if isinstance(value, str) and value.strip().startswith("["):
        value = parsed_json(f"column {column!r}", 1, value)
    if value is None or value == "":
        return ()
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise UserMistake(f"column {column!r} must hold a list of texts, found {shown(value)}")
    return tuple(value)


def _identity(column: str | None, values: Mapping[str, Any], asked: tuple[Any, ...]) -> str:
    """Give the row's own id, or one made of what it asks."""
    value = values[column] if column is not None else None
    if isinstance(value, str) and value.strip():
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is not None:
        raise UserMistake(f"column {column!r} must hold an id, found {shown(value)}")
    return sha256(json.dumps(asked).encode()).hexdigest()[:16]


def _level(column: str, values: Mapping[str, Any]) -> int | str | None:
    value = values[column]
    if value is None or (isinstance(value, int | str) and not isinstance(value, bool)):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise UserMistake(f"column {column!r} must hold a level, found {shown(value)}")
