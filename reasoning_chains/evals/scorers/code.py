"""Scores a program by unit tests, run in the sandbox and never in this process."""

from __future__ import annotations

import ast
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from reasoning_chains.errors import UnknownName, UserMistake, ranged
from reasoning_chains.evals.score import Score, unread

if TYPE_CHECKING:
    from reasoning_chains.run import Run
    from reasoning_chains.sandbox import Result
    from reasoning_chains.solution import Solution
    from reasoning_chains.types import Problem

__all__ = ["Code"]

_PYTHONS = ("auto", "monty", "cpython")


@dataclass(frozen=True, slots=True)
class Code:
    """Right where the program and then the target's tests run to their end.

    The target is a program of `assert` lines, as those of HumanEval and MBPP are. A program that
    ends the interpreter before the tests does not pass them.

    Args:
        seconds: The time by the clock that both may take.
        python: The interpreter: `monty`, `cpython`, or `auto` (Monty, and CPython where it must).
    """

    seconds: float = 5.0
    python: Literal["auto", "monty", "cpython"] = "auto"

    def __post_init__(self) -> None:
        """Refuse settings that cannot be."""
        ranged("code seconds", self.seconds, float, 0.01, 600)
        if self.python not in _PYTHONS:
            raise UnknownName("code python", self.python, _PYTHONS)

    def reference(self, problem: Problem, target: str) -> str | None:
        """Give none: which program passes is not known from the tests.

        Raises:
            UserMistake: The tests are no program.
        """
        try:
            ast.parse(target)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise UserMistake(f"the tests are no Python program: {error}") from None
        return None

    async def score(self, problem: Problem, solution: Solution, target: str, run: Run) -> Score:
        """Run the program with the tests behind it.

        Raises:
            SandboxUnavailable: The machine lacks what the sandbox needs.
        """
        if solution.answer is None:
            return unread(solution)
        from reasoning_chains.sandbox import Limits, arun

        passed = secrets.token_hex(16)
        program = f"{solution.answer}\n\n{target}\n\n{passed!r}\n"
        limits = Limits(cpu_seconds=self.seconds, wall_seconds=self.seconds)
        result = await arun(program, limits=limits, python=self.python)
        return _scored(result, passed)


def _scored(result: Result, passed: str) -> Score:
    if result.status == "ok" and result.value == passed:
        return Score.of(True)
    if result.status == "error" and result.error.startswith("SyntaxError"):
        return Score.unparsed(result.error[:300])
    ended = result.error[:300] or "the program ended before its tests"
    return Score.of(False, ended if result.status in ("ok", "error") else result.status)
