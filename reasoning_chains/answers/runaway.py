"""Cuts a reply where the model goes on to ask itself the next question; it reads no value."""

from __future__ import annotations

from reasoning_chains.answers.digits import DIGITS
from reasoning_chains.answers.markers import Marker, markers
from reasoning_chains.answers.reply import LONGEST_LINE, Reply

__all__ = ["before_next_question"]

_ASKING = ("\nq:", "\nquestion", "\nproblem:", "\nhuman:", "\nuser:", "\n问题", "\n问:", "\n题目")
_TRIES = 64


def before_next_question(reply: Reply, *, kind: str) -> Reply:
    """Keep a reply up to the first question line behind its first announced answer.

    Where no answer was announced before it, a question behind an empty line ends the reply if what
    stands before it can be an answer: one short line, or for a number anything with a digit. A
    base model that follows examples asks such questions itself; their answers are not the reply's.
    """
    low = reply.low
    if not any(asking in low for asking in _ASKING):
        return reply
    first = _first(low, kind)
    bare = _question(low, -1)
    if bare != -1 and (first is None or bare < first.start) and _answers(low[:bare], kind):
        return reply.until(bare)
    cut = -1 if first is None else _question(low, first.value)
    return reply if cut == -1 else reply.until(cut)


def _answers(head: str, kind: str) -> bool:
    head = head.strip()
    if kind == "number" and any(digit in head for digit in DIGITS):
        return True
    return "\n" not in head and len(head) <= LONGEST_LINE


def _first(low: str, kind: str) -> Marker | None:
    """Give the first announcement that is followed by anything but a question."""
    for marker in markers(low, "first", kind=kind):
        if low[marker.value : marker.value + 40].strip():
            return marker
    return None


def _question(low: str, start: int) -> int:
    """Find the first question line from `start` on; at -1, the first behind an empty line."""
    places = {asking: low.find(asking, max(start, 1)) for asking in _ASKING}
    for _ in range(_TRIES):
        left = [(place, asking) for asking, place in places.items() if place != -1]
        if not left:
            return -1
        place, asking = min(left)
        alone = start != -1 or (low[place - 1] == "\n" and bool(low[:place].strip()))
        if alone and _asks(low, place + len(asking)):
            return place
        places[asking] = low.find(asking, place + 1)
    return -1


def _asks(low: str, end: int) -> bool:
    """Tell whether a colon follows at once or after a number: "Question:", "Question 2:"."""
    if low[end - 1] == ":":
        return True
    while end < len(low) and low[end] in " 0123456789*#一二三四五六七八九十":
        end += 1
    return low[end : end + 1] == ":"
