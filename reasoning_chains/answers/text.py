"""Reads an answer in words from a reply; it knows no other kind of answer."""

from __future__ import annotations

from reasoning_chains.answers.announced import Stretch, stretches
from reasoning_chains.answers.markers import Pick
from reasoning_chains.answers.reply import Reply, lone_line
from reasoning_chains.answers.trimming import sentence, trimmed

__all__ = ["read_text"]


def read_text(reply: Reply, pick: Pick = "last") -> str | None:
    """Read the announced words, else the whole reply where it is one short line."""
    announced = False
    for stretch in stretches(reply, pick, kind="text"):
        words = _words(reply, stretch)
        if words:
            return words
        announced = announced or stretch.form not in ("hash", "line", "arrow")
    if pick == "first":
        return trimmed(sentence(reply.text.strip().partition("\n")[0][:2_000])) or None
    line = lone_line(reply)
    return None if line is None or announced else trimmed(line) or None


def _words(reply: Reply, stretch: Stretch) -> str:
    text = reply.text[stretch.start : stretch.line]
    if stretch.form == "box":
        return trimmed(text)
    if stretch.form == "hash" and "\n" in reply.low[stretch.line :].strip():
        return ""  # a heading, not GSM8K's mark before the answer on the last line
    if stretch.form == "arrow" and reply.low[stretch.line :].strip():
        return ""  # a step of the reasoning
    if stretch.form == "cut" or reply.low.startswith(("not ", "n't "), stretch.start):
        return ""
    words = trimmed(sentence(text))
    return words.removesuffix("'") if reply.low[stretch.start - 1] == "'" else words
