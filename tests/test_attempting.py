"""Attempts in turn: which solution is taken, and what a failing one costs."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_chains import BackendError, Chain, Fallback, Problem, Run, ScriptedBackend, Solution

SUM = Problem("What is 3 + 4?", kind="number")


@dataclass(frozen=True, slots=True)
class Told(Chain):
    """Gives a solution that it was told, or fails."""

    answer: str | None
    fails: bool = False

    async def solve(self, problem: Problem, run: Run) -> Solution:
        if self.fails:
            raise BackendError("lost")
        reason = "answered" if self.answer is not None else "unparsed"
        return Solution(self.answer, stop_reason=reason)  # type: ignore[arg-type]


CHAINS = st.builds(Told, st.sampled_from([None, "1", "2"]), st.booleans())


@settings(derandomize=True, max_examples=150, deadline=None, database=None)
@given(st.lists(CHAINS, min_size=1, max_size=5))
def test_the_first_answer_is_taken_whatever_fails_before_it(chains: list[Told]) -> None:
    chain = Fallback(tuple(chains))
    answered = [each.answer for each in chains if each.answer is not None and not each.fails]
    if not answered and chains[-1].fails:
        with pytest.raises(BackendError, match="lost"):
            chain.invoke(SUM, backend=ScriptedBackend([]))
        return
    solution = chain.invoke(SUM, backend=ScriptedBackend([]))
    assert solution.answer == (answered[0] if answered else None)
    assert solution.stop_reason == ("answered" if answered else "unparsed")
