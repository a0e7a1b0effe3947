"""Words for what went wrong in a program, for the model that is to mend it; it runs nothing."""

from __future__ import annotations

import json
import math
from typing import Any

from reasoning_chains.sandbox.limits import Limits
from reasoning_chains.types import Json

__all__ = ["cut", "passed", "told", "value_of"]

_LONGEST = 2_000
_LONGEST_LINE = 200
_MOST_DIGITS = 4_300  # what Python itself reads, without time growing out of proportion


def told(error: str, line: int, code: str) -> str:
    """Write an error as the program saw it, with the number and text of its line where known."""
    lines = code.split("\n")
    text = cut(error.strip() or "an error without a message", _LONGEST)
    if not 1 <= line <= len(lines):
        return text
    return f"{text} (line {line}: {cut(lines[line - 1].strip(), _LONGEST_LINE)})"


def passed(status: str, limits: Limits) -> str:
    """Say which limit was passed."""
    return {
        "timeout": f"TimeoutError: the program was stopped: it may compute for "
        f"{limits.cpu_seconds:g} s and take {limits.wall_seconds:g} s by the clock",
        "memory": f"MemoryError: the program may take {limits.memory_mb} MiB of memory",
        "output": f"the program was stopped: it may print {limits.output_bytes} bytes, "
        "and end with a value of as many",
        "crashed": "the interpreter died while it ran the program",
    }[status]


def cut(text: str, longest: int) -> str:
    """Keep the beginning of a text."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def value_of(text: str) -> Json:
    """Read the value that came out; numbers that are no JSON, or too long, stay text.

    Raises:
        ValueError: It is no JSON, as only a program that tampers with its interpreter writes.
    """

    def whole(digits: str) -> Any:
        return int(digits) if len(digits) <= _MOST_DIGITS else digits

    def broken(digits: str) -> Any:
        number = float(digits)
        return number if math.isfinite(number) else digits

    try:
        read: Json = json.loads(text, parse_int=whole, parse_float=broken, parse_constant=str)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    return read
