r"""Writes a LaTeX expression in one light normal form, sign by sign; it knows no algebra."""

from __future__ import annotations

from fractions import Fraction

from reasoning_chains.answers.boxed import BOXES, box_at
from reasoning_chains.answers.folding import fold
from reasoning_chains.answers.numeral import numerals

__all__ = ["bare", "normal", "plain_value"]

_DELIMITERS = (("$$", "$$"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]"))
_GONE = (
    "\\left",
    "\\right",
    "\\displaystyle",
    "\\!",
    "\\,",
    "\\;",
    "\\:",
    "\\quad",
    "\\qquad",
    "\\ ",
    "~",
    "\\$",
)
_SAME = (
    *(
        ("\\dfrac", "\\frac"),
        ("\\tfrac", "\\frac"),
        ("\\cfrac", "\\frac"),
        ("{,}", ","),
        ("\\%", "%"),
    ),
    *(
        ("\\geq", "\\ge"),
        ("\\leq", "\\le"),
        ("\\neq", "\\ne"),
        ("≥", "\\ge "),
        ("≤", "\\le "),
        ("≠", "\\ne "),
    ),
    *(
        ("π", "\\pi "),
        ("×", "\\times "),
        ("·", "\\cdot "),
        ("∞", "\\infty "),
        ("√", "\\sqrt "),
        ("÷", "/"),
    ),
    *(("^{\\circ}", ""), ("^\\circ", ""), ("°", ""), ("**", "^")),
)
_TEXTS = (
    "\\text{",
    "\\textbf{",
    "\\textit{",
    "\\mathrm{",
    "\\mathbf{",
    "\\mbox{",
    "\\operatorname{",
)
_TAKES_ARGUMENTS = {"\\frac": 2, "\\sqrt": 1}
LONGEST = 4_000


def bare(text: str) -> str:
    """Take away delimiters and a box that stand around the whole expression."""
    before = None
    while before != text:
        before = text
        text = text.strip().rstrip(".。").strip() if not text.endswith("..") else text.strip()
        for left, right in _DELIMITERS:
            inner = text[len(left) : -len(right)]
            if (
                text.startswith(left)
                and text.endswith(right)
                and inner.strip()
                and left not in inner
            ):
                text = inner.strip()
        box = box_at(text, 0) if text.startswith(BOXES) else None
        if box is not None and box.end == len(text) and box.content:
            text = box.content
    return text


def normal(text: str) -> str:
    r"""Write one form for spaces, \dfrac and \frac12, \left, \text{}, degrees and the like."""
    text = fold(bare(text)).strip()
    if len(text) > LONGEST:
        return text
    for command in _GONE:
        text = text.replace(command, " ")
    for old, new in _SAME:
        text = text.replace(old, new)
    for opening in _TEXTS:
        text = _unwrap(text, opening)
    return _compact(_arguments(text)).strip().rstrip(".,")


def plain_value(text: str) -> Fraction | None:
    """Give the value of an expression that is nothing but one number."""
    text = fold(bare(text)).lower().replace("\\!", "").strip()
    found = next(numerals(text[:2_000]), None) if len(text) <= 2_000 else None
    if found is None or found.value is None or found.percent or found.end != len(text):
        return None
    return found.value if text[: found.start].strip() in ("", "-", "+", "$", "\\$", "-$") else None


def _unwrap(text: str, opening: str) -> str:
    place = text.find(opening)
    while place != -1:
        end = text.find("}", place)
        if end == -1:
            break
        text = text[:place] + " " + text[place + len(opening) : end] + " " + text[end + 1 :]
        place = text.find(opening, place)
    return text


def _arguments(text: str) -> str:
    r"""Put braces around the single signs that \frac and \sqrt take."""
    for command, count in _TAKES_ARGUMENTS.items():
        place = text.find(command)
        while place != -1:
            here = place + len(command)
            for _ in range(count):
                here += len(text[here:]) - len(text[here:].lstrip(" "))
                if text[here : here + 1].isalnum():
                    text = text[:here] + "{" + text[here] + "}" + text[here + 1 :]
                    here += 3
                else:
                    break
            place = text.find(command, place + len(command))
    return text


def _compact(text: str) -> str:
    """Leave out spaces, except one between a command or word and a letter that follows it."""
    parts = text.split()
    joined = ""
    for part in parts:
        wordy = joined[-1:].isalpha() and part[:1].isalpha()
        joined += (" " if wordy else "") + part
    for exponent in "0123456789":
        joined = joined.replace("^{" + exponent + "}", "^" + exponent)
        joined = joined.replace("_{" + exponent + "}", "_" + exponent)
    return joined
