"""What came of a program; it knows not how it was run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from reasoning_chains.types import Json

__all__ = ["STATUSES", "Result", "Status", "Tier"]

Status: TypeAlias = Literal["ok", "error", "timeout", "memory", "output", "crashed", "refused"]
STATUSES: tuple[str, ...] = get_args(Status)
Tier: TypeAlias = Literal["monty", "cpython", ""]


@dataclass(frozen=True, slots=True)
class Result:
    """What a program printed, and the value that it ended with.

    Args:
        stdout: What it printed, at most `Limits.output_bytes` bytes of it.
        value: The value of its last line where that is an expression and not None, else of its
            variable `answer`, else None; plain JSON data. What is no JSON is given as its text.
        status: `ok`; `error` (it raised); `timeout`, `memory` and `output` (a limit was passed);
            `crashed` (its interpreter died, or was killed from outside); `refused` (it is no text
            that could be run).
        tier: Which interpreter ran it, empty where none did.
        error: What went wrong as the program would see it, with the line; empty when all is well.
        seconds: Time by the clock.
    """

    stdout: str = ""
    value: Json = None
    status: Status = "ok"
    tier: Tier = ""
    error: str = ""
    seconds: float = 0.0
