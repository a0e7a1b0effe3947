"""Decides which number a short statement states ("not 5 but 7", "2+3 = 5"); it knows no markers."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from reasoning_chains.answers.chinese_numeral import spoken_chinese
from reasoning_chains.answers.english_numeral import spoken_english
from reasoning_chains.answers.numeral import CURRENCY, Numeral, numerals
from reasoning_chains.answers.vocabulary import (
    CHINESE_FILLERS,
    DENIALS,
    DENIED_BEFORE,
    FILLERS,
    INEQUALITIES,
    LISTS,
    OPERATORS,
    PARTS,
    RANGES,
    TURNS,
)

__all__ = ["Outcome", "asserted", "stated"]


class Outcome(NamedTuple):
    """What a statement states.

    `found` without `number`: it names a number that is no single one (a range, two, a formula).
    `leads` says that the statement begins with it.
    """

    found: bool
    number: Numeral | None = None
    leads: bool = False

    @property
    def text(self) -> str | None:
        """The number written plainly."""
        return self.number.text if self.number is not None and self.number.text else None


_NOTHING = Outcome(False)
_PLAIN = 18
"""Digits of a whole number that needs no more reading: most statements are one."""
_FILLER_SIGNS = " \t" + CURRENCY + "\\([{*_`-+~≈:,，}\"'"


def stated(text: str) -> Outcome:
    """Read a folded, small-lettered statement of at most some hundred characters."""
    text = text.strip(" \t\n*_`\"'")
    if text.isdecimal() and text.isascii() and len(text) <= _PLAIN:
        return Outcome(True, Numeral(0, len(text), Fraction(int(text))), True)
    text = _spaced_thousands(_without_notes(text).strip(" \t\n*_`\"'"))
    denial = next((word for word in DENIALS if text.startswith(word)), None)
    if denial is not None:
        return _turned(text[len(denial) :])
    sides = _sides(text)
    outcome = _equation(sides) if len(sides) > 1 else _single(text)
    return outcome if outcome.found else _spoken(text)


def asserted(text: str, numbers: list[Numeral]) -> list[Numeral]:
    """Leave out the numbers that the text denies: "not 5", "instead of 5", 不是5."""
    return [
        number
        for number in numbers
        if not text[max(0, number.start - 14) : number.start]
        .rstrip(_FILLER_SIGNS)
        .endswith(DENIED_BEFORE)
    ]


def _turned(text: str) -> Outcome:
    """Read what follows "but" in "not 5 but 7"."""
    places = [(text.find(turn), turn) for turn in TURNS if turn in text]
    if not places:
        return _NOTHING
    place, turn = min(places)
    return stated(text[place + len(turn) :])


def _without_notes(text: str) -> str:
    """Leave out calculator notes such as <<3*4=12>>."""
    opened = text.find("<<")
    closed = text.find(">>", opened)
    while opened != -1 and closed != -1:
        text = text[:opened] + text[closed + 2 :]
        opened = text.find("<<", opened)
        closed = text.find(">>", opened) if opened != -1 else -1
    return text


def _spaced_thousands(text: str) -> str:
    """Close the gaps of a leading 10 000."""
    groups = text.split(" ", 4)
    first = groups[0].lstrip(CURRENCY + "-")
    if not (first.isdecimal() and len(first) <= 3 and not first.startswith("0")):
        return text
    count = 1
    while count < len(groups) and len(groups[count]) == 3 and groups[count].isdecimal():
        count += 1
    tail = groups[count] if count < len(groups) else ""
    if count > 1 and not tail[:1].isdecimal():
        return " ".join(["".join(groups[:count]), *groups[count:]])
    return text


def _sides(text: str) -> list[str]:
    """Split at the signs of equality, unless they belong to an inequality."""
    for sign in ("\\approx", "≈", "\\equiv", "==", "＝"):
        text = text.replace(sign, "=")
    for sign in ("<=", ">=", "!=", "=>"):
        text = text.replace(sign, "<")
    return text.split("=")


def _equation(sides: list[str]) -> Outcome:
    """Take the side that is a plain number, the last one first: 2+3 = 5, x = 5, 5 = 2+3."""
    names = [side.replace("$", " ").replace("\\(", " ").split()[-1:] for side in sides[:-1]]
    unknowns = {name[0] for name in names if name and name[0].strip("\\(){}").isalpha()}
    if len(unknowns) > 1 and all(len(name) <= 2 for name in unknowns):
        return Outcome(True)
    leads = _is_filler(sides[0]) or len(sides[0].split()) <= 1 or _single(sides[0]).leads
    found = False
    for side in reversed(sides):
        outcome = _single(side)
        found = found or outcome.found
        if outcome.number is not None and outcome.leads:
            return Outcome(True, outcome.number, leads)
        if outcome.found and outcome.leads and side is sides[-1] and _lists(side):
            return Outcome(True)
    return Outcome(found, None, leads)


def _lists(side: str) -> bool:
    numbers = list(numerals(side))
    return len(numbers) > 1 and _relation(side, numbers[0], numbers[1]) == "list"


def _single(text: str) -> Outcome:
    """Read a statement without a sign of equality."""
    numbers = asserted(text, list(numerals(text)))
    if not numbers:
        return _NOTHING
    first = numbers[0]
    before = text[: first.start]
    if any(sign in before for sign in INEQUALITIES):
        return Outcome(True)
    leads = _is_filler(before)
    if not leads:
        return _inner(text, numbers)
    if first.value is None:
        return Outcome(True, None, True)
    for left, right in pairwise(numbers):
        relation = _relation(text, left, right)
        if relation == "apart":
            break
        if relation != "list" or not _same(left, right):
            return Outcome(True, None, True)
    return Outcome(True, first, True)


def _inner(text: str, numbers: list[Numeral]) -> Outcome:
    """Choose among the numbers of a sentence that does not begin with one: the last."""
    last = numbers[-1]
    if len(numbers) > 1 and not _same(numbers[-2], last):
        ranged = any(word in text[: numbers[-2].start].split()[-3:] for word in ("between", "from"))
        relation = _relation(text, numbers[-2], last)
        if relation in ("range", "operation") or ranged or relation == "list":
            return Outcome(True)
    return Outcome(True, last if last.value is not None else None)


def _same(left: Numeral, right: Numeral) -> bool:
    if left.value is None or right.value is None:
        return False
    readings = {left.value, left.value / 100 if left.percent else left.value}
    return right.value in readings or (right.percent and right.value / 100 in readings)


def _relation(text: str, left: Numeral, right: Numeral) -> str:
    """Tell how two neighbouring numbers stand: a range, an operation, a list, parts, or apart."""
    between = text[left.end : right.start].strip(" " + CURRENCY + "\\$")
    words = between.split()
    last = words[-1] if words else ""
    if between in OPERATORS or last in ("plus", "minus", "times"):
        return "operation" if between != "-" else "range"
    if between in RANGES or (len(words) <= 2 and last in RANGES):
        return "range"
    if between in LISTS or (len(words) <= 3 and last in ("and", "or")):
        return "list"
    if between.endswith(("和", "或", "与")) and len(between) <= 4:
        return "list"
    return "parts" if between in PARTS else "apart"


def _is_filler(before: str) -> bool:
    """Tell whether nothing but signs and words such as "about" stand before the number."""
    for word in CHINESE_FILLERS:
        before = before.replace(word, " ")
    return all(
        word.strip(_FILLER_SIGNS) in FILLERS | {""} for word in before.replace("{", " ").split()
    )


def _spoken(text: str) -> Outcome:
    """Read a number in words, which counts only where the statement begins with it."""
    for word in CHINESE_FILLERS:
        text = text.removeprefix(word) if word != "负" else text
    value = spoken_chinese(text)
    if value is None:
        value = spoken_english(text)
    if value is None:
        return _NOTHING
    number, percent = value
    return Outcome(True, Numeral(0, 0, number, "分之" in text and not percent, percent), True)
