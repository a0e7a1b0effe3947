"""The table of tasks with their levels, and the one stream of exercises."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Literal, Protocol

from reasoning_chains.problems.arithmetic import (
    arithmetic,
    arithmetic_digits,
    arithmetic_large,
)
from reasoning_chains.problems.coin import coin
from reasoning_chains.problems.comparison import comparison
from reasoning_chains.problems.dates import dates
from reasoning_chains.problems.exercise import Exercise, held_out
from reasoning_chains.problems.facts import factual, two_hop
from reasoning_chains.problems.letters import letters, letters_unseen
from reasoning_chains.problems.linear import linear
from reasoning_chains.problems.money import money
from reasoning_chains.problems.ordering import ordering
from reasoning_chains.problems.running import running, running_distractor, running_large
from reasoning_chains.problems.scan import scan
from reasoning_chains.problems.slope import slope
from reasoning_chains.problems.verification import step_verification

Split = Literal["eval", "train", "any"]


@dataclass(frozen=True, slots=True)
class Task:
    """A family of problems.

    Attributes:
        make: Makes one exercise of a level.
        levels: The levels that evals may use.
        trained: The levels that the corpus uses; the others show generalisation.
    """

    make: Callable[[Random, int], Exercise]
    levels: tuple[int, ...]
    trained: tuple[int, ...]


TASKS: dict[str, Task] = {
    "letters": Task(letters, (2, 3, 4, 5, 6, 8), (1, 2, 3, 4, 5)),
    "letters_unseen": Task(letters_unseen, (2, 3, 4), ()),
    "coin": Task(coin, (4, 5, 6, 8, 10), (2, 3, 4, 5, 6)),
    "running": Task(running, (2, 3, 4, 5, 6, 8, 10), (1, 2, 3, 4, 5, 6)),
    "running_large": Task(running_large, (1, 2, 3, 4, 6), (1, 2, 3, 4)),
    "running_distractor": Task(running_distractor, (2, 3, 4, 5, 6), (2, 3, 4)),
    "comparison": Task(comparison, (2, 3, 4, 5, 6, 8, 10), (1, 2, 3, 4, 5, 6)),
    "money": Task(money, (2, 3, 4, 5, 6, 8), (1, 2, 3, 4, 5, 6)),
    "arithmetic": Task(arithmetic, (2, 3, 4, 5, 6, 8), (1, 2, 3, 4, 5)),
    "arithmetic_large": Task(arithmetic_large, (1, 2, 3, 4), (1, 2, 3)),
    "arithmetic_digits": Task(arithmetic_digits, (1, 2, 3, 4), ()),
    "slope": Task(slope, (1, 2, 3), (1, 2, 3)),
    "linear": Task(linear, (2, 3, 4, 5), (2, 3, 4, 5)),
    "scan": Task(scan, (2, 3, 4, 5), (1, 2, 3)),
    "dates": Task(dates, (1, 2, 3), (1, 2, 3)),
    "ordering": Task(ordering, (4, 5, 6), (2, 3, 4, 5)),
    "two_hop": Task(two_hop, (1, 2), (1, 2)),
    "factual": Task(factual, (1, 2), (1, 2)),
    "step_verification": Task(step_verification, (3, 4, 5, 6), ()),
}


class Seen(Protocol):
    """What remembers forms: a set, or something smaller."""

    def __contains__(self, form: object, /) -> bool: ...
    def add(self, form: str, /) -> None: ...  # noqa: D102


def exercises(
    task: str, level: int, seed: int, split: Split = "eval", seen: Seen | None = None
) -> Iterator[Exercise]:
    """Yield the exercises of one task and level, no form twice.

    The stream has no end unless the forms of the level run out. "eval" gives only held-out
    forms, "train" only the others. What `seen` holds is left out; streams may share one.

    Raises:
        KeyError: For a task that `TASKS` does not hold.
    """
    rng, idle = Random(f"{task}/{level}/{seed}/{split}"), 0
    seen = set[str]() if seen is None else seen
    while idle < 20_000:
        idle += 1
        exercise = TASKS[task].make(rng, level)
        if exercise.form in seen or (
            split != "any" and held_out(exercise.form) != (split == "eval")
        ):
            continue
        seen.add(exercise.form)
        idle = 0
        yield replace(exercise, task=task)
