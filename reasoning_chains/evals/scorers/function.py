"""Scores by a function of the user's own project."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from reasoning_chains.errors import Caught, UserMistake, shown
from reasoning_chains.evals.score import Score, unread
from reasoning_chains.waiting import in_thread

if TYPE_CHECKING:
    from reasoning_chains.run import Run
    from reasoning_chains.solution import Solution
    from reasoning_chains.types import Problem

__all__ = ["Function"]


@dataclass(frozen=True, slots=True)
class Function:
    """Score by `function(problem, answer, target)`: it gives a Score, True, False, or 0 to 1.

    One that raises gives an `error` for its item, with what it raised. It may be a coroutine
    function; another one runs in a thread.

    Args:
        function: What scores.
        name: How it was named.
    """

    function: Callable[[Problem, str, str], Any]
    name: str

    def reference(self, problem: Problem, target: str) -> str | None:
        """Give the target itself."""
        return target

    async def score(self, problem: Problem, solution: Solution, target: str, run: Run) -> Score:
        """Call the function.

        Raises:
            UserMistake: It gave something else than a score.
        """
        if solution.answer is None:
            return unread(solution)
        return await self.given(problem, solution.answer, target)

    async def given(self, problem: Problem, answer: str, target: str) -> Score:
        """Score an answer that was read.

        Raises:
            UserMistake: The function gave something else than a score.
        """
        called = partial(self.function, problem, answer, target)
        given: Any = None
        with Caught() as caught:
            waits = inspect.iscoroutinefunction(self.function)
            given = await called() if waits else await in_thread(called)
        if caught.error is not None:
            return Score(0.0, "error", f"{type(caught.error).__name__}: {caught.error}"[:300])
        return self._read(given)

    def _read(self, given: Any) -> Score:
        if isinstance(given, Score):
            return given
        if isinstance(given, bool):
            return Score.of(given)
        if isinstance(given, int | float) and 0 <= given <= 1:
            return Score.part(float(given))
        raise UserMistake(
            f"scorer {self.name} must give a Score, True, False or a number from 0 to 1, "
            f"found {shown(given)}"
        )
