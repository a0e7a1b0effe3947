"""An ensemble: different chains answer the same problem, and vote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from reasoning_chains.chain import Chain, chains_wanted
from reasoning_chains.electing import concluded, key_of, spokesman
from reasoning_chains.errors import UserMistake, listed, ranged
from reasoning_chains.voting import majority

if TYPE_CHECKING:
    from reasoning_chains.run import Run
    from reasoning_chains.solution import Solution
    from reasoning_chains.types import Problem

__all__ = ["Ensemble"]

_EXAMPLE = "Ensemble((ZeroShotCoT(), LeastToMost())), or ensemble((zero_shot_cot, least_to_most))"


@dataclass(frozen=True, slots=True)
class Ensemble(Chain):
    """Vote over different chains, all asked at once.

    Answers that could not be read do not vote. Ties go to the chain that stands first. The
    confidence is the winner's share of the votes cast.

    Args:
        chains: Who votes; `on(chain, backend)` asks another backend.
        weights: One number a chain, not negative; left out, each vote counts 1.

    Example:
        >>> from reasoning_chains import Ensemble, PlanAndSolve, Problem, ScriptedBackend
        >>> from reasoning_chains import ZeroShotCoT
        >>> chain = Ensemble((ZeroShotCoT(), PlanAndSolve()), weights=(1, 2))
        >>> backend = ScriptedBackend(["The answer is 8.", "The answer is 7."])
        >>> solution = chain.invoke(Problem("What is 3 + 4?", kind="number"), backend=backend)
        >>> solution.answer, round(solution.confidence, 2)
        ('7', 0.67)
    """

    chains: tuple[Chain, ...]
    weights: tuple[float, ...] | None = None
    asks: ClassVar[str] = "the asks of all its chains, at once"

    def __post_init__(self) -> None:
        """Refuse what is no chain, and weights that do not fit."""
        chains = chains_wanted("ensemble chains", self.chains, _EXAMPLE)
        object.__setattr__(self, "chains", chains)
        if self.weights is None:
            return
        weights = listed("ensemble weights", self.weights, float)
        object.__setattr__(self, "weights", weights)
        for weight in weights:
            ranged("each of ensemble weights", weight, float, 0)
        if len(weights) != len(chains) or not sum(weights):
            raise UserMistake(
                f"ensemble has {len(chains)} chains and {len(weights)} weights: give one "
                "each, at least one above 0"
            )

    async def solve(self, problem: Problem, run: Run) -> Solution:
        """Ask all, and count them in the order of the chains."""
        voters = await run.attempts(self.chains, problem, range(len(self.chains)))
        weights = self.weights and self.weights[: len(voters)]
        vote = majority([voter.answer for voter in voters], weights, key=key_of(problem))
        run.vote(vote)
        run.propose(spokesman(vote, voters))
        return concluded(run, problem, vote.share, voters, weights)
