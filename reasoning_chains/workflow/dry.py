"""A workflow rendered without a model: every step with its prompt, along every choice."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

from reasoning_chains.asking import described
from reasoning_chains.errors import TemplateMistake
from reasoning_chains.templates import Templates
from reasoning_chains.types import Message, Problem, Sampling
from reasoning_chains.workflow.flow import Flow
from reasoning_chains.workflow.progress import Progress, Stopped, Turn, dialogue
from reasoning_chains.workflow.step import Step
from reasoning_chains.workflow.unknown import Unknown, deciding
from reasoning_chains.workflow.unseen import left_out

__all__ = ["Outline", "Outlines", "messages", "outlined"]

_MOST = 64
"""How many ways through a workflow are tried."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A step as it would be sent; `where` tells the choices and conditions that lead to it."""

    step: Step
    where: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Outlines:
    """The steps that are shown, and why others are not, in words."""

    steps: tuple[Outline, ...]
    left_out: tuple[str, ...]


@dataclass(slots=True)
class _Dry(Progress):
    """Takes every step without doing it: its value is a gap, or the choice that is tried."""

    picks: Mapping[str, str] = field(default_factory=dict)
    offered: dict[str, tuple[str, ...]] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    async def consult(self, name: str, place: str, question: object) -> str:
        self.said = Unknown("⟨input⟩")
        return str(self.said)  # what the dialogue keeps is plain text

    async def do(self, turn: Turn) -> None:
        name, choices = turn.step.name, tuple(map(str, turn.step.options.get("choices", ())))
        turn.value = Unknown(f"⟨{name}⟩")
        if choices:
            self.offered[name] = choices
            turn.value = self.picks.get(name, choices[0])
        turn.told = dialogue(turn.step, str(turn.value))

    def decide(self, condition: str, first: str) -> bool:
        """Say whether a condition on what only a run brings holds this time."""
        self.offered[condition] = ("yes", "no") if first == "yes" else ("no", "yes")
        return self.picks.get(condition, first) == "yes"


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


async def outlined(flow: Flow, problem: Problem) -> Outlines:
    """Give the steps of a workflow, those first that the first choices lead to.

    Raises:
        TemplateMistake: It is no workflow, or would break before anything is asked.
        UnknownName: The problem has an input that the head of the file does not name.
    """
    flow.check()
    flow.check_inputs(problem)
    known = {name: Unknown(f"⟨{name}⟩") for name in flow.head.inputs}
    data = {**known, **problem.inputs, **described(problem, flow.lang), "thinks": False}
    waiting: deque[dict[str, str]] = deque([{}])
    tried: list[dict[str, str]] = [{}]
    found: dict[tuple[str, str], Outline] = {}
    broken: dict[str, None] = {}
    while waiting:
        picks = waiting.popleft()
        dry = await _walked(flow, problem, data, picks)
        broken |= dict.fromkeys(dry.broken)
        for turn in dry.turns:
            where = {name: picked for name, picked in picks.items() if name in dry.offered}
            found.setdefault((turn.step.place, turn.step.name), Outline(turn.step, where))
        for other in _others(picks, dry.offered):
            if other not in tried and len(tried) < _MOST:
                tried.append(other)
                waiting.append(other)
    shown = frozenset(place for place, _ in found)
    ends = (f"only {_MOST} of its ways are tried",) if len(tried) == _MOST else ()
    return Outlines(tuple(found.values()), (*broken, *left_out(flow, shown), *ends))


def _others(
    picks: Mapping[str, str], offered: Mapping[str, Sequence[str]]
) -> Iterator[dict[str, str]]:
    """Give the ways that part from this one at what was not picked yet."""
    for name, choices in offered.items():
        if name not in picks:
            yield from ({**picks, name: choice} for choice in choices[1:])


async def _walked(
    flow: Flow, problem: Problem, data: Mapping[str, Any], picks: Mapping[str, str]
) -> _Dry:
    dry = _Dry(cast(Any, None), problem, {}, Sampling(), 1_000, picks=picks)
    dry.names = flow.names()
    token = deciding.set(dry.decide)
    try:
        with suppress(Stopped):
            await flow.render(data, dry)
    except TemplateMistake as error:  # of this way alone: others go on
        where = ", ".join(f"{name} is {picked}" for name, picked in picks.items())
        dry.broken.append(f"{error}{where and f' (where {where})'}")
    finally:
        deciding.reset(token)
    return dry
