"""Holds a reply ready for reading, as written, folded and small-lettered; it reads nothing."""

from __future__ import annotations

from typing import NamedTuple

from reasoning_chains.answers.folding import fold, lower
from reasoning_chains.answers.thinking import split_thinking

__all__ = ["LONGEST_LINE", "Reply", "clause_end", "line_end", "lone_line", "prepare"]

LONGEST_LINE = 200  # a longer reply without a marker is reasoning, not an answer
_STOPS = "。！!；\n"
_CLOSE = " \t\n\r\"'*_`)]$"


class Reply(NamedTuple):
    """One reply thrice; each form begins with a line break, so that all lines have one before."""

    text: str
    flat: str
    low: str

    def until(self, end: int) -> Reply:
        """Keep what stands before a place."""
        return Reply(self.text[:end], self.flat[:end], self.low[:end])


def prepare(text: str) -> Reply:
    """Leave native thinking out, and fold the rest."""
    body = "\n" + split_thinking(text).text.strip()
    flat = fold(body)
    return Reply(body, flat, lower(flat))


def clause_end(low: str, start: int, limit: int, longest: int = 400) -> int:
    """Find where the sentence that begins at `start` ends."""
    limit = min(limit, start + longest)
    for place in range(start, limit):
        char = low[place]
        if char in _STOPS:
            return place
        ends = char in ".?;" and (place + 1 >= len(low) or low[place + 1] in _CLOSE)
        if ends and low[place - 1 : place + 1] != "\\;":
            return place
    return limit


def line_end(low: str, start: int, limit: int) -> int:
    """Find where the line ends."""
    end = low.find("\n", start, limit)
    return limit if end == -1 else end


def lone_line(reply: Reply) -> str | None:
    """Give the whole reply where it is one short line: it may be an answer without a marker."""
    line = reply.text.strip()
    return line if line and len(line) <= LONGEST_LINE and len(line.splitlines()) == 1 else None
