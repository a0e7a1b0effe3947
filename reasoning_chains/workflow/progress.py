"""What a workflow has done so far: its steps by name, its dialogue; it knows no Jinja."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from copy import copy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from reasoning_chains.errors import (
    BackendError,
    BudgetSpent,
    Caught,
    ReasoningChainsError,
    TemplateMistake,
    UserMistake,
    near,
)
from reasoning_chains.solution import StopReason
from reasoning_chains.templates.meter import paused
from reasoning_chains.types import Message, Problem, Sampling
from reasoning_chains.waiting import together
from reasoning_chains.workflow.step import Failed, Step, consulted

if TYPE_CHECKING:
    from reasoning_chains.run import Run
    from reasoning_chains.toolbox import Tool

__all__ = [
    "Concluded",
    "Passing",
    "Progress",
    "Replies",
    "Stopped",
    "Turn",
    "current",
    "dialogue",
    "running",
    "value_of",
]


class Concluded(Exception):
    """An answer was reached."""


class Stopped(Exception):
    """A step gave nothing to go on with."""

    def __init__(self, message: str, reason: StopReason) -> None:
        super().__init__(message)
        self.reason = reason


class Passing(Exception):
    """Something that is not the template's: it goes through the render as it is."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(str(error))
        self.error = error


_SHOWN = 500
"""Letters of a reply that nothing could be read of."""
_PENDING: Any = object()
"""Stands for the value of a step that runs beside others."""


@dataclass(slots=True)
class Turn:
    """A step with what came of it."""

    step: Step
    label: str = ""
    value: Any = _PENDING
    told: tuple[Message, ...] = ()


def _placed(error: ReasoningChainsError, where: str) -> ReasoningChainsError:
    """Tell in which step something failed; an error that others share stays as it is."""
    made = copy(error)
    made.args = (str(error) if str(error).startswith(where) else f"{where}: {error}",)
    return made


def dialogue(step: Step, reply: str) -> tuple[Message, ...]:
    """Give a step as turns of the dialogue: what the person said, what the model was asked."""
    if "tool" in step.options:
        return ()
    asked = step.options.get("input")
    person = (Message("assistant", asked), Message("user", step.options["said"])) if asked else ()
    if not step.text:
        return person
    return (*person, Message("user", step.text), Message("assistant", reply))


