"""The harness's exact match, of texts that are compared as it compares them."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from reasoning_chains.evals.harness.patterns import Pattern, pattern_of

__all__ = ["ExactMatch", "Target"]

Target = str | tuple[Any, ...]
"""What is right, or several such: one that is no text equals no reply."""


@dataclass(frozen=True)
class ExactMatch:
    """Whether two texts are equal, with what is left out of both before."""

    regexes_to_ignore: tuple[str, ...] = ()
    ignore_case: bool = False
    ignore_punctuation: bool = False
    ignore_numbers: bool = False

    @cached_property
    def patterns(self) -> tuple[Pattern, ...]:
        """The patterns, compiled."""
        return tuple(pattern_of(text) for text in self.regexes_to_ignore)

    @cached_property
    def _dropped(self) -> dict[int, None]:
        odd = string.punctuation if self.ignore_punctuation else ""
        odd += string.digits if self.ignore_numbers else ""
        return dict.fromkeys(map(ord, odd))

    def value(self, replies: str | Sequence[str], target: Target) -> float:
        """Give the share of replies that are right: of several targets, one is enough."""
        if isinstance(replies, str):
            return float(self._equal(replies, target))
        return sum(self._equal(reply, target) for reply in replies) / max(1, len(replies))

    def _equal(self, reply: str, target: Target) -> bool:
        told = (target,) if isinstance(target, str) else target
        given = self._normal(reply)
        return any(given == self._normal(one) for one in told if isinstance(one, str))

    def _normal(self, text: str) -> str:
        for pattern in self.patterns:
            text = pattern.removed(text)
        text = text.lower() if self.ignore_case else text
        return text.translate(self._dropped).rstrip("\0")  # as an array of texts keeps it
