"""Finds where the last expression of a program begins, without parsing it; it runs nothing.

The host does not parse what a model wrote: Python's own parser has been crashed by hostile text.
This scanner only has to be right about strings, comments and brackets; where it is wrong the
marked program does not compile, and the program is run as it stands.
"""

from __future__ import annotations

import keyword

__all__ = ["marked"]

_VALUES = {"None", "True", "False", "lambda", "not", "await"}
_STATEMENTS = set(keyword.kwlist) - _VALUES


def marked(code: str) -> str:
    """Let the last statement, where it may be an expression, be kept as `__value__`.

    Lines keep their numbers. Gives an empty text where the program ends with no expression.
    """
    start = _last_statement(code)
    if start < 0 or _first_word(code, start) in _STATEMENTS or code[start] == "@":
        return ""
    return f"{code[:start]}__value__ = ({code[start:]}\n)\n"


def _last_statement(code: str) -> int:
    """Give the place of the last statement that begins a line, or -1 where a block ends the text.

    Time is linear in the text.
    """
    found, depth, at, line, fresh = -1, 0, 0, 0, True
    while at < len(code):
        char = code[at]
        if char == "\n" and not depth:
            line, fresh = at + 1, True
        elif not char.isspace() and char not in "#\\":
            if fresh:
                found, fresh = (at if line in (at, -1) else -1), False
            if char == ";" and not depth and found >= 0:
                line, fresh = -1, True
            depth = max(depth + (char in "([{") - (char in ")]}"), 0)
        at = _after(code, at)
    return found


def _after(code: str, at: int) -> int:
    """Step over a character, a comment, a string, or a backslash with what it protects."""
    char = code[at]
    if char == "#":
        end = code.find("\n", at)
        return len(code) if end < 0 else end
    if char == "\\":
        return at + 2
    if char not in "\"'":
        return at + 1
    quote = char * 3 if code.startswith(char * 3, at) else char
    at += len(quote)
    while at < len(code) and not code.startswith(quote, at):
        if len(quote) == 1 and code[at] == "\n":
            return at
        at += 2 if code[at] == "\\" else 1
    return at + len(quote)


def _first_word(code: str, start: int) -> str:
    end = start
    while end < len(code) and (code[end].isalnum() or code[end] == "_"):
        end += 1
    return code[start:end]
