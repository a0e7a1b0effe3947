"""A workflow rendered without a model: every step with its prompt, along every choice."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

from reasoning_chains.asking import described
from reasoning_chains.templates import Templates
from reasoning_chains.templates.preview import Gap
from reasoning_chains.types import Message, Problem, Sampling
from reasoning_chains.workflow.flow import Flow
from reasoning_chains.workflow.progress import Progress, Stopped, Turn
from reasoning_chains.workflow.step import Step

__all__ = ["Outline", "messages", "outlined"]

_MOST = 64
"""How many ways through a workflow are tried."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A step as it would be sent; `where` tells the choices that lead to it."""

    step: Step
    where: Mapping[str, str]


@dataclass(slots=True)
class _Dry(Progress):
    """Takes every step without doing it: its value is a gap, or the choice that is tried."""

    picks: Mapping[str, str] = field(default_factory=dict)
    offered: dict[str, tuple[str, ...]] = field(default_factory=dict)

    async def consult(self, name: str, place: str, question: object) -> str:
        self.said = Gap("⟨input⟩")
        return self.said

    async def do(self, turn: Turn) -> None:
        name, choices = turn.step.name, tuple(map(str, turn.step.options.get("choices", ())))
        turn.value = Gap(f"⟨{name}⟩")
        if choices:
            self.offered[name] = choices
            turn.value = self.picks.get(name, choices[0])


def messages(step: Step, templates: Templates, lang: str) -> tuple[Message, ...]:
    """Give what a step sends, word by word; of one that a chain solves, the question."""
    if "tool" in step.options or not step.text:
        return step.before
    problem = step.problem()
    asked: tuple[Message, ...] = (Message("user", problem.question),)
    if "chain" not in step.options and (problem.choices or "choices" not in step.options):
        told = {**described(problem, lang), "thinks": False}
        asked = templates.render(step.wording, told, lang).messages
    return (*problem.history, *asked)


async def outlined(flow: Flow, problem: Problem) -> list[Outline]:
    """Give the steps of a workflow, those first that the first choices lead to.

    Raises:
        TemplateMistake: It does not parse or render.
        UnknownName: The problem has an input that the head of the file does not name.
    """
    flow.check_inputs(problem)
    known = {name: Gap(f"⟨{name}⟩") for name in flow.head.inputs}
    data = {**known, **problem.inputs, **described(problem, flow.lang), "thinks": False}
    waiting: deque[dict[str, str]] = deque([{}])
    tried: list[dict[str, str]] = [{}]
    found: dict[tuple[str, str], Outline] = {}
    while waiting:
        picks = waiting.popleft()
        dry = await _walked(flow, problem, data, picks)
        for turn in dry.turns:
            where = {name: picked for name, picked in picks.items() if name in dry.offered}
            found.setdefault((turn.step.place, turn.step.name), Outline(turn.step, where))
        for name, choices in dry.offered.items():
            for choice in choices:
                other = {**picks, name: choice}
                new = name not in picks and choice != choices[0] and other not in tried
                if new and len(tried) < _MOST:
                    tried.append(other)
                    waiting.append(other)
    return list(found.values())


async def _walked(
    flow: Flow, problem: Problem, data: Mapping[str, Any], picks: Mapping[str, str]
) -> _Dry:
    dry = _Dry(cast(Any, None), problem, {}, Sampling(), 1_000, picks=picks)
    with suppress(Stopped):
        await flow.render(data, dry)
    return dry
