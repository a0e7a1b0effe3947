"""Least-to-most prompting: decompose, then solve the parts in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from reasoning_chains.chain import Chain
from reasoning_chains.errors import ranged, wanted

if TYPE_CHECKING:
    from reasoning_chains.run import Run
    from reasoning_chains.solution import Solution
    from reasoning_chains.types import Problem

__all__ = ["LeastToMost"]


@dataclass(frozen=True, slots=True)
class Solved:
    """A part with the reply that solved it."""

    part: str
    text: str


@dataclass(frozen=True, slots=True)
class LeastToMost(Chain):
    r"""Decompose, then solve the parts in order (Zhou et al. 2022, arXiv:2205.10625).

    Each part is asked with all earlier parts and their solutions before it; the last ask is for
    the problem itself. Parts beyond `max_parts` are left out, and a decomposition without parts
    leaves one ask.

    Args:
        max_parts: How many parts are solved before the problem itself, at most.
        two_in_one: Ask for the decomposition and the solution in one reply.

    Example:
        >>> from reasoning_chains import LeastToMost, Problem, ScriptedBackend
        >>> replies = ["1. How many pens has Ann after 2 bags?\n2. How many has she now?"]
        >>> replies += ["2 bags of 5 are 10. The answer is 10.", "10 + 3 = 13. The answer is 13."]
        >>> asked = "Ann gets 2 bags of 5 pens, then 3 pens. How many has she now?"
        >>> LeastToMost().invoke(Problem(asked, "number"), backend=ScriptedBackend(replies)).answer
        '13'
    """

    template: str = "least_to_most"
    max_parts: int = 8
    two_in_one: bool = False
    delivers: ClassVar[Mapping[str, str]] = {
        "decompose": "numbered",
        "part": "text",
        "solve": "answer",
        "two_in_one": "answer",
    }
    asks: ClassVar[str] = (
        "one ask for the parts, one a part (at most max_parts), one for the problem; one in "
        "all with two_in_one"
    )

    def __post_init__(self) -> None:
        """Refuse settings that cannot be."""
        wanted("least_to_most template", self.template, str)
        wanted("least_to_most two_in_one", self.two_in_one, bool)
        ranged("least_to_most max_parts", self.max_parts, int, 1)

    def contracts(self) -> Mapping[str, str]:
        """Give the templates that are used: one ask needs no others."""
        parts = ("two_in_one",) if self.two_in_one else ("decompose", "part", "solve")
        return {part: self.delivers[part] for part in parts}

    async def solve(self, problem: Problem, run: Run) -> Solution:
        """Ask for the parts, then for each with the solved ones before it."""
        if self.two_in_one:
            reply = await run.ask(f"{self.template}/two_in_one", problem=problem)
            return run.conclude(problem, reply)
        plan = await run.ask(f"{self.template}/decompose", problem=problem)
        parts, last = divided(plan.parsed or (), problem.question, self.max_parts)
        if len(plan.parsed or ()) > len(parts) + 1:
            run.note("parts left out", count=len(plan.parsed) - len(parts))
        solved: list[Solved] = []
        for part in parts:
            reply = await run.ask(
                f"{self.template}/part", problem=problem, solved=solved, part=part
            )
            solved.append(Solved(part, reply.text))
        reply = await run.ask(f"{self.template}/solve", problem=problem, solved=solved, part=last)
        return run.conclude(problem, reply)


def divided(listed: Sequence[str], question: str, most: int) -> tuple[list[str], str]:
    """Give the parts before the last one, and the last: the question's own words where it has them.

    A list that does not end in the question itself gets it as its end.
    """
    parts = list(listed)
    if parts and _bare(parts[-1]) in _bare(question):
        return parts[:-1][:most], parts[-1]
    return parts[:most], question


def _bare(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .?!。？！")
