"""Cuts a text into what is compared: folded words, and pairs of letters where no blanks stand."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

__all__ = ["folded", "terms"]

_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x0F00, 0x0FFF),  # Tibetan
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007),  # marks that repeat or count among Han
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x31F0, 0x31FF),  # small Katakana
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),  # Han
    (0xF900, 0xFAFF),  # Han, compatibility
    (0x20000, 0x3FFFF),  # Han, rare
)
_PARTING = {code: " " for code in range(128) if not chr(code).isalnum()}
_MOST_MARKS = 30
"""In a row: as many as the Stream-Safe Text Format of UAX #15 has; sorting more takes long."""


def terms(text: str) -> list[str]:
    """Give the words of a text in order, folded; scripts without blanks give pairs of letters.

    Words are runs of letters and digits: `Straße` gives `strasse`, `３２` gives `32`. Chinese,
    Japanese, Thai and their like give overlapping pairs, `中国人` `中国` and `国人`, and one letter
    that stands alone gives itself. A text may mix them.
    """
    found: list[str] = []
    for piece in folded(text).translate(_PARTING).split():
        if piece.isascii():
            found.append(piece)
            continue
        for run, unspaced in _runs(piece):
            if unspaced and len(run) > 1:
                found += [run[place : place + 2] for place in range(len(run) - 1)]
            else:
                found.append(run)
    return found


def folded(text: str) -> str:
    """Make letters small and look-alike forms one: NFKC of the case-folded text."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", "".join(_few_marks(text)).casefold())


def _few_marks(text: str) -> Iterator[str]:
    """Leave out the marks of a row that is longer than any letter has."""
    row = 0
    for char in text:
        row = row + 1 if unicodedata.category(char)[0] == "M" else 0
        if row <= _MOST_MARKS:
            yield char


def _runs(text: str) -> Iterator[tuple[str, bool]]:
    """Give the runs of one sort of letters, and whether they are written without blanks."""
    begun, before = 0, 0
    for place, char in enumerate(text):
        sort = _sort(char, before)
        if sort != before:
            if before:
                yield text[begun:place], before == 2
            begun, before = place, sort
    if before:
        yield text[begun:], before == 2


def _sort(char: str, before: int) -> int:
    """Say 0 for what parts words, 1 for letters of words, 2 for those without blanks."""
    if char.isascii():
        return int(char.isalnum())
    if any(first <= ord(char) <= last for first, last in _UNSPACED):
        return 2 if char.isalnum() or unicodedata.category(char)[0] == "M" else 0
    if unicodedata.category(char)[0] == "M":
        return before  # a mark belongs to the letter before it
    return int(char.isalnum())
