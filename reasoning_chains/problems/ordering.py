"""Ordering: pairwise comparisons in shuffled order, and who is where in the whole row."""

from random import Random

from reasoning_chains.problems.exercise import Exercise, Step
from reasoning_chains.problems.words import NAMES, ORDINALS

_SCALES = (
    ("older", "younger", "oldest", "youngest"),
    ("taller", "shorter", "tallest", "shortest"),
    ("faster", "slower", "fastest", "slowest"),
    ("richer", "poorer", "richest", "poorest"),
)


def _ask(rng: Random, row: list[str], scale: tuple[str, ...]) -> tuple[str, str, str]:
    """Choose what is asked: the question, its answer and its form."""
    more, less, most, least = scale
    draw, count = rng.random(), len(row)
    if draw < 0.3:
        i, j = rng.sample(range(count), 2)
        word = rng.choice([more, less])
        right = (i < j) == (word == more)
        answer = "yes" if right else "no"
        return f"Is {row[i]} {word} than {row[j]}?", answer, f"{i}{'>' if word == more else '<'}{j}"
    k = rng.randrange(count)
    if draw < 0.65:
        nth = f"{ORDINALS[k]} {most}" if k else most
        return f"Who is the {nth}?", row[k], f"top{k}"
    nth = f"{ORDINALS[k]} {least}" if k else least
    return f"Who is the {nth}?", row[-1 - k], f"end{k}"


def _facts(rng: Random, row: list[str], more: str, less: str) -> list[tuple[str, str]]:
    """Say each neighbouring pair in one of two directions, in any order."""
    facts = []
    for i in range(len(row) - 1):
        if rng.random() < 0.6:
            facts.append((f"{i}>", f"{row[i]} is {more} than {row[i + 1]}."))
        else:
            facts.append((f"{i}<", f"{row[i + 1]} is {less} than {row[i]}."))
    rng.shuffle(facts)
    return facts


def _step(row: list[str], i: int, more: str, shape: str) -> Step:
    """State who comes after whom."""
    verbose, terse = f"{row[i]} is {more} than {row[i + 1]}.", f"{row[i]} > {row[i + 1]}."
    asks, part = f"Who is next after {row[i]}?", f"ordering:{shape};next{i}"
    return Step(verbose, terse, "", row[i + 1], asks, part=part)


def ordering(rng: Random, level: int) -> Exercise:
    """Make an ordering problem of `level` comparisons between `level` + 1 people."""
    row, scale = rng.sample(NAMES, level + 1), rng.choice(_SCALES)
    facts = _facts(rng, row, *scale[:2])
    final, answer, asked = _ask(rng, row, scale)
    shape = ",".join(fact[0] for fact in facts)
    steps = [_step(row, i, scale[0], shape) for i in range(level)]
    steps.append(Step(f"The order is {', '.join(row)}.", f"{' > '.join(row)}.", "", answer))
    return Exercise(
        task="ordering",
        level=level,
        kind="boolean" if answer in ("yes", "no") else "text",
        context=" ".join(fact[1] for fact in facts),
        final=final,
        answer=answer,
        steps=tuple(steps),
        form=f"ordering:{shape};{asked}",
    )
