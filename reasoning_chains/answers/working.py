"""Gives the working of a reply: what stands before its answer is announced; it reads no answer."""

from __future__ import annotations

from reasoning_chains.answers.announced import stretches
from reasoning_chains.answers.reply import prepare

__all__ = ["read_working"]

_ENDS = ("\n", ". ", "! ", "? ", "。", "！", "？")


def read_working(text: str) -> str:
    """Leave native thinking out, and the sentence of the last announcement with all behind it."""
    reply = prepare(text)
    for stretch in stretches(reply, "last"):
        before = reply.flat[: stretch.marker + 1]
        cut = max(before.rfind(end, 0, stretch.marker + 1) + len(end.rstrip()) for end in _ENDS)
        return reply.text[: max(0, cut)].strip()
    return reply.text.strip()
