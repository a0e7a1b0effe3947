"""Word problems that keep a running total of everyday objects; knows how to make and word them."""

from dataclasses import dataclass, field
from random import Random

from reasoning_chains.problems.exercise import Exercise, Step
from reasoning_chains.problems.words import BOXES, NAMES, OBJECTS, pronoun


@dataclass(frozen=True, slots=True)
class Sizes:
    """The ranges that numbers are drawn from."""

    start: int = 99
    change: int = 50
    each: tuple[int, int] = (2, 9)
    most: int = 250


SMALL = Sizes()
LARGE = Sizes(start=900, change=600, each=(11, 60), most=5000)


@dataclass(slots=True)
class _Tale:
    """The problem while it is being written."""

    rng: Random
    sizes: Sizes
    name: str
    thing: str
    total: int
    told: list[str]
    steps: list[Step] = field(default_factory=list)
    form: list[str] = field(default_factory=list)
    signed: list[int] = field(default_factory=list)

    @property
    def he(self) -> str:
        return pronoun(self.name)

    def step(self, expression: str, value: int, wordings: list[str], question: str) -> None:
        """Add a step that moves the total to `value`."""
        verbose = self.rng.choice(wordings).format(e=f"{expression} = {value}")
        self.total = value
        self.steps.append(
            Step(
                verbose,
                f"{expression} = {value}.",
                expression,
                str(value),
                f"How many {self.thing} does {self.name} have after {question}?",
                part=f"running:{','.join(self.form)}",
            )
        )


def _gain(tale: _Tale) -> None:
    m, name, he, thing = tale.rng.randint(2, tale.sizes.change), tale.name, tale.he, tale.thing
    giver = tale.rng.choice(NAMES)
    tale.told.append(
        tale.rng.choice(
            [
                f"{he.capitalize()} buys {m} more.",
                f"Then {he} finds {m} {thing}.",
                f"A friend gives {name} {m} more {thing}.",
                f"{name} gets {m} {thing} from {giver}.",
            ]
        )
    )
    tale.form.append(f"+{m}")
    tale.signed.append(m)
    wordings = [
        f"After getting {m} more, {name} has {{e}} {thing}.",
        f"{he.capitalize()} gets {m}, so {he} has {{e}}.",
    ]
    tale.step(f"{tale.total} + {m}", tale.total + m, wordings, f"getting {m} more")


def _loss(tale: _Tale) -> None:
    m = tale.rng.randint(1, min(tale.sizes.change, tale.total))
    name, he, thing = tale.name, tale.he, tale.thing
    tale.told.append(
        tale.rng.choice(
            [
                f"{he.capitalize()} gives away {m}.",
                f"Then {he} loses {m} {thing}.",
                f"{name} gives {m} {thing} to {tale.rng.choice(NAMES)}.",
                f"{he.capitalize()} sells {m} of them.",
            ]
        )
    )
    tale.form.append(f"-{m}")
    tale.signed.append(-m)
    wordings = [
        f"After giving away {m}, {name} has {{e}} {thing}.",
        f"{he.capitalize()} loses {m}, so {he} has {{e}}.",
    ]
    tale.step(f"{tale.total} - {m}", tale.total - m, wordings, f"losing {m}")


def _double(tale: _Tale) -> None:
    name, he, thing = tale.name, tale.he, tale.thing
    tale.told.append(
        tale.rng.choice(
            [f"Then the number of {thing} doubles.", f"Then {name} doubles the number of {thing}."]
        )
    )
    tale.form.append("*2")
    tale.signed.append(0)
    wordings = [
        f"After doubling, {name} has {{e}} {thing}.",
        f"The number doubles, so {he} has {{e}}.",
    ]
    tale.step(f"{tale.total} * 2", tale.total * 2, wordings, "doubling")


