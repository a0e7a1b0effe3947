"""Rows that the package makes itself, from a seed; any number of them takes the same room."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, cast

from reasoning_chains.errors import UnknownName, UserMistake
from reasoning_chains.evals.filter import Filter
from reasoning_chains.evals.sources.row import Past, Row, never
from reasoning_chains.problems import TASKS, Exercise, Split, exercises, passages

__all__ = ["Generated"]

_SPLITS = ("eval", "train", "any")
_PASSAGES = 4


@dataclass(frozen=True, slots=True)
class Generated:
    """Exercises of some tasks and levels by turns, so that a smaller size begins a larger one.

    No form comes twice. `eval` gives only forms that the model in the package was not trained on;
    a level of which there are no more is left out, and where none is left the rows end.
    """

    tasks: tuple[str, ...]
    levels: tuple[int, ...] = ()
    seed: int = 0
    split: str = "eval"

    def __post_init__(self) -> None:
        """Refuse tasks, levels and splits that there are not."""
        if self.split not in _SPLITS:
            raise UnknownName("split of a generator", self.split, _SPLITS)
        for task in self.tasks:
            if task not in TASKS:
                raise UnknownName("generator", task, TASKS)
            known = sorted({*TASKS[task].levels, *TASKS[task].trained})
            for level in self.levels:
                if level not in known:
                    told = ", ".join(map(str, known))
                    raise UserMistake(f"generator {task} has no level {level}: it has {told}")

    @property
    def name(self) -> str:
        """The generator."""
        return f"generator {'+'.join(self.tasks)}"

    def rows(self, past: Past = never) -> Iterator[Row]:
        """Make the rows one after the other."""
        seen, split = Filter(), cast(Split, self.split)
        streams = [exercises(task, level, self.seed, split, seen) for level, task in self._cells()]
        number = 0
        while streams:
            for stream in tuple(streams):
                exercise = next(stream, None)
                if exercise is None:
                    streams.remove(stream)
                else:
                    number += 1
                    yield Row(number, {} if past(number) else _values(exercise))

    def _cells(self) -> list[tuple[int, str]]:
        return [(level, task) for task in self.tasks for level in self.levels or TASKS[task].levels]


def _values(exercise: Exercise) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": exercise.id,
        "question": exercise.question,
        "answer": exercise.answer,
        "kind": exercise.kind,
        "level": exercise.level,
        "task": exercise.task,
    }
    needed = [step.lookup for step in exercise.steps if step.lookup]
    return {**values, "passages": _among_others(exercise.form, needed)} if needed else values


def _among_others(form: str, needed: list[str]) -> list[str]:
    """Give the passages that an exercise needs among others, in an order of its own."""
    told = passages()
    rng = Random(f"passages of {form}")
    others = [name for name in rng.sample(sorted(told), _PASSAGES) if name not in needed]
    names = [*dict.fromkeys(needed), *others][:_PASSAGES]
    rng.shuffle(names)
    return [told[name] for name in names]
