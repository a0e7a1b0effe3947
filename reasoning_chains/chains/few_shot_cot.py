"""Few-shot chain of thought: worked examples before the question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from reasoning_chains.chain import Chain
from reasoning_chains.errors import UserMistake, wanted

if TYPE_CHECKING:
    from reasoning_chains.run import Run
    from reasoning_chains.solution import Solution
    from reasoning_chains.types import Problem

__all__ = ["FewShotCoT"]


@dataclass(frozen=True, slots=True)
class FewShotCoT(Chain):
    """Show worked examples with their rationales first (Wei et al. 2022, arXiv:2201.11903).

    Args:
        template: The prompt into which the examples go.
        exemplars: The set of examples, a file in `templates/exemplars/`.
        shots: How many of them are shown, in the order of the file; all of them if None.

    Example:
        >>> from reasoning_chains import FewShotCoT, Problem, ScriptedBackend
        >>> backend = ScriptedBackend(["She has 3 + 4 = 7 pens. The answer is 7."])
        >>> problem = Problem("Ann has 3 pens and gets 4. How many has she?", kind="number")
        >>> FewShotCoT(shots=2).invoke(problem, backend=backend).answer
        '7'
    """

    template: str = "few_shot_cot"
    exemplars: str = "word_problems"
    shots: int | None = None
    delivers: ClassVar[Mapping[str, str]] = {"": "answer"}

    def __post_init__(self) -> None:
        """Refuse names that are no text, and a number of examples that cannot be."""
        wanted("few_shot_cot template", self.template, str)
        wanted("few_shot_cot exemplars", self.exemplars, str)
        wanted("few_shot_cot shots", self.shots, int, type(None))
        if self.shots is not None and self.shots < 0:
            raise UserMistake(f"few_shot_cot shots={self.shots}: it must be at least 0")

    async def solve(self, problem: Problem, run: Run) -> Solution:
        """Ask once, the examples first."""
        examples = run.exemplars(self.exemplars)[: self.shots]
        reply = await run.ask(self.template, problem=problem, exemplars=examples)
        return run.conclude(problem, reply)