def _packed(tale: _Tale) -> None:
    """Buy some boxes of things: two steps."""
    few, each = tale.rng.randint(2, 9), tale.rng.randint(*tale.sizes.each)
    name, he, thing, box = tale.name, tale.he, tale.thing, tale.rng.choice(BOXES)
    tale.told.append(
        tale.rng.choice(
            [
                f"{he.capitalize()} buys {few} {box} with {each} {thing} each.",
                f"Then {he} gets {few} {box} of {each} {thing}.",
            ]
        )
    )
    product = f"{few} * {each}"
    tale.steps.append(
        Step(
            f"{few} {box} of {each} are {product} = {few * each} {thing}.",
            f"{product} = {few * each}.",
            product,
            str(few * each),
            f"How many {thing} are in the {few} {box}?",
            part=f"product:{few}*{each}",
        )
    )
    tale.form.append(f"+{few}*{each}")
    tale.signed.append(0)
    more = few * each
    wordings = [f"So {name} has {{e}} {thing}.", f"After getting them, {he} has {{e}}."]
    tale.step(f"{tale.total} + {more}", tale.total + more, wordings, f"getting the {few} {box}")


def _pick(tale: _Tale, left: int) -> None:
    """Add one event that fits: `left` steps remain, and the total stays in its range."""
    events = [_gain] * 3 + [_packed] * (left >= 2)
    if tale.total > 1:
        events += [_loss] * 3
    if 0 < tale.total * 2 <= tale.sizes.most // 2:
        events.append(_double)
    if tale.total > tale.sizes.most - tale.sizes.change:
        events = [_loss]
    tale.rng.choice(events)(tale)


def _regrouped(tale: _Tale, start: int) -> tuple[Step, ...]:
    """Work out the gains, then the losses, then both: another right way."""
    gains = [m for m in tale.signed if m > 0]
    losses = [-m for m in tale.signed if m < 0]
    if 0 in tale.signed or not gains or not losses or len(tale.signed) < 3:
        return ()
    steps = _added(gains, "Gains") + _added(losses, "Losses")
    up, down = sum(gains), sum(losses)
    steps.append(_plain(f"With the gains, {tale.name} has", f"{start} + {up}", start + up))
    steps.append(
        _plain(f"After the losses, {tale.name} has", f"{start + up} - {down}", start + up - down)
    )
    return tuple(steps)


def _plain(lead: str, expression: str, value: int) -> Step:
    return Step(
        f"{lead} {expression} = {value}.", f"{expression} = {value}.", expression, str(value)
    )


def _added(numbers: list[int], label: str) -> list[Step]:
    steps, total = [], numbers[0]
    for number in numbers[1:]:
        steps.append(_plain(f"{label}:", f"{total} + {number}", total + number))
        total += number
    return steps


def _distractor(rng: Random, name: str) -> str:
    """Say something that has numbers and does not matter."""
    other, n = rng.choice(NAMES), rng.randint(2, 60)
    return rng.choice(
        [
            f"{other} is {n} years old.",
            f"{name} walks {n} miles.",
            f"{other} has {n} hats.",
            f"The house of {name} has {n} windows.",
            f"{other} reads {n} pages.",
        ]
    )


def running(rng: Random, level: int, sizes: Sizes = SMALL, distract: bool = False) -> Exercise:
    """Make a running-total problem of `level` steps."""
    name, thing = rng.choice(NAMES), rng.choice(OBJECTS)
    start = rng.randint(3, sizes.start)
    opening = rng.choice(
        [
            f"{name} has {start} {thing}.",
            f"{name} starts with {start} {thing}.",
            f"At first, {name} has {start} {thing}.",
            f"There are {start} {thing} in the bag of {name}.",
        ]
    )
    tale = _Tale(rng, sizes, name, thing, start, [opening], form=[str(start)])
    while len(tale.steps) < level:
        _pick(tale, level - len(tale.steps))
    other = _regrouped(tale, start)
    told = list(tale.told)
    for _ in range(rng.randint(1, 3) if distract else 0):
        told.insert(rng.randint(1, len(told)), _distractor(rng, name))
    return Exercise(
        task="running",
        level=level,
        kind="number",
        context=" ".join(told),
        final=f"How many {thing} does {name} have {rng.choice(['now', 'in the end'])}?",
        answer=str(tale.total),
        steps=tuple(tale.steps),
        form=f"running:{','.join(tale.form)}",
        alternatives=(other,) if other else (),
    )


def running_large(rng: Random, level: int) -> Exercise:
    """Make a running-total problem with numbers of three and four digits."""
    return running(rng, level, LARGE)


def running_distractor(rng: Random, level: int) -> Exercise:
    """Make a running-total problem with sentences that do not matter."""
    return running(rng, level, SMALL, distract=True)
