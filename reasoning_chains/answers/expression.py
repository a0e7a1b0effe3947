r"""Reads a formula from a reply: a box, or the announced LaTeX; it compares nothing."""

from __future__ import annotations

from reasoning_chains.answers.announced import Stretch, stretches
from reasoning_chains.answers.boxed import last_boxes
from reasoning_chains.answers.latex import bare
from reasoning_chains.answers.markers import Pick
from reasoning_chains.answers.reply import Reply, lone_line
from reasoning_chains.answers.trimming import sentence, trimmed

__all__ = ["read_expression"]

_OPENERS = (("$$", "$$"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]"))


def read_expression(reply: Reply, pick: Pick = "last") -> str | None:
    """Read the announced formula without its delimiters; boxes linked by "and" are a list."""
    announced = False
    for stretch in stretches(reply, pick):
        formula = _formula(reply, stretch, pick)
        if formula:
            return formula
        announced = announced or stretch.form != "hash"
    line = lone_line(reply)
    return None if line is None or announced else bare(trimmed(line)) or None


def _formula(reply: Reply, stretch: Stretch, pick: Pick) -> str:
    if stretch.form == "box":
        if pick == "first":
            return reply.text[stretch.start : stretch.line].strip()
        return ", ".join(box.content for box in last_boxes(reply.text[: stretch.line + 1]))
    if stretch.form in ("cut", "hash"):
        return ""
    text = reply.text[stretch.start : stretch.line].strip()
    return _first_math(reply, stretch, text) or bare(trimmed(sentence(text)))


def _first_math(reply: Reply, stretch: Stretch, line: str) -> str:
    """Read the formula between delimiters with which the stretch begins, over several lines too."""
    for left, right in _OPENERS:
        if line.startswith(left):
            begin = reply.text.index(left, stretch.start) + len(left)
            end = reply.text.find(right, begin, begin + 2_000)
            rest = reply.text[end + len(right) : stretch.line].strip(" .。,*")
            return bare(reply.text[begin:end]) if end != -1 and (not rest or len(rest) > 60) else ""
    return ""
