"""Self-consistency: sample several lines of reasoning and vote on their answers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Literal

from reasoning_chains.chain import Chain, chain_wanted
from reasoning_chains.errors import UnknownName, UserMistake, shown, wanted
from reasoning_chains.types import Sampling
from reasoning_chains.voting import StopRule, majority

if TYPE_CHECKING:
    from reasoning_chains.run import Run
    from reasoning_chains.solution import Solution
    from reasoning_chains.types import Problem

__all__ = ["SelfConsistency"]

_WEIGHTS = ("equal", "confidence", "probability")
_VOTER = Sampling(temperature=0.7)
_EXAMPLE = "SelfConsistency(ZeroShotCoT()), or self_consistency(zero_shot_cot)"


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
    asks: ClassVar[str] = "samples times its chain; asks with the same prompt travel as one request"

    def __post_init__(self) -> None:
        """Refuse an electorate that cannot be."""
        chain_wanted("self_consistency chain", self.chain, _EXAMPLE)
        rule = hasattr(self.stop, "window") and hasattr(self.stop, "decided")
        if self.stop is not None and (isinstance(self.stop, type) or not rule):
            raise UserMistake(
                f"self_consistency stop must be None or a stop rule, found {shown(self.stop)}: "
                "write BetaRule() or UnanimousWindow()"
            )
        wanted("self_consistency samples", self.samples, int)
        if self.samples < 1:
            raise UserMistake(f"self_consistency samples={self.samples}: it must be at least 1")
        if self.weights not in _WEIGHTS:
            raise UnknownName("self_consistency weights", self.weights, _WEIGHTS)

    def requires(self) -> tuple[str, ...]:
        """Give the capabilities without which it cannot run as it is set."""
        return ("logprobs",) if self.weights == "probability" else ()

    async def solve(self, problem: Problem, run: Run) -> Solution:
        """Ask the voters in windows, and count them in the order of their index."""
        if run.sampling.temperature == 0:
            raise UserMistake(
                "self_consistency at temperature 0 asks one voter many times: leave the "
                "temperature out, or set it above 0"
            )
        from reasoning_chains.electing import concluded, key_of, spokesman

        sampling = run.sampling.over(_VOTER)
        if self.weights == "probability" and sampling.logprobs is None:
            sampling = Sampling(logprobs=0).over(sampling)
        key = key_of(problem)
        width = self.samples if self.stop is None else self.stop.window
        voters: list[Solution] = []
        while len(voters) < self.samples:
            labels = range(len(voters), min(len(voters) + width, self.samples))
            voters += await run.attempts(self.chain, problem, labels, sampling=sampling)
            answers = [voter.answer for voter in voters]
            weights = self._weights(voters)
            vote = majority(answers, weights, key=key)
            run.vote(vote)
            run.propose(spokesman(vote, voters))
            keys = [None if answer is None else key(answer) for answer in answers]
            failed = all(voter.stop_reason == "failed" for voter in voters[labels[0] :])
            if run.spent or failed or (self.stop is not None and self.stop.decided(keys)):
                break
        solution = concluded(run, problem, vote.share, voters, weights)
        return replace(solution, stop_reason="failed") if failed else solution

    def _weights(self, voters: Sequence[Solution]) -> list[float] | None:
        if self.weights == "confidence":
            return [1.0 if voter.confidence is None else voter.confidence for voter in voters]
        known = any(voter.logprob is not None for voter in voters)
        if self.weights == "equal" or not known:
            return None
        return [0.0 if voter.logprob is None else math.exp(voter.logprob) for voter in voters]
