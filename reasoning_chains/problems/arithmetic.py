"""Arithmetic in several steps, written as one expression with brackets."""

from dataclasses import replace
from random import Random

from reasoning_chains.problems.exercise import Exercise, Step

_LEADS = (("First, ", "Then, ", "Finally, "), ("", "", ""), ("Start with ", "Next, ", "Last, "))


def _grow(rng: Random, value: int, least: int, largest: int) -> tuple[str, int, int]:
    """Choose the next operation on a value."""
    sign = rng.choice("++--*")
    if sign == "*" and 0 < abs(value) <= 40:
        number = rng.randint(2, 9)
        return "*", number, value * number
    number = rng.randint(least, largest)
    if sign == "-" and (value > number or rng.random() < 0.15):
        return "-", number, value - number
    return "+", number, value + number


def _step(lead: str, expression: str, value: int, written: str) -> Step:
    """Work one operation out."""
    equation, part = f"{expression} = {value}.", f"arithmetic:{written}"
    asks = f"What is {written}?"
    return Step(f"{lead}{equation}", equation, expression, str(value), asks, part=part)


def arithmetic(rng: Random, level: int, largest: int = 60, least: int = 2) -> Exercise:
    """Make an expression of `level` operations whose steps follow from one another."""
    value = rng.randint(least, largest)
    written, steps, sign = str(value), [], ""
    leads = rng.choice(_LEADS)
    for i in range(level):
        before = sign
        sign, number, after = _grow(rng, value, least, largest)
        if sign == "*" and before in ("+", "-"):
            written = f"({written})"
        written = f"{written} {sign} {number}"
        lead = leads[0] if i == 0 else leads[2] if i == level - 1 else leads[1]
        steps.append(_step(lead, f"{value} {sign} {number}", after, written))
        value = after
    final = rng.choice([f"What is {written}?", f"Calculate {written}.", f"Find {written}."])
    return Exercise(
        task="arithmetic",
        level=level,
        kind="number",
        context="",
        final=final,
        answer=str(value),
        steps=tuple(steps),
        form=f"arithmetic:{written}",
    )


def arithmetic_large(rng: Random, level: int) -> Exercise:
    """Make such an expression with numbers of three digits."""
    return arithmetic(rng, level, largest=900)


def arithmetic_digits(rng: Random, level: int) -> Exercise:
    """Make an expression of three operations with numbers of `level` digits, factors apart."""
    made = arithmetic(rng, 3, largest=10**level - 1, least=max(2, 10 ** (level - 1)))
    return replace(made, level=level)
