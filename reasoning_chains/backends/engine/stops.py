"""Stop strings in text that comes in pieces, held back until it is clear; it knows no tokens."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["StopWatch"]


class StopWatch:
    """Lets text through up to the first stop string, however the text is cut into pieces.

    The stop string that is complete first ends the text; of those complete at the same
    character, the longest.
    """

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(sorted({stop for stop in stops if stop}, key=len, reverse=True))
        self._firsts = frozenset(stop[0] for stop in self._stops)
        self._held = ""
        self.hit = ""
        """The stop string that was met, and `after` is the text that followed it."""
        self.after = ""

    def push(self, piece: str) -> str:
        """Take a piece, and give the text that cannot belong to a stop string any more."""
        if self.hit:
            self.after += piece
            return ""
        if not self._held and self._firsts.isdisjoint(piece):
            return piece  # no stop string begins here: most pieces, and the others cost more
        text = self._held + piece
        places = ((text.find(stop), len(stop)) for stop in self._stops)
        found = [(at + size, -size) for at, size in places if at >= 0]
        if found:
            end, size = min(found)
            self.hit, self.after, self._held = text[end + size : end], text[end:], ""
            return text[: end + size]
        keep = max(_overlap(text, stop) for stop in self._stops)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]

    def flush(self) -> str:
        """Give what was held back: nothing more comes."""
        held, self._held = self._held, ""
        return held


def _overlap(text: str, stop: str) -> int:
    """Length of the longest end of `text` that begins `stop`."""
    at = max(0, len(text) - len(stop) + 1)
    while (at := text.find(stop[0], at)) >= 0:
        if stop.startswith(text[at:]):
            return len(text) - at
        at += 1
    return 0
