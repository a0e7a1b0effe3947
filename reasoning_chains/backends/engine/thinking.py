"""Native thinking told from the reply while both are still being written; it knows no tokens."""

from __future__ import annotations

from reasoning_chains.backends.engine.stops import StopWatch
from reasoning_chains.types import Delta

__all__ = ["ThinkStream"]

OPEN, CLOSE = "<think>", "</think>"


class ThinkStream:
    """Turns pieces of a reply into deltas of reasoning and of text.

    It follows the block that opens a reply; the completion itself is split by the answers' rules.

    Args:
        opened: The prompt ends in an open `<think>`, so that the reply begins inside of it.
    """

    def __init__(self, *, opened: bool) -> None:
        self._undecided = not opened
        self._held = ""
        self._close = StopWatch((CLOSE,))

    def push(self, piece: str) -> list[Delta]:
        """Take a piece, and give what is clear of it."""
        if self._undecided:
            self._held += piece
            text = self._held.lstrip()
            if len(text) < len(OPEN) and OPEN.startswith(text):
                return []
            return self._decide(text)
        reasoning = self._close.push(piece)
        said, self._close.after = self._close.after, ""
        deltas = [Delta(reasoning=reasoning)] if reasoning else []
        return [*deltas, Delta(text=said)] if said else deltas

    def _decide(self, text: str) -> list[Delta]:
        self._undecided = False
        held, self._held = self._held, ""
        if text.startswith(OPEN):
            return self.push(text[len(OPEN) :])
        self._close.hit = CLOSE  # no thinking: all that comes is text
        return self.push(held)

    def flush(self) -> list[Delta]:
        """Give what was held back: nothing more comes."""
        if self._undecided:
            return [Delta(text=self._held)] if self._held else []
        rest = self._close.flush()
        return [Delta(reasoning=rest)] if rest else []
