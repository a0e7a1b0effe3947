"""Coin flips: who flips the coin, how often, and which side is up in the end."""

from random import Random

from reasoning_chains.problems.exercise import Exercise, Step
from reasoning_chains.problems.words import NAMES


def _tell(name: str, times: int) -> str:
    if times == 0:
        return f"{name} does not flip the coin."
    if times == 1:
        return f"{name} flips the coin."
    return f"{name} flips the coin {times} times."


def _reason(name: str, times: int, side: str) -> str:
    if times == 0:
        return f"{name} does not flip, so it is {side} up."
    if times == 1:
        return f"{name} flips, so it is {side} up."
    odd = "odd" if times % 2 else "even"
    return f"{name} flips {times} times, which is {odd}, so it is {side} up."


def _counted(flips: list[int], side: str) -> tuple[Step, ...]:
    """Add all flips up first: another right way."""
    turns = [k for k in flips if k]
    sums = " + ".join(map(str, turns)) or "0"
    count = sum(flips)
    odd = "odd" if count % 2 else "even"
    return (
        Step(f"The flips are {sums} = {count}.", f"{sums} = {count}.", sums, str(count)),
        Step(f"{count} is {odd}, so it is {side} up.", f"{odd}: {side}.", "", side),
    )


def _steps(people: list[str], flips: list[int], up: bool) -> list[Step]:
    """Follow the coin from one to the next."""
    steps, start = [], _side(up)
    for i, (name, times) in enumerate(zip(people, flips, strict=True)):
        up = up != (times % 2 == 1)
        side = _side(up)
        form = ",".join(map(str, flips[: i + 1]))
        reason, terse = _reason(name, times, side), f"{name}: {side}."
        asks, part = f"Which side is up after {name}?", f"coin:{start};{form};side"
        steps.append(Step(reason, terse, "", side, asks, part=part))
    return steps


def _compared(side: str, asked: str) -> Step:
    """Hold the side that is up against the one that was asked for."""
    same = "the same" if side == asked else "not the same"
    told = f"It is {side} up and {asked} up was asked, which is {same}."
    return Step(told, f"{side}, {asked}: {same}.", "", "yes" if side == asked else "no")


def _side(up: bool) -> str:
    return "heads" if up else "tails"


def coin(rng: Random, level: int) -> Exercise:
    """Make a coin problem with `level` people, each of whom flips it 0 to 15 times."""
    up = rng.random() < 0.5
    start, asked = _side(up), rng.choice(["heads", "tails"])
    flips = [rng.choice([0, 1, 1, rng.randint(2, 15)]) for _ in range(level)]
    people = rng.sample(NAMES, level)
    steps = _steps(people, flips, up)
    told = [f"A coin is {start} up.", *map(_tell, people, flips)]
    side = steps[-1].value
    compared = _compared(side, asked)
    return Exercise(
        task="coin",
        level=level,
        kind="boolean",
        context=" ".join(told),
        final=f"Is the coin {'still ' if asked == start else 'now '}{asked} up?",
        answer=compared.value,
        steps=(*steps, compared),
        form=f"coin:{start};{','.join(map(str, flips))};{asked}",
        alternatives=((*_counted(flips, side), compared),),
    )
