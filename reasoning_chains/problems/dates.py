"""Days of the week and dates of the calendar, counted forward and back."""

from random import Random

from reasoning_chains.problems.exercise import Exercise, Step
from reasoning_chains.problems.words import DAYS, MONTH_DAYS, MONTHS


def _weekday_steps(gap: int, day: int) -> list[Step]:
    """Find the weekday `gap` days after weekday `day`."""
    weeks, rest = divmod(gap, 7)
    steps = [
        Step(
            f"{gap} days are {weeks} weeks and {rest} days.",
            f"{gap} = {weeks} * 7 + {rest}.",
            f"{gap} % 7",
            str(rest),
        )
    ]
    passed = [DAYS[(day + i) % 7] for i in range(rest + 1)]
    end = passed[-1]
    steps.append(
        Step(
            f"Counting {rest} days from {passed[0]}: {', '.join(passed)}.",
            f"{', '.join(passed)}.",
            "",
            end,
            f"What day of the week is {rest} days after {passed[0]}?",
            part=f"dates:weekday:{passed[0]},{rest}",
        )
    )
    return steps


def _weekday(rng: Random) -> Exercise:
    """Ask for the weekday of a later date in the same month."""
    month, day = rng.randrange(12), rng.randrange(7)
    start = rng.randint(1, 20)
    end = rng.randint(start + 2, MONTH_DAYS[month])
    gap = end - start
    form = f"dates:weekday:{month},{start},{end},{day}"
    steps = [
        Step(
            f"From {start} to {end} are {end} - {start} = {gap} days.",
            f"{end} - {start} = {gap}.",
            f"{end} - {start}",
            str(gap),
            f"How many days are from {start} to {end}?",
            part=f"dates:gap:{month},{start},{end}",
        ),
        *_weekday_steps(gap, day),
    ]
    told = f"{MONTHS[month]} {start} is a {DAYS[day]}."
    final = f"What day of the week is {MONTHS[month]} {end}?"
    return Exercise("dates", 1, "text", told, final, steps[-1].value, tuple(steps), form)


def _walk(month: int, day: int, gap: int) -> tuple[list[Step], int, int]:
    """Go `gap` days forward over the ends of months."""
    steps, left = [], gap
    while day + left > MONTH_DAYS[month]:
        rest = MONTH_DAYS[month] - day
        name, after = MONTHS[month], MONTHS[(month + 1) % 12]
        steps.append(
            Step(
                f"{name} has {MONTH_DAYS[month]} days, so {MONTH_DAYS[month]} - {day} = {rest} "
                f"days are left in {name}.",
                f"{name}: {MONTH_DAYS[month]} - {day} = {rest}.",
                f"{MONTH_DAYS[month]} - {day}",
                str(rest),
            )
        )
        steps.append(
            Step(
                f"{left} - {rest} = {left - rest} days go into {after}.",
                f"{after}: {left} - {rest} = {left - rest}.",
                f"{left} - {rest}",
                str(left - rest),
            )
        )
        month, day, left = (month + 1) % 12, 0, left - rest
    if day:
        step = f"{day} + {left} = {day + left}"
        steps.append(Step(f"The day is {step}.", f"{step}.", f"{day} + {left}", str(day + left)))
    return steps, month, day + left


def _later(rng: Random, level: int) -> Exercise:
    """Ask for the date some days, or some weeks and days, later."""
    month, day = rng.randrange(12), rng.randint(1, 28)
    told, steps = f"Today is {MONTHS[month]} {day}.", []
    gap = rng.randint(3, 31) if level == 2 else rng.randint(35, 80)
    when = f"{gap} days"
    if level >= 3 and rng.random() < 0.6:
        weeks, more = rng.randint(2, 11), rng.randint(1, 6)
        gap, when = weeks * 7 + more, f"{weeks} weeks and {more} days"
        product = f"{weeks} * 7 = {weeks * 7}"
        total = f"{weeks * 7} + {more} = {gap}"
        steps += [
            Step(f"{weeks} weeks are {product} days.", f"{product}.", f"{weeks} * 7",
                 str(weeks * 7), f"How many days are {weeks} weeks?", part=f"dates:weeks:{weeks}"),
            Step(f"With {more} days, {total} days.", f"{total}.", f"{weeks * 7} + {more}",
                 str(gap), f"How many days are {when}?", part=f"dates:weeks:{weeks},{more}"),
        ]  # fmt: skip
    walked, end, number = _walk(month, day, gap)
    answer = f"{MONTHS[end]} {number}"
    steps += walked
    steps.append(
        Step(f"So the date is {answer}.", f"{answer}.", "", answer,
             f"What is the date in {gap} days?", part=f"dates:{month},{day},{gap}")
    )  # fmt: skip
    final = f"What is the date in {when}?"
    form = f"dates:{month},{day},{gap}"
    return Exercise("dates", level, "text", told, final, answer, tuple(steps), form)


def dates(rng: Random, level: int) -> Exercise:
    """Make a date problem: 1 weekday in a month, 2 days later, 3 weeks or months later."""
    return _weekday(rng) if level == 1 else _later(rng, level)
