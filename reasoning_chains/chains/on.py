"""A chain on another backend than the rest of the run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from reasoning_chains.chain import Chain, chain_wanted
from reasoning_chains.errors import UserMistake
from reasoning_chains.loop import on_background_loop
from reasoning_chains.session import AnyBackend, close_at_stop, shared

if TYPE_CHECKING:
    from reasoning_chains.run import Run
    from reasoning_chains.solution import Solution
    from reasoning_chains.types import Problem

__all__ = ["On"]


@dataclass(frozen=True, slots=True)
class On(Chain):
    """Let a chain ask another backend, within the same budget, trace and templates.

    Args:
        chain: What is run there.
        backend: The name of a backend, such as `embedded` or `openai:MODEL`, or a backend.

    Example:
        >>> from reasoning_chains import Cascade, On, Problem, ScriptedBackend, ZeroShotCoT
        >>> strong = ScriptedBackend(["3 + 4 = 7. The answer is 7."])
        >>> chain = Cascade((ZeroShotCoT(), On(ZeroShotCoT(), strong)))
        >>> cheap = ScriptedBackend(["I would say, the answer is 8."])
        >>> chain.invoke(Problem("What is 3 + 4?", kind="number"), backend=cheap).answer
        '7'
    """

    chain: Chain
    backend: AnyBackend
    asks: ClassVar[str] = "what its chain asks, of the other backend"

    def __post_init__(self) -> None:
        """Refuse what is no chain, or no backend at first sight."""
        example = "On(ZeroShotCoT(), 'embedded'), or on(zero_shot_cot, 'embedded')"
        chain_wanted("on chain", self.chain, example)
        seam = isinstance(self.backend, str) or callable(self.backend)
        if isinstance(self.backend, type) or not (seam or hasattr(self.backend, "complete")):
            raise UserMistake(f"on backend must be a backend or the name of one: write {example}")

    async def elsewhere(self, run: Run) -> Run:
        """Give a run like this one on the other backend; verbs check the chain inside by it."""
        if on_background_loop():
            close_at_stop(self.backend)
        folder = str(run.session.templates.library.roots[0])
        return run.on(await shared(self.backend, folder))

    async def solve(self, problem: Problem, run: Run) -> Solution:
        """Solve it there."""
        other = await self.elsewhere(run)
        run.note("on", backend=other.session.backend.name)
        return await other.solve(self.chain, problem, "on")
