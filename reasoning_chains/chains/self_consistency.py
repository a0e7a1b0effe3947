"""Self-consistency: sample several lines of reasoning and vote on their answers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import repeat
from typing import TYPE_CHECKING, Literal

from reasoning_chains.chain import Chain
from reasoning_chains.errors import UserMistake, wanted
from reasoning_chains.types import Sampling
from reasoning_chains.voting import StopRule, Vote, majority

if TYPE_CHECKING:
    from reasoning_chains.run import Run
    from reasoning_chains.solution import Reply, Solution
    from reasoning_chains.types import Problem

__all__ = ["SelfConsistency"]

_VOTER = Sampling(temperature=0.7)


@dataclass(frozen=True, slots=True)
class SelfConsistency(Chain):
    """Vote over several samples of a chain (Wang et al. 2022, arXiv:2203.11171).

    Args:
        chain: What each voter runs; its sampling is at temperature 0.7 unless told otherwise.
        samples: How many voters there are at most.
        stop: When to stop earlier: `BetaRule()` (Adaptive-Consistency, Aggarwal et al. 2023,
            arXiv:2305.11860) or `UnanimousWindow()` (ESC, Li et al. 2024, arXiv:2401.10480).
        weights: `equal`; `confidence`, that of each voter where it has one; or `probability`, the
            length-normalised probability of each voter's reply, as in the paper.

    Answers that could not be read do not vote. Ties go to the answer with the lowest index. The
    confidence is the winner's share of the votes cast.

    Example:
        >>> from reasoning_chains import Problem, ScriptedBackend, SelfConsistency, ZeroShotCoT
        >>> backend = ScriptedBackend(["The answer is 7.", "The answer is 6.", "The answer is 7."])
        >>> chain = SelfConsistency(ZeroShotCoT(), samples=3)
        >>> round(chain.invoke(Problem("3 + 4?", kind="number"), backend=backend).confidence, 2)
        0.67
    """

    chain: Chain
    samples: int = 8
    stop: StopRule | None = None
    weights: Literal["equal", "confidence", "probability"] = "equal"

    def __post_init__(self) -> None:
        """Refuse an electorate that cannot be."""
        if isinstance(self.chain, type) or not hasattr(self.chain, "solve"):
            raise UserMistake(
                f"self_consistency chain must be a chain, found {self.chain!r}: "
                "write SelfConsistency(ZeroShotCoT()), or self_consistency(zero_shot_cot)"
            )
        rule = hasattr(self.stop, "window") and hasattr(self.stop, "decided")
        if self.stop is not None and (isinstance(self.stop, type) or not rule):
            raise UserMistake(
                f"self_consistency stop must be None or a stop rule, found {self.stop!r}: "
                "write BetaRule() or UnanimousWindow()"
            )
        wanted("self_consistency samples", self.samples, int)
        if self.samples < 1:
            raise UserMistake(f"self_consistency samples={self.samples}: it must be at least 1")
        if self.weights not in ("equal", "confidence", "probability"):
            raise UserMistake(
                f"self_consistency weights={self.weights!r}: equal, confidence or probability"
            )

    async def solve(self, problem: Problem, run: Run) -> Solution:
        """Ask the voters in windows, and count them in the order of their index."""
        if run.sampling.temperature == 0:
            raise UserMistake(
                "self_consistency at temperature 0 asks one voter many times: leave the "
                "temperature out, or set it above 0"
            )
        sampling = run.sampling.over(_VOTER)
        if self.weights == "probability" and sampling.logprobs is None:
            sampling = Sampling(logprobs=0).over(sampling)
        from reasoning_chains.answers import vote_key

        key = cache(partial(vote_key, kind=problem.kind))
        width = self.samples if self.stop is None else self.stop.window
        voters: list[Solution] = []
        while len(voters) < self.samples:
            labels = range(len(voters), min(len(voters) + width, self.samples))
            voters += await run.attempts(self.chain, problem, labels, sampling=sampling)
            answers = [voter.answer for voter in voters]
            weights = self._weights(voters)
            vote = majority(answers, weights, key=key)
            run.vote(vote)
            run.propose(_first_of(vote, voters))
            keys = [None if answer is None else key(answer) for answer in answers]
            spent = any(voter.stop_reason == "budget" for voter in voters)
            if spent or (self.stop is not None and self.stop.decided(keys)):
                break
        weighed = list(zip(voters, weights or repeat(1.0), strict=False))
        return _concluded(run, problem, vote, weighed)

    def _weights(self, voters: Sequence[Solution]) -> list[float] | None:
        if self.weights == "equal":
            return None
        if self.weights == "confidence":
            return [1.0 if voter.confidence is None else voter.confidence for voter in voters]
        return [0.0 if voter.logprob is None else math.exp(voter.logprob) for voter in voters]


def _first_of(vote: Vote, voters: Sequence[Solution]) -> Reply:
    """Give the reply of the first voter for the winner: its text stands for the answer."""
    from reasoning_chains.solution import Reply

    for voter in voters:
        if voter.answer is not None and voter.answer == vote.answer:
            return Reply(voter.text, voter.answer, value=voter.value)
    read = [voter for voter in voters if voter.stop_reason != "failed"]
    return Reply(read[0].text if read else "")


def _concluded(
    run: Run, problem: Problem, vote: Vote, voters: Sequence[tuple[Solution, float]]
) -> Solution:
    from reasoning_chains.solution import Candidate

    candidates = [
        Candidate(voter.answer, voter.text, weight, voter.stop_reason) for voter, weight in voters
    ]
    spent = any(voter.stop_reason == "budget" for voter, _ in voters)
    return run.conclude(
        problem,
        confidence=vote.share,
        candidates=candidates,
        stop_reason="budget" if spent else None,
    )
