"""Worked solutions to be checked: in half of them one step is wrong, and the others follow."""

from dataclasses import dataclass
from itertools import pairwise
from random import Random

from reasoning_chains.problems.arithmetic import arithmetic
from reasoning_chains.problems.comparison import comparison
from reasoning_chains.problems.exercise import Exercise, Step
from reasoning_chains.problems.running import running

_MADE = (arithmetic, running, comparison)
_SLIPS = (1, -1, 2, -2, 10, -10)
_OTHER_SIGN = {"+": "-", "-": "+", "*": "+"}


@dataclass(frozen=True, slots=True)
class _Line:
    """A step that works one operation out."""

    text: str
    left: int
    sign: str
    right: int
    value: int

    @property
    def expression(self) -> str:
        return f"{self.left} {self.sign} {self.right}"

    def after(self, left: int) -> "_Line":
        """Give the step as it goes on from another number."""
        moved = _Line(
            self.text, left, self.sign, self.right, worked_out(left, self.sign, self.right)
        )
        return moved.said(moved.value, self)

    def said(self, value: int, before: "_Line | None" = None) -> "_Line":
        """Give the step as it says another result, right or wrong."""
        old = before or self
        equation = f"{self.expression} = {value}"
        text = self.text.replace(f"{old.expression} = {old.value}", equation)
        return _Line(text, self.left, self.sign, self.right, value)


def worked_out(left: int, sign: str, right: int) -> int:
    """Work one operation out."""
    if sign == "*":
        return left * right
    return left + right if sign == "+" else left - right


def _lines(exercise: Exercise) -> list[_Line]:
    """Read the steps; none where they do not follow one from the other by one number."""
    lines: list[_Line] = []
    for step in exercise.steps:
        left, sign, right = step.expression.split()
        lines.append(_Line(step.verbose, int(left), sign, int(right), int(step.value)))
    follow = all(a.value == b.left for a, b in pairwise(lines))
    whole = all(f"{line.expression} = {line.value}" in line.text for line in lines)
    return lines if follow and whole else []


def _slipped(rng: Random, line: _Line) -> int:
    """Choose a wrong result: a slip of a digit, or the result of another operation."""
    other = worked_out(line.left, _OTHER_SIGN[line.sign], line.right)
    value = other if rng.random() < 0.25 else line.value + rng.choice(_SLIPS)
    return value if value != line.value else line.value + 1


def _with_slip(rng: Random, lines: list[_Line]) -> tuple[int, list[_Line]]:
    """Make one step wrong; those behind it go on from what it says. The second is its place."""
    place = rng.randrange(len(lines))
    told = [*lines[:place], lines[place].said(_slipped(rng, lines[place]))]
    for line in lines[place + 1 :]:
        told.append(line.after(told[-1].value))
    return place + 1, told


def _checks(told: list[_Line], wrong: int) -> tuple[Step, ...]:
    """Check each step up to the wrong one."""
    steps = []
    for place, line in enumerate(told[: wrong or len(told)], 1):
        value = worked_out(line.left, line.sign, line.right)
        judged = "right" if value == line.value else "wrong"
        equation = f"{line.expression} = {value}"
        verbose = f"Step {place} says {line.value}: {equation}, so it is {judged}."
        steps.append(Step(verbose, f"{place}: {equation}, {judged}.", line.expression, str(value)))
    said = f"Step {wrong} is wrong." if wrong else "No step is wrong."
    return (*steps, Step(said, said, "", str(wrong)))


def step_verification(rng: Random, level: int) -> Exercise:
    """Make a worked solution of `level` steps; its answer is the wrong step, 0 where none is."""
    made, slip = rng.choice(_MADE), rng.random() < 0.5
    told: list[_Line] = []
    while not told or min(line.value for line in told) < 0:
        exercise = made(rng, level)
        lines = _lines(exercise)
        wrong, told = _with_slip(rng, lines) if lines and slip else (0, lines)
    shown = " ".join(f"Step {place}: {line.text}" for place, line in enumerate(told, 1))
    return Exercise(
        task="step_verification",
        level=level,
        kind="number",
        context=f"Problem: {exercise.question} Solution: {shown}",
        final="Which step is the first wrong one? Answer with its number, or 0 if none is wrong.",
        answer=str(wrong),
        steps=_checks(told, wrong),
        form=f"verification:{exercise.form};{wrong};{','.join(str(line.value) for line in told)}",
    )
