"""Chains of "more than", "fewer than" and "times as many" between people."""

from dataclasses import dataclass
from random import Random

from reasoning_chains.problems.exercise import Exercise, Step
from reasoning_chains.problems.words import NAMES, OBJECTS, listed

_TIMES = {2: "twice", 3: "three times", 4: "four times"}


@dataclass(frozen=True, slots=True)
class _Link:
    """How the next amount follows from the one before."""

    sign: str
    number: int

    def apply(self, amount: int) -> int:
        """Give the next amount."""
        if self.sign == "*":
            return amount * self.number
        return amount + self.number if self.sign == "+" else amount - self.number

    def tell(self, who: str, whom: str, thing: str) -> str:
        """Say it in words."""
        if self.sign == "*":
            return f"{who} has {_TIMES[self.number]} as many {thing} as {whom}."
        more = "more" if self.sign == "+" else "fewer"
        return f"{who} has {self.number} {more} {thing} than {whom}."


def _link(rng: Random, amount: int) -> _Link:
    sign = rng.choice("++--*")
    if sign == "*" and amount <= 60:
        return _Link("*", rng.choice([2, 2, 3, 4]))
    number = rng.randint(2, 30)
    return _Link("-" if (sign == "-" and number < amount) or amount > 200 else "+", number)


def _steps(
    rng: Random, names: list[str], links: list[_Link], start: int, thing: str
) -> tuple[list[Step], list[int]]:
    """Work out everyone's amount in turn."""
    amounts, steps, form = [start], [], str(start)
    for name, link in zip(names[1:], links, strict=True):
        before = amounts[-1]
        amounts.append(link.apply(before))
        form += f",{link.sign}{link.number}"
        equation = f"{before} {link.sign} {link.number} = {amounts[-1]}"
        steps.append(
            Step(
                rng.choice([f"{name} has {equation} {thing}.", f"So {name} has {equation}."]),
                f"{equation}.",
                f"{before} {link.sign} {link.number}",
                str(amounts[-1]),
                f"How many {thing} does {name} have?",
                part=f"comparison:{form};last",
            )
        )
    return steps, amounts


def _total(names: list[str], amounts: list[int], thing: str, form: str) -> list[Step]:
    """Add everyone's amounts."""
    steps, total = [], amounts[0]
    for i, amount in enumerate(amounts[1:], 1):
        equation = f"{total} + {amount} = {total + amount}"
        last = i == len(amounts) - 1
        verbose = f"Together they have {equation} {thing}." if last else f"Then {equation}."
        question = f"How many {thing} do {listed(names[: i + 1])} have together?"
        part = f"comparison:{','.join(form.split(',')[: i + 1])};total"
        expression = f"{total} + {amount}"
        steps.append(
            Step(verbose, f"{equation}.", expression, str(total + amount), question, part=part)
        )
        total += amount
    return steps


def comparison(rng: Random, level: int) -> Exercise:
    """Make a comparison problem of `level` steps, sometimes in shuffled order or with a total."""
    total = level >= 2 and level % 2 == 0 and rng.random() < 0.4
    count = level // 2 if total else level
    thing, start = rng.choice(OBJECTS), rng.randint(2, 99)
    names, links, amount = rng.sample(NAMES, count + 1), [], start
    for _ in range(count):
        links.append(_link(rng, amount))
        amount = links[-1].apply(amount)
    steps, amounts = _steps(rng, names, links, start, thing)
    form = ",".join([str(start)] + [f"{link.sign}{link.number}" for link in links])
    told = [f"{names[0]} has {start} {thing}."]
    told += [link.tell(names[i + 1], names[i], thing) for i, link in enumerate(links)]
    if rng.random() < 0.3:
        rng.shuffle(told)
    final = f"How many {thing} does {names[-1]} have?"
    if total:
        steps += _total(names, amounts, thing, form)
        final = f"How many {thing} do they have {rng.choice(['together', 'in total'])}?"
    return Exercise(
        task="comparison",
        level=level,
        kind="number",
        context=" ".join(told),
        final=final,
        answer=steps[-1].value,
        steps=tuple(steps),
        form=f"comparison:{form};{'total' if total else 'last'}",
    )
