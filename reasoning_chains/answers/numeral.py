r"""Reads the numbers of a text exactly: -1,234.5, 3/4, 2½, 1.5e3, 3.5万, 50%; it knows no words."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from reasoning_chains.answers.digits import DIGITS, MOST_DIGITS, plain, run_of_digits
from reasoning_chains.answers.scales import Scaled, scaled

__all__ = ["CURRENCY", "Numeral", "canonical", "numerals"]

CURRENCY = "$€£¥₹₩"
_SINGLE_SIGNS = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_THEIR_VALUES = "1/2 1/3 2/3 1/4 3/4 1/5 2/5 3/5 4/5 1/6 5/6 1/8 3/8 5/8 7/8"
_VULGAR = dict(zip(_SINGLE_SIGNS, _THEIR_VALUES.split(), strict=True))
_FRACS = ("\\frac", "\\dfrac", "\\tfrac", "\\cfrac")
_MONEY_WORDS = ("usd", "rs", "rmb", "cny", "eur", "gbp", "inr", "us", "hk", "au", "nt")
_FACTORS = ("π", "\\pi", "√", "\\sqrt", "pi ")
_VARIABLES = "xyzni"


class Numeral(NamedTuple):
    """A number in a text and its place; `value` is `None` where it looks like one and is none.

    Such are times, dates, versions, multiples of pi or of a variable, and numbers too long to read.
    """

    start: int
    end: int
    value: Fraction | None
    fraction: bool = False
    percent: bool = False

    @property
    def text(self) -> str:
        """Write the value plainly; "" where there is none."""
        return "" if self.value is None else canonical(self.value, fraction=self.fraction)


def canonical(value: Fraction, *, fraction: bool = False) -> str:
    """Write an integer, an exact decimal, or p/q where there is none or `fraction` asks for it."""
    places = _decimal_places(value.denominator)
    if places == 0:
        return str(value.numerator)
    if fraction or places is None:
        return f"{value.numerator}/{value.denominator}"
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return ("-" if value < 0 else "") + digits[:-places] + "." + digits[-places:]


def _decimal_places(denominator: int) -> int | None:
    twos = fives = 0
    while denominator % 2 == 0:
        denominator, twos = denominator // 2, twos + 1
    while denominator % 5 == 0:
        denominator, fives = denominator // 5, fives + 1
    places = max(twos, fives)
    return places if denominator == 1 and places <= MOST_DIGITS else None


def numerals(low: str) -> Iterator[Numeral]:
    """Give the numbers of a folded, small-lettered text from left to right."""
    here = 0
    while here < len(low):
        if _begins(low, here):
            if _joined(low, here):
                here = _past_word(low, here)
                continue
            found = _numeral(low, here)
            yield found
            here = max(found.end, here + 1)
        else:
            here += 1


def _begins(low: str, here: int) -> bool:
    char = low[here]
    if char == ".":
        return low[here + 1 : here + 2] in tuple(DIGITS) and low[here - 1 : here] not in tuple(
            DIGITS
        )
    return char in DIGITS or char in _VULGAR or (char == "\\" and low.startswith(_FRACS, here))


def _joined(low: str, here: int) -> bool:
    """Tell whether the digits belong to a word (x1, CO2), an exponent or an index."""
    before = low[here - 1] if here else " "
    if before == "{" and here > 1:
        return low[here - 2] in "^_"
    if before == "_":
        return here > 1 and (low[here - 2].isalnum() or low[here - 2] in ")}")
    if not (before.isascii() and before.isalpha()):
        return before == "^"
    first = here
    while first and low[first - 1].isascii() and low[first - 1].isalpha() and here - first < 20:
        first -= 1
    return low[first - 1 : first] != "\\" and low[first:here] not in _MONEY_WORDS


def _past_word(low: str, here: int) -> int:
    here += 1
    while here < len(low) and (
        low[here] in DIGITS or (low[here].isascii() and low[here].isalpha())
    ):
        here += 1
    return here


def _numeral(low: str, start: int) -> Numeral:
    """Read the number whose digits begin at `start`: magnitude, scale, percent and sign."""
    size = _magnitude(low, start)
    if size.value is None:
        return Numeral(start, size.end, None)
    money = start > 0 and low[start - 1] in CURRENCY
    grown = scaled(low, Scaled(size.end, size.value), money=money)
    if grown.value is None or _multiplied(low, grown.end):
        return Numeral(start, grown.end, None)
    end, percent = _percent(low, grown.end)
    value = -grown.value if _negative(low, start) else grown.value
    return Numeral(start, end, value, size.fraction and grown.end == size.end, percent)


class _Size(NamedTuple):
    end: int
    value: Fraction | None
    fraction: bool = False


def _magnitude(low: str, start: int) -> _Size:
    """Read digits, a fraction, or both (2 1/2)."""
    if low[start] in _VULGAR:
        return _Size(start + 1, Fraction(_VULGAR[low[start]]), True)
    if low[start] == "\\":
        return _frac(low, start)
    first = plain(low, start)
    if first.value is None:
        return _Size(first.end, None)
    over = _over(low, first.end)
    if over:
        return _divided(low, first.value if first.whole else None, over)
    part = _mixed(low, first.end) if first.whole else None
    if part is not None and part.value is not None and part.value < 1:
        return _Size(part.end, first.value + part.value, True)
    return _Size(first.end, first.value)


def _over(low: str, end: int) -> int:
    """Find where the denominator after a slash begins; 0 where there is no slash."""
    gap = 1 if low[end : end + 3] == " / " else 0
    start = end + gap + 1 + gap
    slash = low[end + gap : end + gap + 1] == "/"
    return start if slash and low[start : start + 1] in tuple(DIGITS) else 0


def _divided(low: str, top: Fraction | None, start: int) -> _Size:
    bottom = plain(low, start)
    end = bottom.end
    whole = top is not None and bottom.whole and bottom.value
    while _over(low, end):  # dates and chains of divisions are no fractions
        whole, end = None, run_of_digits(low, _over(low, end))
    return _Size(
        end, top / bottom.value if whole and top is not None and bottom.value else None, True
    )


def _mixed(low: str, end: int) -> _Size | None:
    r"""Read the fraction after a whole number: 2½, 2 1/2, 2\frac{1}{2}."""
    if low[end : end + 1] in _VULGAR or low.startswith(_FRACS, end):
        return _magnitude(low, end)
    start = end + 1
    if low[end : end + 1] not in (" ", "-", "\u00a0") or low[start : start + 1] not in tuple(
        DIGITS
    ):
        return None
    stop = run_of_digits(low, start)
    tight = low[stop : stop + 1] == "/" and stop - start <= 4
    part = _magnitude(low, start) if tight else None
    return part if part is not None and part.fraction else None


def _frac(low: str, start: int) -> _Size:
    r"""Read \frac{a}{b} and \frac12 with plain numbers in them."""
    here = low.index("frac", start) + 4
    parts: list[Fraction | None] = []
    for _ in range(2):
        value, here = _argument(low, here)
        parts.append(value)
    top, bottom = parts
    return _Size(here, top / bottom if top is not None and bottom else None, True)


def _argument(low: str, here: int) -> tuple[Fraction | None, int]:
    here += low[here : here + 1] == " "
    if low[here : here + 1] in tuple(DIGITS):
        return Fraction(int(low[here])), here + 1
    if low[here : here + 1] != "{":
        return None, here
    close = low.find("}", here, here + MOST_DIGITS)
    if close == -1:
        return None, here + 1
    inside = low[here + 1 : close].strip()
    minus = inside.startswith("-")
    inside = inside.removeprefix("-").strip()
    if not inside[:1].isdecimal() or not inside.isascii():
        return None, close + 1
    found = plain(inside, 0)
    value = found.value if found.end == len(inside) else None
    return (-value if minus and value is not None else value), close + 1


def _percent(low: str, end: int) -> tuple[int, bool]:
    here = end
    while low[here : here + 1] in (" ", "\\"):
        here += 1
    for word in ("%", "percent", "per cent", "pct"):
        if low.startswith(word, here):
            return here + len(word), True
    return end, False


def _multiplied(low: str, end: int) -> bool:
    """Tell whether pi, a root or a variable follows at once: then it is an expression."""
    here = end + (low[end : end + 1] == " ")
    if low.startswith(_FACTORS, here) or low[here : here + 3] == "pi":
        return True
    after = low[end + 1 : end + 2]
    return low[end : end + 1] in tuple(_VARIABLES) and not (after.isascii() and after.isalnum())


def _negative(low: str, start: int) -> bool:
    """Look for a sign before the number that is no subtraction, hyphen or bullet."""
    here, spaced = start - 1, False
    while here >= 0 and low[here] in CURRENCY + "\\ {*" and start - here < 6:
        spaced = spaced or low[here] == " "
        here -= 1
    if here < 0:
        return False
    if low[here] != "-":
        before = low[max(0, here - 10) : here + 1]
        word = next((w for w in ("minus", "negative", "负") if before.endswith(w)), "")
        return bool(word) and before.removesuffix(word).rstrip()[-1:] not in tuple(DIGITS)
    before = low[max(0, here - 40) : here].rstrip(" \t")
    if before in ("", "\n") or before.endswith("\n"):
        return here == 0 or not spaced  # "- 5" on a line of its own is a bullet
    tail, tight = before[-1], here > 0 and low[here - 1] == before[-1]
    operand = tail in tuple(DIGITS + ")]}%") or (tight and tail.isalpha() and tail.isascii())
    return not operand and not spaced
