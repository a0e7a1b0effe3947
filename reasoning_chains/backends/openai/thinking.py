"""Thinking told from text while both still arrive; it knows only tags at the beginning."""

from __future__ import annotations

from reasoning_chains.answers.thinking import CLOSERS, OPENERS
from reasoning_chains.secrets import held_back

__all__ = ["ThinkingStream"]


class ThinkingStream:
    """Splits a stream of text that may begin with a block of thinking.

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
            opener = next((tag for tag in OPENERS if begun.startswith(tag)), "")
            if opener:
                self._state, self._held = "thinking", begun[len(opener) :]
            elif any(tag.startswith(begun) for tag in OPENERS):
                return "", ""  # may still become a tag
            else:
                return "", self._leave()
        return self._think()

    def close(self) -> tuple[str, str]:
        """Give what was held back, now that nothing more comes."""
        thinking = self._state == "thinking"
        held = self._leave()
        return (held, "") if thinking else ("", held)

    def _think(self) -> tuple[str, str]:
        held = self._held
        places = [(held.find(tag), tag) for tag in CLOSERS if tag in held]
        if places:
            place, tag = min(places)
            self._leave()
            return held[:place], held[place + len(tag) :].lstrip("\n")
        clear = len(held) - held_back(held, CLOSERS)
        self._held = held[clear:]
        return held[:clear], ""

    def _leave(self) -> str:
        held, self._held, self._state = self._held, "", "text"
        return held
