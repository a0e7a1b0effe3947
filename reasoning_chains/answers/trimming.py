"""Trims what surrounds an answer's words: emphasis, quotes, a stop; it knows no markers."""

from __future__ import annotations

__all__ = ["sentence", "trimmed", "unwrapped", "without_final_stop"]

_PAIRS = (("**", "**"), ("__", "__"), ("*", "*"), ("`", "`"), ('"', '"'), ("'", "'"))
_PAIRS_APART = (("“", "”"), ("‘", "’"), ("「", "」"), ("『", "』"))
_WRAPPERS = ("\\text{", "\\textbf{", "\\mathrm{", "\\mathbf{", "\\textit{", "\\boxed{")
_SHORT_WORDS = "mr mrs ms dr st prof jr sr vs no inc ltd co etc approx"
_ABBREVIATIONS = frozenset(_SHORT_WORDS.split())
_LONGEST = 5_000


def trimmed(text: str) -> str:
    """Strip spaces, a final stop, and quotes or emphasis around the whole."""
    before = None
    while before != text:
        before = text
        text = unwrapped(without_final_stop(text.strip()))
    return text


def without_final_stop(text: str) -> str:
    """Take one stop from the end, unless it ends initials (U.S.) or an ellipsis."""
    if text.endswith("。"):
        return text[:-1].rstrip()
    if not text.endswith(".") or text.endswith("..") or text == ".":
        return text
    word = text[:-1].rpartition(" ")[2]
    initials = "." in word and all(len(part) == 1 and part.isalpha() for part in word.split("."))
    return text if initials else text[:-1].rstrip()


def unwrapped(text: str) -> str:
    """Take away one layer that stands around the whole, or half a layer left at the end."""
    for left, right in _PAIRS:
        inner = text[len(left) : -len(right)]
        if text.startswith(left) and text.endswith(right) and inner.strip() and left not in inner:
            return inner
        if (
            left != "'"
            and text.endswith(right)
            and text.count(right) == 1
            and len(text) > len(right)
        ):
            return text[: -len(right)]
    for left, right in _PAIRS_APART:
        if text.endswith(right) and left not in text[1:]:
            return text[: -len(right)].removeprefix(left)
    for left in _WRAPPERS:
        inner = text[len(left) : -1]
        if text.startswith(left) and text.endswith("}") and "{" not in inner and "}" not in inner:
            return inner
    return text


def sentence(text: str) -> str:
    """Keep a line's first sentence; stops behind abbreviations and initials do not end it."""
    here, text = 0, text[:_LONGEST]
    while True:
        full, here = text.find("。", here), text.find(". ", here)
        if full != -1 and (here == -1 or full < here):
            return text[:full]
        if here == -1:
            return text
        word = text[max(0, here - 24) : here].rpartition(" ")[2].strip("\"'(*").lower()
        after = text[here + 2 : here + 3]
        if len(word) > 1 and word not in _ABBREVIATIONS and not after.islower() and "." not in word:
            return text[:here]
        here += 2
