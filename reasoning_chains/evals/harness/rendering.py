"""The fields of a task over a row: a column by its name, else a template, in our sandbox."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import jinja2

from reasoning_chains.errors import TemplateMistake, shown
from reasoning_chains.evals.harness.patterns import pattern_of
from reasoning_chains.templates.environment import plain_data
from reasoning_chains.templates.metering import MeteredEnvironment, metered
from reasoning_chains.templates.render import RENDERING

__all__ = ["Field", "parsed"]

_LONGEST = 100_000


def _replaced(text: str, pattern: str, by: str, count: int = 0) -> str:
    """Take out what a pattern matches; the harness's filter of templates."""
    if by or count:
        raise ValueError("regex_replace can take out, and not put in: write '' for the second")
    return pattern_of(pattern).removed(text)


@lru_cache(maxsize=1)
def _environment() -> MeteredEnvironment:
    """Give the environment of task files: blanks and the last line end stay as they are."""
    made = MeteredEnvironment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    made.filters["regex_replace"] = _replaced
    return made


@lru_cache(maxsize=1024)
def _compiled(text: str) -> Any:
    """Compile a template; tasks of one family share theirs."""
    return _environment().from_string(text)


class Field:
    """A field of a task.

    Args:
        key: What the file calls it.
        told: What it says: a column, a template, or what it is itself.
    """

    def __init__(self, key: str, told: Any) -> None:
        self.key, self.told = key, told
        self._template: Any = None
        if isinstance(told, str):
            try:
                self._template = _compiled(told)
            except (jinja2.TemplateSyntaxError, RecursionError) as error:
                raise TemplateMistake(f"key {key!r} is no template: {error}") from None

    def __call__(self, row: Mapping[str, Any]) -> Any:
        """Give the column's value, what the template renders to, or what the file says.

        Raises:
            TemplateMistake: The template uses what the row has not, or goes beyond its limits.
        """
        if self._template is None:
            return self.told
        if self.told in row:
            return plain_data(row[self.told])
        try:
            with metered():
                return self._template.render({str(k): plain_data(v) for k, v in row.items()})
        except (jinja2.TemplateError, *RENDERING) as error:
            raise TemplateMistake(f"key {self.key!r}: {error}") from None

    def text(self, row: Mapping[str, Any]) -> str:
        """Give it as text.

        Raises:
            TemplateMistake: It is none.
        """
        made = self(row)
        if not isinstance(made, str):
            raise TemplateMistake(f"key {self.key!r} must give text, found {shown(made)}")
        return made


def parsed(text: str) -> Any:
    """Read a list or a number that a template wrote as Python writes it; else the text itself."""
    if len(text) > _LONGEST:
        return text
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return text
