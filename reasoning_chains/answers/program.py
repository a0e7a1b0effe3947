"""Reads the program of a reply: its Python block, not the output that stands behind it."""

from __future__ import annotations

from reasoning_chains.answers.code import fenced_blocks, fenced_languages
from reasoning_chains.answers.thinking import split_thinking

__all__ = ["read_program"]

_PYTHON = ("python", "python3", "py")
_BEGINNINGS = ("import ", "from ", "def ", "for ", "while ", "print(")


def read_program(reply: str) -> str | None:
    """Give the last block marked as Python, else the first block, else a reply that is code.

    A reply without a block is code if one of its lines assigns, prints, imports or defines.
    """
    text = split_thinking(reply).text
    blocks = fenced_blocks(text)
    if not blocks:
        lines = (line for line in text.splitlines() if line)
        return text.strip("\n").rstrip() if any(map(_is_code, lines)) else None
    marked = [
        block
        for block, language in zip(blocks, fenced_languages(text), strict=False)
        if language in _PYTHON
    ]
    found = (marked[-1] if marked else blocks[0]).strip("\n").rstrip()
    return found if found.strip() else None


def _is_code(line: str) -> bool:
    bare = line.strip()
    left, equals, _ = bare.partition("=")
    assigns = bool(equals) and left.strip(" +-*/").isidentifier()
    return assigns or bare.startswith(_BEGINNINGS)
