"""Reads a plain number's digits, separators and decimals; it knows no fractions, units or words."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

__all__ = ["DIGITS", "MOST_DIGITS", "Plain", "plain", "run_of_digits", "small_integer"]

DIGITS = "0123456789"
MOST_DIGITS = 1_000  # a longer number is read as none: exact arithmetic on it is not free
_SEPARATORS = (",", "{,}", "\\,", "\\!", "\u00a0", "_", "'")


class Plain(NamedTuple):
    """A number without sign; `value` is `None` where the characters make none (dates, versions)."""

    end: int
    value: Fraction | None
    whole: bool


def run_of_digits(text: str, start: int) -> int:
    """Find where the digits that begin at `start` end."""
    while start < len(text) and text[start] in DIGITS:
        start += 1
    return start


def plain(text: str, start: int) -> Plain:
    """Read digits with thousands separators and decimals."""
    digits, end = _grouped(text, start)
    decimals = ""
    if text[end : end + 1] == ".":
        stop = run_of_digits(text, end + 1)
        decimals, end = text[end + 1 : stop], (stop if stop > end + 1 else end)
    if _goes_on(text, end):
        return Plain(_past(text, end), None, False)
    if len(digits) + len(decimals) > MOST_DIGITS:
        return Plain(end, None, False)
    return Plain(end, Fraction(int(digits + decimals or "0"), 10 ** len(decimals)), not decimals)


def small_integer(text: str, start: int) -> tuple[int | None, int]:
    """Read an exponent: a signed integer below 10,000, and where it ends."""
    here = start + (text[start : start + 1] in ("-", "+"))
    end = run_of_digits(text, here)
    if not here < end <= here + 4:
        return None, end
    return int(text[start:end]), end


def _grouped(text: str, start: int) -> tuple[str, int]:
    """Join groups of three digits (or, before the last, the two of Indian usage)."""
    end = run_of_digits(text, start)
    groups = [text[start:end]]
    if not 1 <= len(groups[0]) <= 3 or groups[0].startswith("0"):
        return groups[0], end
    while True:
        separator = next((mark for mark in _SEPARATORS if text.startswith(mark, end)), "")
        stop = run_of_digits(text, end + len(separator))
        if not separator or not 2 <= stop - end - len(separator) <= 3:
            break
        groups.append(text[end + len(separator) : stop])
        end = stop
    while len(groups) > 1 and len(groups[-1]) != 3:
        end -= len(groups.pop()) + 1
    return ("".join(groups), end) if _regular(groups) else (groups[0], start + len(groups[0]))


def _regular(groups: list[str]) -> bool:
    inner = {len(group) for group in groups[1:-1]}
    return len(groups) == 1 or inner <= {3} or (inner == {2} and len(groups[0]) <= 2)


def _goes_on(text: str, end: int) -> bool:
    """Tell whether a time, version or ISO date goes on after the number."""
    if text[end : end + 1] in (".", ":") and text[end + 1 : end + 2] in tuple(DIGITS):
        return True
    return (
        text[end : end + 1] == "-"
        and text[end + 3 : end + 4] == "-"
        and text[end + 1 : end + 3].isdecimal()
    )


def _past(text: str, end: int) -> int:
    while end < len(text) and text[end] in "0123456789.:-":
        end += 1
    return end
