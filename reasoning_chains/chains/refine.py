"""Self-Refine: answer, let the model review it, revise, until it finds nothing wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from reasoning_chains.chain import Chain, chain_wanted
from reasoning_chains.chains.zero_shot_cot import ZeroShotCoT
from reasoning_chains.errors import ranged, wanted

if TYPE_CHECKING:
    from reasoning_chains.run import Run
    from reasoning_chains.solution import Reply, Solution
    from reasoning_chains.types import Problem

__all__ = ["Refine"]


@dataclass(frozen=True, slots=True)
class Turn:
    """An answer's text with the review of it."""

    answer: str
    review: str


@dataclass(frozen=True, slots=True)
class Refine(Chain):
    """Review and revise an answer (Self-Refine, Madaan et al. 2023, arXiv:2303.17651).

    It ends when a review finds nothing wrong, and the answer that was approved wins; else the last
    one that could be read. A review that is no judgement leads to a revision; one without a word
    ends it.

    Args:
        chain: Who gives the first answer.
        rounds: How often an answer is reviewed, and then revised, at most (4 in the paper).

    Example:
        >>> from reasoning_chains import Problem, Refine, ScriptedBackend
        >>> replies = ["3 + 4 = 8. The answer is 8.", "Step 1 is wrong: 3 + 4 = 7."]
        >>> replies += ["3 + 4 = 7. The answer is 7.", "Every step is right."]
        >>> problem = Problem("What is 3 + 4?", kind="number")
        >>> Refine().invoke(problem, backend=ScriptedBackend(replies)).answer
        '7'
    """

    chain: Chain = ZeroShotCoT()
    rounds: int = 3
    template: str = "refine"
    delivers: ClassVar[Mapping[str, str]] = {"review": "verdict", "revise": "answer"}
    asks: ClassVar[str] = (
        "its chain's asks, and two more a round (one in the last), at most 2 x rounds"
    )

    def __post_init__(self) -> None:
        """Refuse settings that cannot be."""
        chain_wanted("refine chain", self.chain, "Refine(ZeroShotCoT()), or refine(zero_shot_cot)")
        ranged("refine rounds", self.rounds, int, 1)
        wanted("refine template", self.template, str)

    async def solve(self, problem: Problem, run: Run) -> Solution:
        """Answer, then review and revise by turns."""
        first = await run.solve(self.chain, problem, "first")
        run.propose(first)
        found: Solution | Reply = first
        text, turns = first.text, list[Turn]()
        while text and len(turns) < self.rounds:
            review = await run.ask(f"{self.template}/review", problem=problem, answer=text)
            if not review.text or _approves(review):
                break
            turns.append(Turn(text, review.text))
            revised = await run.ask(f"{self.template}/revise", problem=problem, turns=turns)
            if revised.answer is not None:
                run.propose(revised)
                found = revised
            text = revised.text
        return first if found is first else run.conclude(problem, found)


def _approves(review: Reply) -> bool:
    """Say whether a review that came to its end found nothing wrong."""
    verdict = review.parsed
    return review.completion.finish != "length" and verdict is not None and bool(verdict.correct)
