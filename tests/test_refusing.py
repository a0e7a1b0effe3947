"""A chain of one's own that hands its run something else is told so, in words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from reasoning_chains import Chain, Direct, Problem, Run, ScriptedBackend, Solution, UserMistake

Work = Callable[[Run, Problem], Awaitable[Any]]

WRONG: dict[str, tuple[Work, str]] = {
    "template": (lambda run, _: run.ask(5), "template of run.ask must be text, found 5"),  # type: ignore[arg-type]
    "history": (
        lambda run, _: run.ask("direct", history=[{"role": "user"}]),  # type: ignore[list-item]
        "each of history of run.ask must be a Message",
    ),
    "sampling": (
        lambda run, _: run.ask("direct", sampling=0.7),  # type: ignore[arg-type]
        "sampling of run.ask must be a Sampling",
    ),
    "class": (lambda run, problem: run.solve(Direct, problem, "in"), "a chain that is made"),  # type: ignore[arg-type]
    "question": (
        lambda run, _: run.solve(Direct(), "What?", "in"),  # type: ignore[arg-type]
        "problem of run.solve must be a Problem",
    ),
    "text": (
        lambda run, problem: _given(run.conclude(problem, "7")),  # type: ignore[arg-type]
        "what run.conclude is given must be a Reply or a Solution",
    ),
    "proposal": (lambda run, _: _given(run.propose("7")), "what run.propose is given must be"),  # type: ignore[arg-type, func-returns-value]
}


async def _given(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class _Own(Chain):
    work: Any

    async def solve(self, problem: Problem, run: Run) -> Solution:
        made: Solution = await self.work(run, problem)
        return made


@pytest.mark.parametrize("name", WRONG)
def test_what_a_verb_of_the_run_cannot_take_is_told(name: str) -> None:
    work, told = WRONG[name]
    with pytest.raises(UserMistake, match=told):
        _Own(work).invoke("What?", ScriptedBackend(["7"]))


@dataclass(frozen=True)
class _Itself(Chain):
    async def solve(self, problem: Problem, run: Run) -> Solution:
        return await run.solve(self, problem, "again")


def test_a_chain_that_solves_with_itself_for_ever_is_stopped() -> None:
    with pytest.raises(UserMistake, match="does _Itself solve with itself without an end"):
        _Itself().invoke("What?", ScriptedBackend(["7"]))


@dataclass(frozen=True)
class _Sync(Chain):
    def solve(self, problem: Problem, run: Run) -> Solution:  # type: ignore[override]
        return run.conclude(problem)


def test_a_chain_that_is_not_async_is_told() -> None:
    with pytest.raises(UserMistake, match=r"_Sync\.solve is not async: write async def solve"):
        _Sync().invoke("What?", ScriptedBackend(["7"]))
