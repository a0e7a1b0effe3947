"""Normalises words as the SQuAD evaluation does; it knows no kind of answer."""

from __future__ import annotations

from reasoning_chains.answers.folding import fold

__all__ = ["squad_normal"]

_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~，。、；：？！“”‘’（）《》「」…·")
_ARTICLES = frozenset(("a", "an", "the"))


def squad_normal(text: str) -> str:
    """Lower the case, leave out punctuation and articles, and close up spaces (arXiv:1606.05250).

    A point or slash between two digits and a minus before one stay: 1.5 is not 15, and -5 not 5.
    """
    folded = fold(text).casefold()
    kept = "".join(
        char
        for place, char in enumerate(folded)
        if char not in _PUNCTUATION or _in_number(folded, place)
    )
    return " ".join(word for word in kept.split() if word not in _ARTICLES)


def _in_number(text: str, place: int) -> bool:
    char, after = text[place], text[place + 1 : place + 2]
    if char not in "./-:" or not after.isdecimal():
        return False
    before = text[place - 1 : place] if place else ""
    return before.isdecimal() if char != "-" else not before or before.isspace()
