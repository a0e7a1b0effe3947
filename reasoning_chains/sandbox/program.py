"""A program and its inputs, checked before anything is started; it runs nothing."""

from __future__ import annotations

import json
import keyword
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reasoning_chains.errors import UserMistake, wanted

__all__ = ["LONGEST", "Program", "program"]

LONGEST = 64_000
"""Bytes of a program, at most: the host goes through it once, at about a microsecond a byte."""
_LONGEST_INPUTS = 1_000_000
_HINT = "give text, numbers, True, False, None, and lists and dicts of these"


@dataclass(frozen=True, slots=True)
class Program:
    """A text to run.

    Args:
        code: The program.
        inputs: The JSON of its variables.
        refusal: Why it cannot be run, or empty.
        sets_answer: Whether it is known to end with setting `answer`, not with an expression.
    """

    code: str
    inputs: str = "{}"
    refusal: str = ""
    sets_answer: bool = False


def program(code: str, inputs: Mapping[str, Any] | None) -> Program:
    """Check a program's text, which a model wrote, and its inputs, which the caller gives.

    Raises:
        UserMistake: The inputs are no plain data, or their names no names of variables.
    """
    if not isinstance(code, str):
        wanted("code", code, str)
    written = _written({} if inputs is None else inputs)
    try:
        size = len(code.encode())
    except UnicodeEncodeError:
        return Program(code, written, "the program holds half of a surrogate pair: it is no text")
    if size > LONGEST:
        return Program(code, written, f"the program has {size} bytes: at most {LONGEST} are run")
    if "\0" in code:
        return Program(code, written, "the program holds a null character: it is no text")
    return Program(code, written)


def _written(inputs: Mapping[str, Any]) -> str:
    wanted("inputs", inputs, Mapping, hint="write {'name': value}")
    for name in inputs:
        if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
            raise UserMistake(f"inputs has {name!r}: an input is named like a variable, as in 'x'")
        if name.startswith("__"):
            raise UserMistake(f"inputs has {name!r}: names of inputs do not begin with '__'")
    try:
        text = json.dumps(dict(inputs))
    except (TypeError, ValueError, RecursionError) as error:
        raise UserMistake(f"inputs must be plain data ({error}): {_HINT}") from error
    if len(text) > _LONGEST_INPUTS:
        most = f"at most {_LONGEST_INPUTS} are given"
        raise UserMistake(f"inputs has {len(text)} bytes as JSON: {most}")
    return text
