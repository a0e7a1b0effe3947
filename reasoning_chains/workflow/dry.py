"""A workflow rendered without a model: every step with its prompt, along every choice."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

from reasoning_chains.asking import described
from reasoning_chains.templates.preview import Gap
from reasoning_chains.types import Problem, Sampling
from reasoning_chains.workflow.flow import Flow
from reasoning_chains.workflow.progress import Progress, Stopped, Turn
from reasoning_chains.workflow.step import Step

__all__ = ["Outline", "outlined"]

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


async def outlined(flow: Flow, problem: Problem) -> list[Outline]:
    """Give the steps of a workflow, those first that the first choices lead to.

    Raises:
        TemplateMistake: It does not parse or render.
    """
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
