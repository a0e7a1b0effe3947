"""Retrieval: what fits the question, passages or worked examples, put before any chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, ClassVar, Literal

from reasoning_chains.chain import Chain, chain_wanted
from reasoning_chains.errors import UnknownName, UserMistake, ranged, shown, wanted
from reasoning_chains.toolbox import Tool
from reasoning_chains.types import Message
from reasoning_chains.waiting import in_thread

if TYPE_CHECKING:
    from reasoning_chains.run import Run
    from reasoning_chains.solution import Solution
    from reasoning_chains.types import Problem

__all__ = ["Retrieve"]

_PUT = ("passages", "exemplars")


@dataclass(frozen=True, slots=True)
class Retrieve(Chain):
    """Put what fits the question before a chain (RAG, Lewis et al. 2020, arXiv:2005.11401).

    Passages go into the problem's context, behind what stands there; worked examples become earlier
    turns, the likest last. Where nothing fits, it goes without. In a vote each voter retrieves.

    Args:
        chain: What is run with it.
        source: For passages a file or folder of JSONL, text or Markdown, or a tool of one argument;
            for exemplars a set, or the path of a `.yaml` or `.jsonl` file in the project.
        k: How many are put there; a tool gives as many as it gives.
        put: `passages` or `exemplars`.

    Example:
        >>> from reasoning_chains import Problem, Retrieve, ScriptedBackend, ZeroShotCoT
        >>> chain = Retrieve(ZeroShotCoT(), "word_problems", k=1, put="exemplars")
        >>> backend = ScriptedBackend(["The answer is 7."])
        >>> solution = chain.invoke("Ann has 3 pens. How many has she?", backend=backend)
        >>> [message.role for message in backend.requests[0].content.messages]
        ['user', 'assistant', 'user']
    """

    chain: Chain
    source: str | Tool
    k: int = 3
    put: Literal["passages", "exemplars"] = "passages"
    template: str = "retrieve"
    delivers: ClassVar[Mapping[str, str]] = {"exemplars": "text"}
    asks: ClassVar[str] = "what its chain asks, longer by what was retrieved"

    def __post_init__(self) -> None:
        """Refuse settings that cannot be."""
        example = "Retrieve(ZeroShotCoT(), 'notes/'), or retrieve(zero_shot_cot, 'notes/')"
        chain_wanted("retrieve chain", self.chain, example)
        if self.put not in _PUT:
            raise UnknownName("retrieve put", self.put, _PUT)
        wanted("retrieve source", self.source, *((str, Tool) if self.put == "passages" else (str,)))
        if isinstance(self.source, Tool) and len(self.source.inputs) != 1:
            raise UserMistake(f"retrieve source {shown(self.source.name)} must take one argument")
        ranged("retrieve k", self.k, int, 1)
        wanted("retrieve template", self.template, str)

    async def solve(self, problem: Problem, run: Run) -> Solution:
        """Retrieve, then let the chain solve it."""
        find = self._with_passages if self.put == "passages" else self._with_exemplars
        return await run.solve(self.chain, await find(problem, run), self.put)

    async def _with_passages(self, problem: Problem, run: Run) -> Problem:
        from reasoning_chains.tools.lookup import lookup

        tool = self.source
        if not isinstance(tool, Tool):
            tool = await in_thread(partial(lookup, tool, most=self.k))
        seen = await run.act([tool], tool.name, {tool.inputs[0]: problem.question})
        told = f"{problem.context}\n\n{seen.text}".strip()
        return problem if seen.failed else replace(problem, context=told)

    async def _with_exemplars(self, problem: Problem, run: Run) -> Problem:
        from reasoning_chains.asking import prepare
        from reasoning_chains.exemplars.selecting import selected

        known = run.exemplars(str(self.source))
        chosen = selected("similar", known, problem.question, self.k)
        run.note("exemplars", questions=[each.question for each in chosen])
        if not chosen:
            return problem
        template = f"{self.template}/exemplars"
        told = prepare(run.session, problem, template, {"exemplars": chosen}).prompt
        system = tuple(takewhile(lambda turn: turn.role == "system", problem.history))
        turns = (*told.messages, Message("assistant", told.prefill))
        return replace(problem, history=(*system, *turns, *problem.history[len(system) :]))
