"""Folds look-alike characters into ASCII, place by place; it knows no numbers and no words."""

from __future__ import annotations

__all__ = ["fold", "lower"]

_SPACES = "\u00a0\u2007\u202f\u2009"  # spaces inside numbers: kept apart from plain ones
_ALIKE: dict[int, int | str] = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if code != 0xFF0C},
    **dict.fromkeys(map(ord, _SPACES), "\u00a0"),
    **{
        ord(a): b
        for a, b in zip(
            "\u2212\u2013\u2010\u2011\ufe63\u3000⁄’‘“”＇", "----- /''\"\"'", strict=True
        )
    },
    **{ord(a): b for a, b in zip("【】〔〕﹝﹞￥", "[][][]¥", strict=True)},
}
_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_WIDE_DIGITS = "０１２３４５６７８９"


def fold(text: str) -> str:
    """Make full-width digits, signs and brackets plain; the length stays the same.

    A full-width comma stays a clause's comma, except between full-width digits.
    """
    if text.isascii():
        return text
    if "，" in text:
        for digit in _WIDE_DIGITS:
            text = text.replace("，" + digit, "," + digit)
    return text.translate(_ALIKE)


def lower(text: str) -> str:
    """Make letters small; unlike with `str.lower`, the length always stays the same."""
    small = text.lower()
    return small if len(small) == len(text) else text.translate(_LOWER)
