"""The names of the strategies that choose worked examples; it chooses none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias, get_args

__all__ = ["STRATEGIES", "Embed", "Strategy"]

Strategy: TypeAlias = Literal["fixed", "random", "similar", "complex", "diverse"]
STRATEGIES: tuple[str, ...] = get_args(Strategy)

Embed: TypeAlias = Callable[[Sequence[str]], Sequence[Sequence[float]]]
"""Gives one vector a text, all of one length."""
