"""A scorer asked as the runner asks it: a real run, with replies that are written in the test."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from reasoning_chains import Problem, ScriptedBackend, Solution
from reasoning_chains.evals.score import Score, Scorer
from reasoning_chains.session import Settings, shared, start
from reasoning_chains.solution import StopReason


def scored(
    scorer: Scorer,
    problem: Problem,
    solution: Solution | str | None,
    target: str,
    backend: ScriptedBackend | None = None,
) -> Score:
    """Score a solution, or one that has this answer."""
    found = solution if isinstance(solution, Solution) else Solution(solution, solution or "")

    async def work() -> Score:
        opened = await shared(backend or ScriptedBackend([]))
        return await scorer.score(problem, found, target, start(opened, problem, Settings()))

    return asyncio.run(work())


def asked(backend: ScriptedBackend) -> Sequence[str]:
    """Give the last message of each request that a backend was sent."""
    return [request.content.messages[-1].content for request in backend.requests]


def ended(reason: StopReason) -> Solution:
    """Give a solution without an answer."""
    return Solution(None, "", stop_reason=reason)
