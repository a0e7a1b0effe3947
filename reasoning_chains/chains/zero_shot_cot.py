"""Zero-shot chain of thought: ask for the steps before the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from reasoning_chains.chain import Chain
from reasoning_chains.errors import wanted

if TYPE_CHECKING:
    from reasoning_chains.run import Run
    from reasoning_chains.solution import Solution
    from reasoning_chains.types import Problem

__all__ = ["ZeroShotCoT"]


@dataclass(frozen=True, slots=True)
class ZeroShotCoT(Chain):
    """Let the model think step by step (Kojima et al. 2022, arXiv:2205.11916).

    Args:
        template: The prompt that asks for the steps.
        two_stage: Ask a second time for the answer alone, as the paper does; else the answer is
            read from the first reply.

    Example:
        >>> from reasoning_chains import Problem, ScriptedBackend, ZeroShotCoT
        >>> backend = ScriptedBackend(["She has 3 + 4 = 7 pens.", "7."])
        >>> problem = Problem("Ann has 3 pens and gets 4. How many has she?", kind="number")
        >>> ZeroShotCoT(two_stage=True).invoke(problem, backend=backend).answer
        '7'
    """

    template: str = "zero_shot_cot"
    two_stage: bool = False
    delivers: ClassVar[Mapping[str, str]] = {
        "": "answer",
        "think": "answer",
        "extract": "answer",
    }
    asks: ClassVar[str] = "one ask; two with two_stage"

    def __post_init__(self) -> None:
        """Refuse settings that cannot be."""
        wanted("zero_shot_cot template", self.template, str)
        wanted("zero_shot_cot two_stage", self.two_stage, bool)

    def contracts(self) -> Mapping[str, str]:
        """Give the templates that are used: one stage needs no others."""
        parts = ("think", "extract") if self.two_stage else ("",)
        return {part: self.delivers[part] for part in parts}

    async def solve(self, problem: Problem, run: Run) -> Solution:
        """Ask for the steps, then, in two stages, for the answer that follows from them."""
        if not self.two_stage:
            return run.conclude(problem, await run.ask(self.template, problem=problem))
        steps = await run.ask(f"{self.template}/think", problem=problem)
        run.propose(steps)
        answer = await run.ask(f"{self.template}/extract", problem=problem, rationale=steps.text)
        return run.conclude(problem, answer.after(steps))
