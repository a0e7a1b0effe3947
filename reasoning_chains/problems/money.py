"""Shopping problems: several goods, a total, sometimes the change."""

from random import Random

from reasoning_chains.problems.exercise import Exercise, Step
from reasoning_chains.problems.words import NAMES, OBJECTS, pronoun

Basket = list[tuple[int, str, int]]


def _costs(basket: Basket) -> list[Step]:
    """Work out what each kind of goods costs."""
    return [
        Step(
            f"The {thing} cost {count} * {price} = {count * price} dollars.",
            f"{count} * {price} = {count * price}.",
            f"{count} * {price}",
            str(count * price),
            f"How much do the {thing} cost?",
            part=f"product:{count}*{price}",
        )
        for count, thing, price in basket
    ]


def _sum(basket: Basket) -> list[Step]:
    """Add the costs up."""
    steps, total = [], basket[0][0] * basket[0][2]
    for i, (count, thing, price) in enumerate(basket[1:], 1):
        equation = f"{total} + {count * price} = {total + count * price}"
        last = i == len(basket) - 1
        steps.append(
            Step(
                f"The total is {equation} dollars." if last else f"With the {thing}, {equation}.",
                f"{equation}.",
                f"{total} + {count * price}",
                str(total + count * price),
                "How much does everything cost?" if last else f"How much with the {thing}?",
                part=f"money:{_form(basket[: i + 1])};total",
            )
        )
        total += count * price
    return steps


def _form(basket: Basket) -> str:
    return ",".join(f"{count}*{price}" for count, _, price in basket)


def _change(rng: Random, name: str, basket: Basket) -> tuple[int, Step]:
    """Pay with more than it costs."""
    total = sum(count * price for count, _, price in basket)
    paid = total + rng.randint(1, 60)
    equation = f"{paid} - {total} = {paid - total}"
    verbose = rng.choice(
        [f"The change is {equation} dollars.", f"{name} has {equation} dollars left."]
    )
    step = Step(
        verbose,
        f"{equation}.",
        f"{paid} - {total}",
        str(paid - total),
        "How much money is left?",
        part=f"money:{_form(basket)};{paid}",
    )
    return paid, step


def money(rng: Random, level: int) -> Exercise:
    """Make a shopping problem of `level` steps: an even level ends with the change."""
    kinds = max(1, (level + 1) // 2)
    basket = [
        (rng.randint(2, 12), thing, rng.randint(2, 15)) for thing in rng.sample(OBJECTS, kinds)
    ]
    name = rng.choice(NAMES)
    goods = " and ".join(f"{count} {thing} for ${price} each" for count, thing, price in basket)
    context, steps = f"{name} buys {goods}.", _costs(basket) + _sum(basket)
    final, form = f"How many dollars does {pronoun(name)} pay?", f"money:{_form(basket)};total"
    if level % 2 == 0:
        paid, step = _change(rng, name, basket)
        context += rng.choice([f" {name} pays with ${paid}.", f" {name} has ${paid}."])
        final, form = f"How many dollars does {name} have left?", step.part
        steps.append(step)
    return Exercise(
        task="money",
        level=level,
        kind="number",
        context=context,
        final=final,
        answer=steps[-1].value,
        steps=tuple(steps),
        form=form,
    )
