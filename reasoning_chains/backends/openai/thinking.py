"""Thinking told from text while both still arrive; it knows only tags at the beginning."""

from __future__ import annotations

__all__ = ["ThinkingStream"]

_OPEN, _CLOSE = "<think>", "</think>"


class ThinkingStream:
    """Splits a stream of text that may begin with a <think> block.

    It holds back no more than a tag's length, so deltas stay prompt; the final reply is split
    again as a whole, which is what counts.
    """

    def __init__(self) -> None:
        self._held = ""
        self._state = "start"

    def feed(self, text: str) -> tuple[str, str]:
        """Give the thinking and the text that are certain by now."""
        if self._state == "text":
            return "", text
        self._held += text
        if self._state == "start":
            begun = self._held.lstrip()
            if begun.startswith(_OPEN):
                self._state, self._held = "thinking", begun[len(_OPEN) :]
            elif _OPEN.startswith(begun):
                return "", ""  # may still become the tag
            else:
                return "", self._leave()
        return self._think()

    def close(self) -> tuple[str, str]:
        """Give what was held back, now that nothing more comes."""
        thinking = self._state == "thinking"
        held = self._leave()
        return (held, "") if thinking else ("", held)

    def _think(self) -> tuple[str, str]:
        before, tag, after = self._held.partition(_CLOSE)
        if tag:
            self._leave()
            return before, after.lstrip("\n")
        keep = next(
            (size for size in range(len(_CLOSE) - 1, 0, -1) if before.endswith(_CLOSE[:size])), 0
        )
        self._held = before[len(before) - keep :]
        return before[: len(before) - keep], ""

    def _leave(self) -> str:
        held, self._held, self._state = self._held, "", "text"
        return held
