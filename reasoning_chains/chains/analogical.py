"""Analogical prompting: recall similar problems, solve them, then solve this one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from reasoning_chains.chain import Chain
from reasoning_chains.errors import ranged, wanted

if TYPE_CHECKING:
    from reasoning_chains.run import Run
    from reasoning_chains.solution import Solution
    from reasoning_chains.types import Problem

__all__ = ["Analogical"]


@dataclass(frozen=True, slots=True)
class Analogical(Chain):
    """Let the model recall its own examples first (Yasunaga et al. 2023, arXiv:2310.01714).

    All in one reply. One that was cut is not read: what it announces may be the answer of a
    recalled problem.

    Args:
        template: The prompt.
        recall: How many problems are recalled (3 to 5 in the paper); from 2 on in the paper's
            words.

    Example:
        >>> from reasoning_chains import Analogical, Problem, ScriptedBackend
        >>> reply = "Similar problem: 1 + 2? The answer is 3. This problem: The answer is 7."
        >>> problem = Problem("What is 3 + 4?", kind="number")
        >>> Analogical().invoke(problem, backend=ScriptedBackend([reply])).answer
        '7'
    """

    template: str = "analogical"
    recall: int = 1
    delivers: ClassVar[Mapping[str, str]] = {"": "answer"}
    asks: ClassVar[str] = "one ask; the reply is longer by the problems that it recalls"

    def __post_init__(self) -> None:
        """Refuse settings that cannot be."""
        wanted("analogical template", self.template, str)
        ranged("analogical recall", self.recall, int, 1, 20)

    async def solve(self, problem: Problem, run: Run) -> Solution:
        """Ask once."""
        reply = await run.ask(self.template, problem=problem, recall=self.recall)
        return run.conclude(problem, reply)
