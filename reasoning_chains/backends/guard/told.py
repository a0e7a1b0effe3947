"""What an account's answers say of its limits, in the headers of several providers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

__all__ = ["HEADERS", "Allowance", "allowances"]

What: TypeAlias = Literal["requests", "tokens"]

_SPELLINGS = ("x-ratelimit-{part}-{what}", "anthropic-ratelimit-{what}-{part}")
_PARTS = ("limit", "remaining", "reset")
HEADERS = frozenset(
    spelling.format(part=part, what=what)
    for spelling in _SPELLINGS
    for part in _PARTS
    for what in ("requests", "tokens")
)
"""The names that are read, in lower case."""
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_MOST = 1e12


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is allowed a minute, what is left of it, and in how many seconds it is whole again."""

    what: What
    limit: float | None = None
    left: float | None = None
    reset: float | None = None


def allowances(headers: Mapping[str, str], now: float) -> list[Allowance]:
    """Read the limits that headers tell; what cannot be read counts as not said.

    Args:
        headers: By names in lower case.
        now: Seconds since 1970, for those who tell a moment.
    """
    found = []
    kinds: tuple[What, ...] = ("requests", "tokens")
    for what in kinds:
        for spelling in _SPELLINGS:
            texts = [headers.get(spelling.format(part=part, what=what), "") for part in _PARTS]
            if any(texts):
                limit, left = (_number(text) for text in texts[:2])
                found.append(Allowance(what, limit or None, left, _seconds(texts[2], now)))
    return found


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value <= _MOST else None


def _seconds(text: str, now: float) -> float | None:
    """Read `1s`, `6m0s`, `20ms`, `0.5`, or a moment such as 2026-11-21T12:00:00Z."""
    text = text.strip()
    if "T" in text:
        try:
            return max(0.0, datetime.fromisoformat(text).timestamp() - now)
        except (ValueError, OverflowError):
            return None
    total, digits, unit = 0.0, "", ""
    for char in f"{text}\0":
        if unit and not char.isalpha():
            value = _number(digits)
            if value is None or unit not in _UNITS:
                return None
            total, digits, unit = total + value * _UNITS[unit], "", ""
        if char.isalpha():
            unit += char
        elif char != "\0":
            digits += char
    rest = _number(digits) if digits else 0.0
    return total + rest if text and rest is not None and math.isfinite(total) else None
