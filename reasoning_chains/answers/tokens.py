"""Walks over the tokens of a small formula; it knows no operators."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

__all__ = ["Tokens"]

_T = TypeVar("_T")
_DEEPEST = 50


class Tokens:
    """Tokens that are taken from left to right; a mistake in them is a ValueError."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens, self._place, self._depth = tokens, 0, 0

    def next(self) -> str:
        """Give the next token, "" at the end."""
        return self._tokens[self._place] if self._place < len(self._tokens) else ""

    def take(self) -> str:
        """Give the next token and go behind it."""
        token = self.next()
        self._place += 1
        return token

    def bracketed(self, read: Callable[[], _T]) -> _T:
        """Read what stands behind an opening bracket, and its closing one; at most 50 deep."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ValueError("too many brackets")
        value = read()
        self._depth -= 1
        if self.take() != ")":
            raise ValueError("a bracket is not closed")
        return value
