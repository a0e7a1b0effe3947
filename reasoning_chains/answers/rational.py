"""Sums and products of whole numbers, worked out exactly; it knows no names and no functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from reasoning_chains.answers.folding import fold
from reasoning_chains.answers.tokens import Tokens

__all__ = ["Worked", "makes", "work_out"]

_LONGEST = 400
_SIGNS = {"×": "*", "÷": "/", "−": "-", "·": "*"}


@dataclass(frozen=True, slots=True)
class Worked:
    """The exact value of an expression and the numbers that stand in it, in order."""

    value: Fraction
    numbers: tuple[int, ...]


def work_out(text: str) -> Worked | None:
    """Work out whole numbers with + - * / and brackets; None where it is something else.

    Text of more than 400 characters, a division by zero and a sign before a number are something
    else too.
    """
    expression = "".join(_SIGNS.get(sign, sign) for sign in fold(text))
    if len(expression) > _LONGEST:
        return None
    reader = _Reader(_tokens(expression))
    try:
        value = reader.sum()
    except (ValueError, ZeroDivisionError):
        return None
    return Worked(value, tuple(reader.numbers)) if reader.next() == "" else None


def makes(text: str, numbers: Sequence[int], target: int = 24) -> bool:
    """Say whether a reply's last line makes the target of the numbers, each used once.

    The line may begin with `Answer:` and end with `= 24` (Game of 24, arXiv:2305.10601).
    """
    lines = text.strip().splitlines()
    line = fold(lines[-1]) if lines else ""
    if line.casefold().startswith("answer:"):
        line = line[len("answer:") :]
    worked = work_out(line.split("=")[0])
    if worked is None or worked.value != target:
        return False
    return sorted(worked.numbers) == sorted(numbers)


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    digits = ""
    for sign in text + " ":
        if sign in "0123456789":
            digits += sign
            continue
        if digits:
            tokens.append(digits)
            digits = ""
        if sign not in " \t":
            tokens.append(sign)
    return tokens


class _Reader(Tokens):
    """Reads from left to right, products before sums."""

    def __init__(self, tokens: list[str]) -> None:
        super().__init__(tokens)
        self.numbers: list[int] = []

    def sum(self) -> Fraction:
        value = self.product()
        while self.next() in ("+", "-"):
            sign, right = self.take(), self.product()
            value = value + right if sign == "+" else value - right
        return value

    def product(self) -> Fraction:
        value = self.factor()
        while self.next() in ("*", "/"):
            sign, right = self.take(), self.factor()
            value = value * right if sign == "*" else value / right
        return value

    def factor(self) -> Fraction:
        token = self.take()
        if token == "(":
            return self.bracketed(self.sum)
        number = int(token)
        self.numbers.append(number)
        return Fraction(number)
