"""Reads what makes a number greater: exponents, powers, million, 万 and 亿; it knows no sign."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from reasoning_chains.answers.digits import DIGITS, MOST_DIGITS, plain, small_integer

__all__ = ["Scaled", "scaled"]

_WORDS = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_LETTERS = {"bn": 9, "mn": 6, "k": 3, "m": 6, "b": 9}
_CHINESE = {"百": 2, "千": 3, "万": 4, "萬": 4, "亿": 8, "億": 8}
_KILO_UNITS = "克米瓦卡帕焦赫字伏安牛升"  # 千 before these is the unit's kilo, not a thousand
_TIMES = ("\\times", "\\cdot", "×", "x", "*", "·")
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"
_LOWERED = str.maketrans(_RAISED, "0123456789-")


class Scaled(NamedTuple):
    """A value and where its text ends; `None` where it would be too large to be read."""

    end: int
    value: Fraction | None


def scaled(low: str, number: Scaled, *, money: bool = False) -> Scaled:
    """Apply every scale that follows a number; `money` allows letters, as in $3k."""
    for step in (_exponent, _times_ten, _power, _words, _letters if money else _words, _chinese):
        if number.value is None:
            return number
        number = step(low, number)
    return number


def _grow(value: Fraction | None, places: int | None, end: int) -> Scaled:
    if value is None or places is None or abs(places) > MOST_DIGITS:
        return Scaled(end, None)
    return Scaled(end, value * Fraction(10) ** places)


def _exponent(low: str, number: Scaled) -> Scaled:
    """Read 1.5e3."""
    start = number.end + 1
    sign = low[start : start + 1] in ("-", "+")
    if low[number.end : start] != "e" or low[start + sign : start + sign + 1] not in tuple(DIGITS):
        return number
    places, end = small_integer(low, start)
    return number if low[end : end + 1].isalpha() else _grow(number.value, places, end)


def _times_ten(low: str, number: Scaled) -> Scaled:
    r"""Read 1.5 × 10^3 and 1.5 \times 10^{3}."""
    here = _past_spaces(low, number.end)
    sign = next((mark for mark in _TIMES if low.startswith(mark, here)), "")
    here = _past_spaces(low, here + len(sign))
    if not sign or not low.startswith("10", here):
        return number
    places, end = _raised(low, here + 2)
    return number if end == here + 2 else _grow(number.value, places, end)


def _power(low: str, number: Scaled) -> Scaled:
    """Read 2^10, 10⁶ and 2**10 with small whole exponents."""
    places, end = _raised(low, number.end)
    if end == number.end or number.value is None:
        return number
    size = max(number.value.numerator.bit_length(), number.value.denominator.bit_length())
    if (
        places is None
        or (number.value == 0 and places <= 0)
        or size * abs(places) > 3 * MOST_DIGITS
    ):
        return Scaled(end, None)
    return Scaled(end, number.value**places)


def _raised(low: str, start: int) -> tuple[int | None, int]:
    """Read an exponent behind ^ or **, in braces or not, or in raised digits."""
    end = start
    while end < len(low) and low[end] in _RAISED:
        end += 1
    if end > start:
        return small_integer(low[start:end].translate(_LOWERED), 0)[0], end
    mark = next((mark for mark in ("**", "^") if low.startswith(mark, start)), "")
    here = start + len(mark)
    braced = low[here : here + 1] in ("{", "(")
    first = low[here + braced : here + braced + 1]
    if not mark or not (first in tuple(DIGITS) or first == "-"):
        return (None, here) if mark == "^" else (None, start)
    exponent, end = small_integer(low, here + braced)
    if braced and low[end : end + 1] not in ("}", ")"):
        return None, end
    return exponent, end + braced


def _words(low: str, number: Scaled) -> Scaled:
    """Read 5 million."""
    here = _past_spaces(low, number.end)
    here += low[here : here + 1] == "-"
    for word, places in _WORDS.items():
        end = here + len(word)
        if low.startswith(word, here) and not low[end : end + 1].isalpha():
            return _grow(number.value, places, end)
    return number


def _letters(low: str, number: Scaled) -> Scaled:
    """Read the k of $3k."""
    for letter, places in _LETTERS.items():
        end = number.end + len(letter)
        if low.startswith(letter, number.end) and not low[end : end + 1].isalnum():
            return _grow(number.value, places, end)
    return number


def _chinese(low: str, number: Scaled) -> Scaled:
    """Read 3.5万, 1亿2000万 and 3万5千."""
    total, (end, value), room = Fraction(0), number, MOST_DIGITS
    while value is not None:
        places, end = _chinese_places(low, end)
        if not places:
            break
        if places >= room:
            return Scaled(end, None)
        total, room = total + value * Fraction(10) ** places, places
        if low[end : end + 1] not in tuple(DIGITS):
            return Scaled(end, total)
        more = plain(low, end)
        end, value = more.end, more.value
    return Scaled(end, None if value is None else total + value)


def _chinese_places(low: str, end: int) -> tuple[int, int]:
    """Count the zeros of 百, 千, 万, 亿 and of their products, such as 千万."""
    here = end + (low[end : end + 1] == " ")
    places = 0
    while here < len(low) and low[here] in _CHINESE:
        if low[here] == "千" and low[here + 1 : here + 2] in tuple(_KILO_UNITS):
            break
        places += _CHINESE[low[here]]
        here += 1
    return (places, here) if places else (0, end)


def _past_spaces(low: str, here: int) -> int:
    while low[here : here + 1] in (" ", "\u00a0"):
        here += 1
    return here
