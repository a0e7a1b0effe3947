"""A cascade: the cheap chain first, the next one where its answer is not sure enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from reasoning_chains.attempting import first_accepted
from reasoning_chains.chain import Chain, chains_wanted
from reasoning_chains.errors import ranged

if TYPE_CHECKING:
    from reasoning_chains.run import Run
    from reasoning_chains.solution import Solution
    from reasoning_chains.types import Problem

__all__ = ["Cascade"]

_EXAMPLE = (
    "Cascade((SelfConsistency(ZeroShotCoT()), LeastToMost())), or "
    "cascade((self_consistency(zero_shot_cot), least_to_most))"
)


@dataclass(frozen=True, slots=True)
class Cascade(Chain):
    """Try cheap chains first (FrugalGPT, Chen et al. 2023, arXiv:2305.05176).

    The next chain is asked where the confidence of an answer is below `accept` or was not measured
    (by a vote, as in Yue et al. 2023, arXiv:2310.03094), where no answer could be read, or where
    the backend failed. The last one's answer stands; where it has none, the latest before it.

    Args:
        chains: From cheap to strong; `on(chain, backend)` asks another backend.
        accept: The confidence from which on an answer is taken.

    Example:
        >>> from reasoning_chains import Cascade, Problem, ScriptedBackend
        >>> from reasoning_chains import SelfConsistency, ZeroShotCoT
        >>> chain = Cascade((SelfConsistency(ZeroShotCoT(), samples=2), ZeroShotCoT()))
        >>> replies = [f"The answer is {answer}." for answer in (7, 8, 7)]
        >>> problem = Problem("What is 3 + 4?", kind="number")
        >>> solution = chain.invoke(problem, backend=ScriptedBackend(replies))
        >>> solution.answer, solution.usage.calls
        ('7', 3)
    """

    chains: tuple[Chain, ...]
    accept: float = 0.8
    asks: ClassVar[str] = (
        "the first chain's asks; those of the next ones where the answer was not sure enough"
    )

    def __post_init__(self) -> None:
        """Refuse what is no chain, and a confidence that cannot be."""
        chains = chains_wanted("cascade chains", self.chains, _EXAMPLE)
        object.__setattr__(self, "chains", chains)
        ranged("cascade accept", self.accept, float, 0, 1)

    async def solve(self, problem: Problem, run: Run) -> Solution:
        """Go from chain to chain until one is sure enough."""
        return await first_accepted(run, problem, self.chains, self._accepts)

    def _accepts(self, found: Solution) -> bool:
        sure = found.confidence is not None and found.confidence >= self.accept
        return sure and found.answer is not None and found.stop_reason == "answered"
