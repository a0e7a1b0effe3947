"""The calculator: arithmetic as a person or a model writes it, computed in the sandbox."""

from __future__ import annotations

from functools import cache

from reasoning_chains.errors import wanted
from reasoning_chains.sandbox.formula import steps
from reasoning_chains.sandbox.inside import for_monty
from reasoning_chains.sandbox.limits import Limits
from reasoning_chains.sandbox.monty import run_in_monty
from reasoning_chains.sandbox.program import Program
from reasoning_chains.sandbox.scanning import BadFormula
from reasoning_chains.sandbox.stopping import Stop

__all__ = ["LONGEST", "calculator"]

LONGEST = 4_096
"""Bytes of an expression, at most."""
_LIMITS = Limits(cpu_seconds=1.0, wall_seconds=2.0, memory_mb=64, output_bytes=16_384)


def calculator(expression: str) -> str:
    """Compute an expression, and write the result as a person does; exactly, where it can be.

    It knows + - * / // % ** ^ (a power), parentheses, 1,234.5, 50% (a half), 5!, × ÷ − √ π, and
    the functions of `FUNCTIONS`. What cannot be computed gives a text that begins with `error:`
    and says why, for the model to read.

    Raises:
        SandboxUnavailable: There is no sandbox to compute in.

    >>> calculator("0.1 + 0.2"), calculator("1,234 × 2"), calculator("2^100")
    ('0.3', '2468', '1267650600228229401496703205376')
    """
    if not isinstance(expression, str):
        wanted("expression", expression, str)
    size = len(expression.encode(errors="replace"))
    if size > LONGEST:
        return f"error: the expression has {size} bytes: at most {LONGEST} are read"
    try:
        written = steps(expression)
    except BadFormula as error:
        return f"error: {error}"
    code = f"{_head()}{_needed(written)}\n\n{written}\n"
    result, _ = run_in_monty(Program(code, sets_answer=True), _LIMITS, Stop())
    if result.status == "ok":
        return str(result.value)
    message = result.error.partition(" (line ")[0].partition(": ")[2]
    return f"error: {message or result.error}"


def _needed(written: str) -> str:
    """Give the arithmetic that some steps call, and what that calls: to parse it all takes time."""
    parts, taken, left = _parts(), set[str](), [written]
    while left:
        text = left.pop()
        for name, part in parts.items():
            if name not in taken and f"{name}(" in text:
                taken.add(name)
                left.append(part)
    return "\n\n".join(part for name, part in parts.items() if name in taken)


@cache
def _parts() -> dict[str, str]:
    """Give each function of the arithmetic by its name."""
    _, *parts = for_monty("arithmetic.py").split("\n\ndef ")
    return {part.partition("(")[0]: f"def {part}" for part in parts}


@cache
def _head() -> str:
    """Give what stands before the first function: imports and bounds."""
    return for_monty("arithmetic.py").partition("def ")[0]
