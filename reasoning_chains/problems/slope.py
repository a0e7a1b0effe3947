"""The slope of the line through two points."""

from fractions import Fraction
from random import Random

from reasoning_chains.problems.exercise import Exercise, Step, minus

_REACH = {1: (-5, 12, True), 2: (-12, 20, False), 3: (-60, 90, False)}


def _points(rng: Random, level: int) -> tuple[int, int, int, int]:
    low, high, whole = _REACH[level]
    x1, x2 = rng.sample(range(low, high + 1), 2)
    y1, y2 = rng.randint(low, high), rng.randint(low, high)
    if whole or rng.random() < 0.4:
        y2 = y1 + (x2 - x1) * rng.randint(-6, 6)
    return x1, y1, x2, y2


def _divide(rng: Random, dy: int, dx: int, form: str) -> Step:
    division, ratio = f"{dy} / {dx}", str(Fraction(dy, dx))
    verbose = rng.choice([f"The slope is {division} = {ratio}.", f"Divide: {division} = {ratio}."])
    terse = f"{division} = {ratio}."
    return Step(verbose, terse, division, ratio, "What is the slope?", part=form)


def slope(rng: Random, level: int) -> Exercise:
    """Make a slope problem: 1 small and whole, 2 with fractions, 3 with larger numbers."""
    x1, y1, x2, y2 = _points(rng, level)
    ends = f"{x1},{y1},{x2},{y2}"
    rise = _change("y", y2, y1, f"slope:dy:{ends}")
    run = _change("x", x2, x1, f"slope:dx:{ends}")
    last = _divide(rng, y2 - y1, x2 - x1, f"slope:{ends}")
    return Exercise(
        task="slope",
        level=level,
        kind="number",
        context=f"A line passes through ({x1}, {y1}) and ({x2}, {y2}).",
        final=rng.choice(["What is the slope of the line?", "Find the slope."]),
        answer=last.value,
        steps=(rise, run, last),
        form=f"slope:{ends}",
        alternatives=((run, rise, last),),
    )


def _change(axis: str, to: int, start: int, part: str) -> Step:
    expression, value = minus(to, start), to - start
    return Step(
        f"The change in {axis} is {expression} = {value}.",
        f"{expression} = {value}.",
        expression,
        str(value),
        f"What is the change in {axis}?",
        part=part,
    )
