"""Self-ask: follow-up questions, each answered, before the final answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from reasoning_chains.answers import read_follow_up
from reasoning_chains.chain import Chain
from reasoning_chains.errors import UserMistake, ranged, wanted
from reasoning_chains.toolbox import Tool
from reasoning_chains.types import Problem

if TYPE_CHECKING:
    from reasoning_chains.run import Run
    from reasoning_chains.solution import Reply, Solution
    from reasoning_chains.templates.exemplars import Exemplar

__all__ = ["SelfAsk"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the model wrote up to a follow-up question, and the answer that it got."""

    text: str
    answer: str


@dataclass(frozen=True, slots=True)
class SelfAsk(Chain):
    r"""Ask follow-up questions and answer them first (Press et al. 2022, arXiv:2210.03350).

    Args:
        answerer: Who answers a follow-up question: a tool such as `lookup`, by itself or by its
            name, or a chain. Without one the model answers its own questions, all in one reply;
            one that stops at a question is asked to go on with it.
        shots: How many worked examples are shown (4 in the paper).
        max_questions: How many follow-up questions are answered at most.

    Example:
        >>> from reasoning_chains import Direct, ScriptedBackend, SelfAsk
        >>> replies = ["Yes.\nFollow up: Who wrote Emma?", "Jane Austen"]
        >>> replies += ["So the final answer is: 1775"]
        >>> chain = SelfAsk(answerer=Direct())
        >>> backend = ScriptedBackend(replies)
        >>> chain.invoke("When was the writer of Emma born?", backend=backend).answer
        '1775'
    """

    answerer: Chain | Tool | str | None = None
    template: str = "self_ask"
    exemplars: str = "follow_ups"
    shots: int = 0
    max_questions: int = 8
    delivers: ClassVar[Mapping[str, str]] = {"": "answer", "turn": "follow_up"}
    asks: ClassVar[str] = (
        "one ask, and one more each time the reply stops at a follow-up question; with an answerer "
        "one a follow-up question and one for the end, beside its own"
    )

    def __post_init__(self) -> None:
        """Refuse settings that cannot be."""
        odd = self.answerer is not None and not isinstance(self.answerer, Tool | str)
        if isinstance(self.answerer, type) or (odd and not hasattr(self.answerer, "solve")):
            raise UserMistake(
                "self_ask answerer must be a chain, a tool or the name of a tool: write "
                "SelfAsk(answerer=Direct()), or self_ask('lookup:notes/')"
            )
        wanted("self_ask template", self.template, str)
        wanted("self_ask exemplars", self.exemplars, str)
        ranged("self_ask shots", self.shots, int, 0)
        ranged("self_ask max_questions", self.max_questions, int, 1)

    def contracts(self) -> Mapping[str, str]:
        """Give the one template that is used."""
        part = "" if self.answerer is None else "turn"
        return {part: self.delivers[part]}

    async def solve(self, problem: Problem, run: Run) -> Solution:
        """Ask once, or in turns with the answerer."""
        examples = run.exemplars(self.exemplars)[: self.shots] if self.shots else ()
        if self.answerer is None:
            return run.conclude(problem, await self._alone(problem, run, examples))
        return await self._in_turns(problem, run, examples)

    async def _alone(self, problem: Problem, run: Run, examples: tuple[Exemplar, ...]) -> Reply:
        """Ask for all in one reply; one that stops at a follow-up question is to go on itself."""
        reply = await run.ask(self.template, problem=problem, exemplars=examples)
        for _ in range(self.max_questions):
            said = reply.text.rstrip()
            if not _stops(reply):
                return reply
            more = await run.ask(
                self.template, problem=problem, exemplars=examples, prefill=f"{said}\n"
            )
            reply = more.after(replace(reply, text=said))
        return replace(reply, answer=None) if _stops(reply) else reply

    async def _in_turns(
        self, problem: Problem, run: Run, examples: tuple[Exemplar, ...]
    ) -> Solution:
        template, asked = f"{self.template}/turn", list[Asked]()
        for number in range(self.max_questions + 1):
            reply = await run.ask(template, problem=problem, exemplars=examples, asked=asked)
            follow = reply.parsed
            if follow is None:
                return run.conclude(problem, run.read(problem, reply.text))
            if number == self.max_questions:
                break
            answer = await self._answered(follow.question, problem, run)
            asked.append(Asked(reply.text[: follow.end], answer))
        return run.conclude(problem)

    async def _answered(self, question: str, problem: Problem, run: Run) -> str:
        if isinstance(self.answerer, Chain):
            asked = Problem(question, context=problem.context, history=problem.history)
            found = await run.solve(self.answerer, asked, f"follow up: {question}")
            return found.answer or found.text
        from reasoning_chains.tools.choosing import gathered

        tools = await gathered([self.answerer] if self.answerer is not None else [])
        seen = await run.act(tools, tools[0].name, question)
        return seen.text


def _stops(reply: Reply) -> bool:
    """Tell whether a reply ends with a follow-up question: a number in it is no answer."""
    last = reply.text.rstrip().rpartition("\n")[2]
    return reply.completion.finish == "stop" and read_follow_up(last) is not None
