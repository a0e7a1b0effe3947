"""One step of a workflow at work: a prompt, a choice, a chain, a tool or a person; no Jinja."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from reasoning_chains.chain import Chain
from reasoning_chains.chains.self_consistency import SelfConsistency
from reasoning_chains.errors import UserMistake
from reasoning_chains.solution import Reply
from reasoning_chains.spelling import parse_chain
from reasoning_chains.types import Kind, Message, Problem
from reasoning_chains.workflow.choosing import Choosing
from reasoning_chains.workflow.options import (
    MOST_CHOICES,
    check_alone,
    check_values,
    offered,
    sampling_of,
)
from reasoning_chains.workflow.shapes import shaped

if TYPE_CHECKING:
    from reasoning_chains.run import Run
    from reasoning_chains.solution import Solution
    from reasoning_chains.toolbox import Tool

__all__ = ["Failed", "Step", "consulted"]

_LONGEST = 1_000_000
"""Letters of what a person says that are kept."""


class Failed(str):
    """What a tool told in place of a result: text as any other, which `is failed` tells apart."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class _Saying(Chain):
    """Ask once; the whole reply is the answer."""

    wording: str

    async def solve(self, problem: Problem, run: Run) -> Solution:
        reply = await run.ask(self.wording, problem=problem)
        if problem.kind == "json":
            told = f"the reply does not fit ({reply.unfit}): {reply.text.strip()[:200]!r}"
            return run.conclude(problem, replace(reply, text=told) if reply.unfit else reply)
        text = reply.text.strip()
        if problem.kind != "text":
            return run.conclude(problem, run.read(problem, text).after(replace(reply, text="")))
        return run.conclude(problem, replace(reply, answer=text or None))


@dataclass(frozen=True, slots=True)
class Step(Chain):
    """A step as it was rendered, with the messages before it and the tools that it may call."""

    name: str
    place: str
    text: str
    options: Mapping[str, Any]
    before: tuple[Message, ...] = ()
    tools: tuple[Tool, ...] = ()

    @property
    def where(self) -> str:
        """The file, the line and the name, as errors tell them."""
        return f"{self.place}, step {self.name}"

    async def solve(self, problem: Problem, run: Run) -> Solution:
        """Do what the step says; its value is that of the solution, else the answer."""
        run.span.kind = "step"
        run.span.data.update(step=self.name, place=self.place)
        self._check()
        if "tool" in self.options:
            return await self._acted(problem, run)
        if not self.text:
            said = self.options["said"] if "input" in self.options else ""
            run.span.data["value"] = said
            if not said.strip():
                return run.conclude(problem, Reply("the person gave no answer"))
            return run.conclude(problem, Reply(said, said, value=said))
        if "choices" in self.options and not offered(self.options["choices"]):
            told = f"it must have 2 to {MOST_CHOICES} choices, found {[*self.options['choices']]}"
            return run.conclude(problem, Reply(told[:300]), stop_reason="failed")
        asked = self.problem()
        found = await run.solve(self._chain(), asked, "reply", sampling=sampling_of(self.options))
        value = (
            found.value.model_dump(mode="json", by_alias=True)
            if asked.kind == "json" and found.value
            else None
        )
        answer = found.answer
        if asked.choices and answer is not None:
            answer = value = asked.choices["ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(answer)]
        if answer is None and "kind" in self.options and found.stop_reason == "unparsed":
            told = f"no {asked.kind} was read in the reply: {found.text.strip()[:200]!r}"
            found = replace(found, text=told)
        run.span.data["value"] = answer if value is None else value
        return replace(found, answer=answer, value=value)

    def _check(self) -> None:
        """Refuse options that cannot be: their values may have come of earlier replies."""
        check_values(self.where, self.options)
        if not self.text and not {"input", "tool"} & set(self.options):
            raise UserMistake(f"{self.where}: it has no text: write what the model is asked")
        if not self.text and "tool" not in self.options:
            check_alone(self.where, self.options)

    @property
    def wording(self) -> str:
        """The template by which a model is asked where no chain is."""
        if "choices" in self.options:
            return "workflow/choose"
        return "workflow/json" if "schema" in self.options else "workflow/step"

    def problem(self) -> Problem:
        """Give what is asked of the model or the chain."""
        choices = offered(self.options.get("choices", ()))
        schema = self.options.get("schema")
        kind: Kind = "json" if schema is not None else self.options.get("kind", "text")
        shape = None if schema is None else shaped(self.name, schema)
        text, before = self.text, self.before
        if before and before[-1].role == "user":  # turns change between the two
            text, before = f"{before[-1].content}\n\n{text}", before[:-1]
        return Problem(text, kind, choices, shape, history=before)

    def _chain(self) -> Chain:
        chain: Chain = Choosing() if "choices" in self.options else _Saying(self.wording)
        if "chain" in self.options:
            chain = parse_chain(self.options["chain"])
        samples = self.options.get("samples")
        return chain if samples is None else SelfConsistency(chain, samples=samples)

    async def _acted(self, problem: Problem, run: Run) -> Solution:
        if not self.tools:  # the file is included by a variable, so that nobody saw it before
            name = self.options["tool"]
            raise UserMistake(f"{self.where}: give its tool: Workflow(…, tools=[{name!r}])")
        seen = await run.act(self.tools, self.tools[0].name, self.text)
        value = Failed(seen.text) if seen.failed else seen.text
        run.span.data.update(value=seen.text, failed=seen.failed)
        return run.conclude(problem, Reply(seen.text, seen.text, value=value))


async def consulted(run: Run, place: str, question: Any) -> str:
    """Ask the person through the application's function.

    Raises:
        UserMistake: The application gave none, or it failed.
    """
    from reasoning_chains.tools.ask_user import ask_user

    check_values(place, {"input": question})
    if run.session.ask_user is None:
        raise UserMistake(
            f"{place}: the step asks the person {question[:60]!r}: give ask_user=…, a function "
            "that takes the question and gives the answer"
        )
    tool = replace(ask_user(run.session.ask_user), longest=_LONGEST)
    seen = await run.act([tool], tool.name, {"question": question})
    if seen.failed:
        raise UserMistake(f"{place}: {seen.text}")
    return seen.text
