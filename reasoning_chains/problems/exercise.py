"""One generated exercise: a problem, its answer and the worked steps; knows no family of them."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from reasoning_chains.types import Problem

Kind = Literal["number", "text", "boolean"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a worked solution.

    Attributes:
        verbose: The step as a sentence.
        terse: The same step in as few words as it allows.
        expression: What a calculator would be given, "" if nothing.
        value: What the step finds.
        question: The sub-question that the step answers, "" if it has none.
        lookup: The entity whose passage holds the value, "" if none does.
        part: The canonical form of the sub-question, "" if it has none.
    """

    verbose: str
    terse: str
    expression: str = ""
    value: str = ""
    question: str = ""
    lookup: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class Exercise:
    """A problem with its answer, worked steps and canonical form.

    Attributes:
        task: Name of the family.
        level: Size within the family, mostly the number of steps.
        kind: What kind of answer is wanted.
        context: What the question tells before it asks, "" if it is all one sentence.
        final: The sentence that asks.
        answer: The right answer.
        steps: One worked solution.
        form: Canonical form: what the problem is, whatever its names, objects and wording.
        alternatives: Other right orders or ways of working.
    """

    task: str
    level: int
    kind: Kind
    context: str
    final: str
    answer: str
    steps: tuple[Step, ...]
    form: str
    alternatives: tuple[tuple[Step, ...], ...] = ()

    @property
    def question(self) -> str:
        """The whole question as one text."""
        return f"{self.context} {self.final}".strip()

    @property
    def parts(self) -> tuple[str, ...]:
        """The canonical forms of the sub-questions, without repeats."""
        return tuple(dict.fromkeys(step.part for step in self.steps if step.part))

    @property
    def id(self) -> str:
        """A name made from task, level and form."""
        return f"{self.task}-{self.level}-{sha256(self.form.encode()).hexdigest()[:12]}"

    @property
    def problem(self) -> Problem:
        """The problem as chains take it."""
        return Problem(question=self.question, kind=self.kind, id=self.id)


def held_out(form: str) -> bool:
    """Tell whether a canonical form belongs to the evals: one in ten, by its hash."""
    return int.from_bytes(sha256(form.encode()).digest()[:8]) % 10 == 0


def signed(number: int) -> str:
    """Write a number as the right operand of a sum: "+ 3", "- 3"."""
    return f"+ {number}" if number >= 0 else f"- {-number}"


def minus(left: int, right: int) -> str:
    """Write a difference, with brackets around a negative right operand."""
    return f"{left} - ({right})" if right < 0 else f"{left} - {right}"
