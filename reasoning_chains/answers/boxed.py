r"""Finds the contents of `\boxed{…}` and `\fbox{…}`; it knows no kind of answer."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["BOXES", "Box", "box_at", "closing_brace", "last_boxes"]

BOXES = ("\\boxed", "\\fbox")
LONGEST = 2_000  # a longer content is no answer; it bounds the work for each opener
_LINKS = ("and", "or", ",", "，", "、", ";", "和", "或", "与", "及")
_QUIET = ("\\quad", "\\qquad", "\\text", "\\;", "\\,", "\\ ", "\\(", "\\)", "$", "{", "}", "~")


class Box(NamedTuple):
    """Where a box begins and ends in the text, and what it holds."""

    start: int
    end: int
    content: str


def closing_brace(text: str, opened: int, longest: int = LONGEST) -> int:
    r"""Find the brace that closes the one at `opened`; -1 where it never comes.

    Braces behind a backslash are signs, not brackets.
    """
    depth, here, limit = 0, opened, min(len(text), opened + longest)
    while here < limit:
        char = text[here]
        if char == "\\":
            here += 1
        elif char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if depth == 0:
                return here
        here += 1
    return -1


def box_at(text: str, start: int) -> Box | None:
    r"""Read the box whose command begins at `start`; `\boxed 5` holds one word."""
    here = after = start + next(len(name) for name in BOXES if text.startswith(name, start))
    while here < len(text) and here < start + 20 and text[here] == " ":
        here += 1
    if here < len(text) and text[here] == "{":
        end = closing_brace(text, here)
        return None if end == -1 else Box(start, end + 1, text[here + 1 : end].strip())
    end = here
    while end < len(text) and end < here + 40 and (text[end].isalnum() or text[end] in "-.,/"):
        end += 1
    content = text[here:end].rstrip(".,")
    return Box(start, end, content) if content and here > after else None


def last_boxes(text: str, most: int = 64) -> list[Box]:
    """Read the last box and those before it that a comma or "and" links to it, in order."""
    found: list[Box] = []
    place = _last_command(text, len(text))
    for _ in range(most):
        if place == -1:
            break
        box = box_at(text, place)
        if box is not None and (not found or _linked(text[box.end : found[0].start])):
            found.insert(0, box)
        elif found and (box is None or box.end <= found[0].start):
            break
        place = _last_command(text, place)
    return found


def _last_command(text: str, end: int) -> int:
    return max(text.rfind(name, 0, end) for name in BOXES)


def _linked(between: str) -> bool:
    """Tell whether the text between two boxes makes one answer of them."""
    if len(between) > 60 or "\n\n" in between:
        return False
    for quiet in _QUIET:
        between = between.replace(quiet, " ")
    if ". " in between or "。" in between:
        return False
    words = between.replace(",", " , ").lower().split()
    return len(words) <= 6 and any(link in words or link in between[:3] for link in _LINKS)
