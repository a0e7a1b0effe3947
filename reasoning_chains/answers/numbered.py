"""Reads a list's items from a reply: numbered, with bullets, or quoted; it knows no chain."""

from __future__ import annotations

from typing import NamedTuple

from reasoning_chains.answers.folding import fold, lower
from reasoning_chains.answers.trimming import unwrapped

__all__ = ["read_numbered"]

_BULLETS = ("- ", "* ", "+ ", "• ", "· ", "‣ ", "– ", "●", "◦ ")
_NUMERALS = "一二三四五六七八九十"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_LABELS = (
    "step ",
    "sub-question ",
    "subquestion ",
    "question ",
    "part ",
    "q",
    "步骤",
    "子问题",
    "问题",
    "第",
)
_TAILS = ("步", "个", "题", "问题", "问", "点")
_ENDS = (". ", ".", "、", ")", "):", ":", ",", "，", "．")
_QUOTES = (('"', '"'), ("“", "”"), ("「", "」"), ("『", "』"))
_LEADS = ("need to first solve", "need to solve", "first solve", "需要先解决", "先回答", "先解决")
MOST = 1_000
_MOST_LINES = 5_000


class _Label(NamedTuple):
    """What a line's label says: its number (0 for a bullet), and where the item begins."""

    number: int
    start: int


def read_numbered(text: str) -> tuple[str, ...]:
    """Read the first list's items, at most 1,000; an empty tuple where there is no list.

    Labels are `1.`, `1)`, `(1)`, `1、`, `Step 1:`, `一、`, `（一）`, `①`, full-width digits, and
    bullets where nothing is numbered. A line without a label goes on with the item before it; a
    second list that begins again at 1 is left out. Without any list, quoted parts are the items,
    as in least-to-most prompting (arXiv:2205.10625): we need to first solve: "…", "…".
    """
    lines = text.strip().split("\n", _MOST_LINES)[:_MOST_LINES]
    labels = [_label(line) for line in lines]
    numbered = any(label.number for label in labels if label is not None)
    items: list[str] = []
    last, open_ = 0, False
    for line, label in zip(lines, labels, strict=True):
        if label is not None and (label.number or not numbered):
            if numbered and label.number == 1 and last >= 1:
                break
            last, open_ = label.number, True
            items.append(line[label.start :].strip())
        elif not line.strip():
            open_ = False
        elif open_ and items:
            items[-1] = items[-1] + " " + line.strip() if len(items[-1]) < 10_000 else items[-1]
        if len(items) == MOST:
            break
    cleaned = (unwrapped(item.strip()).strip() for item in items)
    found = tuple(item for item in cleaned if item)
    return found if len(found) > 1 else _inline(text) or found or _quoted(text)


def _label(line: str) -> _Label | None:
    """Read the label that a line begins with."""
    flat = lower(fold(line[:60]))
    bare = flat.lstrip(" \t*_#>")
    gap = len(flat) - len(bare)
    if flat.lstrip().startswith(_BULLETS) and not bare[:1].isdecimal():
        bullet = len(flat) - len(flat.lstrip())
        return _Label(0, bullet + 1)
    if bare[:1] in _CIRCLED and bare[:1]:
        return _Label(_CIRCLED.index(bare[0]) + 1, gap + 1)
    opened = bare[:1] == "("
    here = int(opened)
    word = next((word for word in _LABELS if bare.startswith(word, here)), "")
    here += len(word)
    number, here = _number(bare, here)
    if not number:
        return None
    for tail in _TAILS if word == "第" else ():
        here += len(tail) if bare.startswith(tail, here) else 0
    return _behind(flat, bare, number, (opened, here))


def _number(bare: str, here: int) -> tuple[int, int]:
    here += bare[here : here + 1] == " "
    end = here
    while end < len(bare) and bare[end] in "0123456789" and end - here < 3:
        end += 1
    if end > here:
        return int(bare[here:end]), end
    while end < len(bare) and bare[end] in _NUMERALS and end - here < 3:
        end += 1
    return (_NUMERALS.index(bare[here]) + 1, end) if end > here else (0, here)


def _behind(flat: str, bare: str, number: int, place: tuple[bool, int]) -> _Label | None:
    """Check what ends the label, so that "3.5 apples" and "5 boys" are no items."""
    opened, here = place
    emphasised = "*" in flat[: len(flat) - len(bare)]
    gap = len(flat) - len(bare)
    here += len(bare[here:]) - len(bare[here:].lstrip("*_"))
    if opened:
        return _Label(number, gap + here + 1) if bare[here : here + 1] == ")" else None
    end = next((end for end in _ENDS if bare.startswith(end, here)), "")
    if not end:
        return None
    after = bare[here + len(end) : here + len(end) + 1]
    if (after and after.isdecimal()) or (end == "." and after.isascii() and after.isalnum()):
        return None
    start = here + len(end)
    signs = "*_ " if emphasised else " "
    return _Label(number, gap + start + len(bare[start:]) - len(bare[start:].lstrip(signs)))


def _quoted(text: str) -> tuple[str, ...]:
    """Read the quoted parts behind "need to first solve", else all of them."""
    flat = lower(text)
    start = max((flat.find(lead) + len(lead) for lead in _LEADS if lead in flat), default=0)
    items: list[str] = []
    for left, right in _QUOTES:
        here = text.find(left, start)
        while here != -1 and len(items) < MOST:
            end = text.find(right, here + 1)
            if end == -1:
                break
            items.append(text[here + 1 : end].strip().removesuffix(","))
            here = text.find(left, end + 1)
        if items:
            break
    return tuple(item for item in items if item)


def _inline(text: str) -> tuple[str, ...]:
    """Read "1. … 2. … 3. …" and "(1) … (2) …" in one line."""
    flat = fold(text)
    for form in ("({}) ", "{}. ", "{}) ", "({})"):
        places: list[tuple[int, int]] = []
        here = flat.find(form.format(1))
        while here != -1 and len(places) < MOST:
            mark = form.format(len(places) + 1)
            places.append((here, here + len(mark)))
            here = flat.find(form.format(len(places) + 1), here + len(mark))
        if len(places) > 1:
            ends = [start for start, _ in places[1:]] + [len(text)]
            return tuple(
                text[begin:end].strip(" ;,；，")
                for (_, begin), end in zip(places, ends, strict=True)
            )
    return ()
