"""Gives the stretches of a reply behind its announcements; it reads no value from them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from reasoning_chains.answers.markers import Form, Pick, markers, skip
from reasoning_chains.answers.reply import Reply, clause_end, line_end

__all__ = ["Stretch", "stretches"]


class Stretch(NamedTuple):
    """From `start` to the end of the sentence, the line, or a box, as the reader wants.

    `marker` is where the announcement itself begins.
    """

    marker: int
    start: int
    sentence: int
    line: int
    form: Form


def stretches(reply: Reply, pick: Pick, *, kind: str = "") -> Iterator[Stretch]:
    """Give the announced stretches, none reaching into the next announcement."""
    low, bound = reply.low, len(reply.low)
    for marker in markers(low, pick, kind=kind):
        if marker.end >= 0:
            yield Stretch(marker.start, marker.value, marker.end, marker.end, marker.form)
        else:
            start = min(_start(low, marker.value), bound)
            line = line_end(low, start, bound)
            yield Stretch(marker.start, start, clause_end(low, start, line), line, marker.form)
        if pick == "last":
            bound = marker.start


def _start(low: str, place: int) -> int:
    """Pass over line breaks, emphasis and one bullet before the value."""
    place = skip(low, place, " \t\r\n*_`>\"'#:")
    bullet = low.startswith("- ", place) and low[place - 1] == "\n"
    return skip(low, place + 2) if bullet else place
