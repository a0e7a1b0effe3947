"""Reads the files of this room that Monty is given as text; it runs nothing."""

from __future__ import annotations

from functools import cache
from pathlib import Path

__all__ = ["for_monty"]

_FIRST = "from __future__ import annotations\n"


@cache
def for_monty(name: str) -> str:
    """Give a file of this folder without its docstrings, each of which takes time to parse."""
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    lines = text[text.index(_FIRST) :].splitlines(keepends=True)
    return "".join(line for line in lines if not line.lstrip().startswith('"""'))
