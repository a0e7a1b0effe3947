"""A fallback: the next chain where one gives no answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from reasoning_chains.attempting import first_accepted
from reasoning_chains.chain import Chain, chains_wanted

if TYPE_CHECKING:
    from reasoning_chains.run import Run
    from reasoning_chains.solution import Solution
    from reasoning_chains.types import Problem

__all__ = ["Fallback"]

_EXAMPLE = "Fallback((ProgramOfThought(), ZeroShotCoT())), or fallback((react, zero_shot_cot))"


@dataclass(frozen=True, slots=True)
class Fallback(Chain):
    """Ask the next chain where the one before gives no answer.

    That is where nothing could be read, or the reply was refused or cut, or the backend failed.
    Where none gives an answer, the last one's reason stands.

    Args:
        chains: In the order in which they are asked; `on(chain, backend)` asks another backend.

    Example:
        >>> from reasoning_chains import Direct, Fallback, Problem, ScriptedBackend, ZeroShotCoT
        >>> backend = ScriptedBackend(["Let me see", "3 + 4 = 7. The answer is 7."])
        >>> problem = Problem("What is 3 + 4?", kind="number")
        >>> Fallback((Direct(), ZeroShotCoT())).invoke(problem, backend=backend).answer
        '7'
    """

    chains: tuple[Chain, ...]
    asks: ClassVar[str] = "the first chain's asks; those of the next ones where there was no answer"

    def __post_init__(self) -> None:
        """Refuse what is no chain."""
        chains = chains_wanted("fallback chains", self.chains, _EXAMPLE)
        object.__setattr__(self, "chains", chains)

    async def solve(self, problem: Problem, run: Run) -> Solution:
        """Go from chain to chain until one answers."""
        return await first_accepted(run, problem, self.chains, _answered)


def _answered(found: Solution) -> bool:
    return found.answer is not None and found.stop_reason == "answered"
