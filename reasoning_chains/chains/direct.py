"""Answer straight away, without a rationale: the baseline of every other chain."""

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

__all__ = ["Direct"]


@dataclass(frozen=True, slots=True)
class Direct(Chain):
    """Ask for the answer alone.

    Example:
        >>> from reasoning_chains import Direct, Problem, ScriptedBackend
        >>> backend = ScriptedBackend(["7"])
        >>> Direct().invoke(Problem("What is 3 + 4?", kind="number"), backend=backend).answer
        '7'
    """

    template: str = "direct"
    delivers: ClassVar[Mapping[str, str]] = {"": "answer"}
    asks: ClassVar[str] = "one ask"

    def __post_init__(self) -> None:
        """Refuse a template that is no name."""
        wanted("direct template", self.template, str)

    async def solve(self, problem: Problem, run: Run) -> Solution:
        """Ask once and read the answer."""
        return run.conclude(problem, await run.ask(self.template, problem=problem))