def joined(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Make one message of those of one role that follow one another: models expect turns."""
    found: list[Message] = []
    for message in messages:
        if found and found[-1].role == message.role and not message.tool_calls:
            text = f"{found[-1].content}\n\n{message.content}"
            found[-1] = replace(message, content=text)
        else:
            found.append(message)
    return tuple(found)


def _landed(turn: Turn) -> Any:
    if turn.value is _PENDING:
        raise TemplateMistake(
            f"step {turn.step.name} runs beside this one: use its reply behind {{% endparallel %}}"
        )
    return turn.value


class Replies(dict[str, list[Any]]):
    """All replies by step; a step that still runs is told apart when it is asked for."""

    def __missing__(self, name: str) -> list[Any]:
        return self.of(name)

    def of(self, name: str) -> list[Any]:
        """Give the replies of a step: none where it was not passed.

        Raises:
            TemplateMistake: There is no such step, or it runs beside the one that asks.
        """
        if name in self:
            return dict.__getitem__(self, name)
        if current().names and name not in current().names:
            raise TemplateMistake(f"there is no step {name!r}: {near(name, current().names)}")
        return [_landed(turn) for turn in current().done.get(name, ())]


@dataclass(slots=True)
class Progress:
    """One workflow at work on one problem."""

    run: Run
    problem: Problem
    tools: Mapping[str, Tool]
    sampling: Sampling
    max_steps: int
    watched: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    system: str = ""
    answer: str | None = None
    said: str = ""
    done: dict[str, list[Turn]] = field(default_factory=dict)
    turns: list[Turn] = field(default_factory=list)
    beside: list[Turn] | None = None

    async def consult(self, name: str, place: str, question: object) -> str:
        """Ask the person, and keep what was said for the body of the step."""
        where = f"{place}, step {name}"
        with Caught(BudgetSpent) as spent, paused():
            self.said = await consulted(self.run, where, question)
        if spent.error is not None:
            raise Stopped(f"{where}: {spent.error}", "budget")
        return self.said

    async def take(self, name: str, place: str, text: str, options: Mapping[str, Any]) -> None:
        """Do a step, or keep it for the end of the block of parallel steps."""
        if len(self.turns) == self.max_steps:
            raise Stopped(
                f"{place}, step {name}: the workflow took more than {self.max_steps} steps: raise "
                "max_steps, or end its loop earlier",
                "budget",
            )
        before = [Message("system", self.system)] if self.system else []
        if options.get("history"):
            before += [*self.problem.history, *(m for turn in self.turns for m in turn.told)]
        tools = tuple(tool for key, tool in self.tools.items() if key == options.get("tool"))
        earlier = self.done.setdefault(name, [])
        label = f"{name} {len(earlier) + 1}" if earlier else name
        turn = Turn(Step(name, place, text, options, joined(before), tools), label)
        self.turns.append(turn)
        earlier.append(turn)
        if self.beside is not None:
            self.beside.append(turn)
            return
        with paused():
            await self.do(turn)

    def open(self) -> list[Turn] | None:
        """Begin a block of parallel steps; give the one around it."""
        outer, self.beside = self.beside, []
        return outer

    async def join(self, outer: list[Turn] | None) -> None:
        """Do the steps of the block at once, and wait for all of them."""
        waiting, self.beside = self.beside or [], outer
        with paused():
            await together([self.do(turn) for turn in waiting])

    async def do(self, turn: Turn) -> None:
        """Let a step run, and keep its value."""
        step = turn.step
        with Caught() as caught:
            found = await self.run.solve(step, self.problem, turn.label, sampling=self.sampling)
        if isinstance(caught.error, BackendError | UserMistake):
            raise _placed(caught.error, step.where) from caught.error
        if caught.error is not None:
            raise Passing(caught.error)
        if found.answer is None:
            told = found.text.strip() or f"it gave no answer ({found.stop_reason})"
            short = told if len(told) <= _SHOWN else f"{told[:_SHOWN]}… ({len(told):,} letters)"
            raise Stopped(f"{step.where}: {short}", found.stop_reason)
        if step.name not in self.watched and isinstance(found.value, Failed):
            raise Stopped(f"{step.where}: {found.value}", "failed")
        turn.value = found.answer if found.value is None else found.value
        turn.told = dialogue(step, found.text)

    def conclude(self, text: str) -> None:
        """End the workflow with its answer.

        Raises:
            Concluded: Always; it ends the render.
        """
        self.answer = text
        raise Concluded

    @property
    def text(self) -> str:
        """The answer, else what the last step gave."""
        if self.answer is not None or not self.turns:
            return self.answer or ""
        value = self.turns[-1].value
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def best(self, names: frozenset[str]) -> str:
        """Give the latest text that a step of these names gave; "" where there is none."""
        for turn in reversed(self.turns):
            if turn.step.name in names and isinstance(turn.value, str):
                return "" if isinstance(turn.value, Failed) else turn.value
        return ""

    @property
    def data(self) -> Any:
        """The last step's data, where they are the answer; None for text."""
        told = self.answer is not None or not self.turns
        value = None if told else self.turns[-1].value
        return None if isinstance(value, str) else value

    def value(self, name: str, context: Any) -> Any:
        """Give what a name means: a step's latest reply, else a variable."""
        if name == "input":
            return self.said
        if name == "steps":
            told = {step: [turn.value for turn in turns] for step, turns in self.done.items()}
            return Replies((step, all_) for step, all_ in told.items() if _PENDING not in all_)
        if name not in self.done and name in self.names:
            why = f"step {name} was not passed: write {{% if {name} is defined %}} around it"
            return context.environment.undefined(why, name=name)
        if name not in self.done:
            return context.resolve(name)
        return _landed(self.done[name][-1])


running: ContextVar[Progress] = ContextVar("reasoning_chains_workflow")
"""The workflow that is being rendered."""


def current() -> Progress:
    """Give the workflow that is being rendered."""
    return running.get()


def value_of(context: Any, name: str) -> Any:
    """Give what a name means where it stands, now."""
    return running.get().value(name, context)
