"""One of several choices: scored where the backend can, else asked, and asked once more."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reasoning_chains.chain import Chain
from reasoning_chains.solution import Candidate, Reply
from reasoning_chains.weighing import weighed

if TYPE_CHECKING:
    from reasoning_chains.run import Run
    from reasoning_chains.solution import Solution
    from reasoning_chains.types import Problem

__all__ = ["Choosing"]


@dataclass(frozen=True, slots=True)
class Choosing(Chain):
    """Choose: by the probability of each choice as the reply, else by what the model says."""

    async def solve(self, problem: Problem, run: Run) -> Solution:
        """Score the choices, or ask; a reply that is none of them is asked for once more."""
        if run.session.backend.capabilities.score and run.sampling.temperature is None:
            return await self._scored(problem, run)
        reply = await run.ask("workflow/choose", problem=problem)
        if reply.answer is None:
            run.note("no choice", text=reply.text)
            reply = await run.ask("workflow/choose_again", problem=problem, reply=reply.text)
        if reply.answer is None:
            told = f"the model chose none of {', '.join(problem.choices)}: {reply.text[:200]!r}"
            return run.conclude(problem, replace(reply, text=told))
        return run.conclude(problem, reply)

    async def _scored(self, problem: Problem, run: Run) -> Solution:
        scores = await weighed(run, problem, "workflow/choose", problem.choices)
        best = max(scores)
        odds = [math.exp(score - best) for score in scores]
        shares = [odd / sum(odds) for odd in odds]
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        candidates = [
            Candidate(letters[place], choice, share)
            for place, (choice, share) in enumerate(zip(problem.choices, shares, strict=True))
        ]
        chosen = shares.index(max(shares))
        reply = Reply(problem.choices[chosen], letters[chosen])
        run.note("scored", **dict(zip(problem.choices, (round(s, 4) for s in shares), strict=True)))
        return run.conclude(problem, reply, confidence=shares[chosen], candidates=candidates)
