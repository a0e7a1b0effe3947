"""Solutions that were voted on, made into one; it knows neither chains nor how they voted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING

from reasoning_chains.solution import Candidate, Reply, Solution
from reasoning_chains.types import Problem

if TYPE_CHECKING:
    from reasoning_chains.run import Run
    from reasoning_chains.voting import Vote

__all__ = ["concluded", "different", "key_of", "share_of", "spokesman"]


def key_of(problem: Problem) -> Callable[[str], str]:
    """Give the function that makes a voting key of an answer, each answer read once."""
    from reasoning_chains.answers import vote_key

    return cache(partial(vote_key, kind=problem.kind))


def spokesman(vote: Vote, voters: Sequence[Solution]) -> Reply:
    """Give the reply of the first voter for the winner: its text stands for the answer."""
    for voter in voters:
        if voter.answer is not None and voter.answer == vote.answer:
            return voter.reply()
    read = [voter for voter in voters if voter.stop_reason != "failed"]
    return Reply(read[0].text if read else "")


def different(problem: Problem, voters: Sequence[Solution]) -> list[Solution]:
    """Give the first solution of each different answer, in order."""
    key = key_of(problem)
    firsts: dict[str, Solution] = {}
    for voter in voters:
        if voter.answer is not None:
            firsts.setdefault(key(voter.answer), voter)
    return list(firsts.values())


def share_of(problem: Problem, answer: str | None, voters: Sequence[Solution]) -> float | None:
    """Give the part of the answers that equal one of them."""
    key = key_of(problem)
    keys = [key(voter.answer) for voter in voters if voter.answer is not None]
    return keys.count(key(answer)) / len(keys) if answer is not None else None


def concluded(
    run: Run,
    problem: Problem,
    share: float | None,
    voters: Sequence[Solution],
    weights: Sequence[float] | None = None,
) -> Solution:
    """Conclude with what was proposed last; the confidence is the share of who voted for it."""
    cast = weights or [1.0] * len(voters)
    candidates = [
        Candidate(one.answer, one.text, weight, one.stop_reason, one.usage, one.logprob)
        for one, weight in zip(voters, cast, strict=False)
    ]
    return run.conclude(
        problem,
        confidence=share,
        candidates=candidates,
        stop_reason="budget" if run.spent else None,
    )
