"""Step-back prompting: ask for the principle, then answer with it."""

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

__all__ = ["StepBack"]


@dataclass(frozen=True, slots=True)
class StepBack(Chain):
    """Ask for the principle behind a question, then answer with it (Zheng et al. 2023).

    arXiv:2310.06117. Both asks are zero-shot, where the paper shows examples of its task. A
    principle that did not come leaves an ordinary chain of thought.

    Example:
        >>> from reasoning_chains import Problem, ScriptedBackend, StepBack
        >>> replies = ["The pressure of a gas is proportional to T / V.", "So it is 2 / 8."]
        >>> replies[1] += " The answer is 1/4."
        >>> asked = "What happens to P if T doubles and V grows eightfold?"
        >>> backend = ScriptedBackend(replies)
        >>> StepBack().invoke(Problem(asked, "expression"), backend=backend).answer
        '1/4'
    """

    template: str = "step_back"
    delivers: ClassVar[Mapping[str, str]] = {"principle": "text", "answer": "answer"}
    asks: ClassVar[str] = "two asks"

    def __post_init__(self) -> None:
        """Refuse a template that is no name."""
        wanted("step_back template", self.template, str)

    async def solve(self, problem: Problem, run: Run) -> Solution:
        """Step back, then answer."""
        principle = await run.ask(f"{self.template}/principle", problem=problem)
        reply = await run.ask(
            f"{self.template}/answer", problem=problem, principle=principle.parsed
        )
        return run.conclude(problem, reply)
