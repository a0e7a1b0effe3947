"""Plan-and-solve prompting: devise a plan, then carry it out."""

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

__all__ = ["PlanAndSolve"]


@dataclass(frozen=True, slots=True)
class PlanAndSolve(Chain):
    """Let the model plan before it solves (PS; Wang et al. 2023, arXiv:2305.04091).

    Args:
        plus: PS+, which also asks for the variables and for careful calculation.
        two_stage: Ask a second time for the answer alone, as the paper does; else the answer is
            read from the first reply.

    Example:
        >>> from reasoning_chains import PlanAndSolve, Problem, ScriptedBackend
        >>> reply = "Plan: 1. Add. Solution: 3 + 4 = 7 pens. The answer is 7."
        >>> problem = Problem("Ann has 3 pens and gets 4. How many has she?", kind="number")
        >>> PlanAndSolve().invoke(problem, backend=ScriptedBackend([reply])).answer
        '7'
    """

    template: str = "plan_and_solve"
    plus: bool = False
    two_stage: bool = False
    delivers: ClassVar[Mapping[str, str]] = {"": "answer", "plan": "answer", "extract": "answer"}
    asks: ClassVar[str] = "one ask; two with two_stage"

    def __post_init__(self) -> None:
        """Refuse settings of other types."""
        wanted("plan_and_solve template", self.template, str)
        wanted("plan_and_solve plus", self.plus, bool)
        wanted("plan_and_solve two_stage", self.two_stage, bool)

    def contracts(self) -> Mapping[str, str]:
        """Give the templates that are used: one stage needs no others."""
        parts = ("plan", "extract") if self.two_stage else ("",)
        return {part: self.delivers[part] for part in parts}

    async def solve(self, problem: Problem, run: Run) -> Solution:
        """Ask for the plan carried out, then, in two stages, for the answer that follows."""
        if not self.two_stage:
            return run.conclude(
                problem, await run.ask(self.template, problem=problem, plus=self.plus)
            )
        steps = await run.ask(f"{self.template}/plan", problem=problem, plus=self.plus)
        run.propose(steps)
        answer = await run.ask(
            f"{self.template}/extract", problem=problem, plus=self.plus, rationale=steps.text
        )
        return run.conclude(problem, answer.after(steps))
