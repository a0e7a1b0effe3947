"""Reads an English number in words (twelve, three hundred and five); it knows no digits."""

from __future__ import annotations

from fractions import Fraction

__all__ = ["spoken_english"]

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_VALUES = {
    **{word: value for value, word in enumerate(_SMALL.split())},
    **{word: 20 + 10 * index for index, word in enumerate(_TENS.split())},
}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_LEADS = ("about", "around", "exactly", "just", "only", "roughly", "a", "total", "of")
_NOT_COUNTING = ("of", "way", "thing", "reason", "to", "or", "plus", "minus", "times")


def spoken_english(text: str) -> tuple[Fraction, bool] | None:
    """Read the words that a small-lettered text begins with; say whether they are a percentage."""
    words = text.replace("-", " ").replace("**", " ").split()[:24]
    while words and words[0] in _LEADS:
        words = words[1:]
    sign = -1 if words[:1] in (["minus"], ["negative"]) else 1
    words = words[1:] if sign < 0 else words
    total, part, used = 0, 0, 0
    for word in words:
        bare = word.strip(".,;:!?*_`'\")($")
        if bare in _VALUES:
            part += _VALUES[bare]
        elif bare in _SCALES and used:
            total, part = _scaled(total, part, _SCALES[bare])
        elif not (bare == "and" and used and part % 100 == 0):
            break
        used += 1
        if bare != word:
            break
    rest = words[used : used + 1]
    if not used or words[used - 1] == "and" or (rest and rest[0] in _NOT_COUNTING):
        return None
    return Fraction(sign * (total + part)), rest in (["percent"], ["percent."])


def _scaled(total: int, part: int, scale: int) -> tuple[int, int]:
    if scale == 100:
        return total, max(part, 1) * 100
    return total + max(part, 1) * scale, 0
