"""A pool's samples: what so many of them score, and what they take; it reads no file."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from reasoning_chains.electing import key_of
from reasoning_chains.evals.item import Item
from reasoning_chains.evals.record import Record
from reasoning_chains.evals.score import Rule
from reasoning_chains.evals.statistics import best_at_k, voted_at_k

__all__ = ["CHOICES", "Drawn", "Reach", "drawn", "mean_taken", "reached"]


@dataclass(frozen=True, slots=True)
class Drawn:
    """The samples of one problem.

    Args:
        answers: Their voting keys; None where no answer was read.
        values: What each of them scores.
        marks: Their mean log-probabilities; None where no answer was read, and minus infinity
            where none was told.
        amount: What all of them took together, those included whose reply was lost or discarded.
    """

    answers: tuple[str | None, ...]
    values: tuple[float, ...]
    marks: tuple[float | None, ...]
    amount: float

    def takes(self, k: int) -> float:
        """Give what k of them take in the mean; all, where there are fewer."""
        count = len(self.answers)
        return self.amount * min(k, count) / count if count else self.amount

    def majority(self, k: int) -> float:
        """Give what the majority of k of them scores, over all subsets."""
        count = len(self.answers)
        return voted_at_k(self.answers, self.values, min(k, count)) if count else 0.0

    def best(self, k: int) -> float:
        """Give what the likeliest of k of them scores, over all subsets."""
        count = len(self.answers)
        return best_at_k(self.marks, self.values, min(k, count)) if count else 0.0


CHOICES: Mapping[str, Callable[[Drawn, int], float]] = {
    "majority": Drawn.majority,
    "best of n": Drawn.best,
}
"""How one answer is made of several samples."""


def drawn(record: Record, item: Item, judge: Rule, amount: float) -> Drawn:
    """Score the candidates that a record holds, each answer once."""
    key, scored = key_of(item.problem), dict[str, float]()
    answers = [ballot.answer for ballot in record.candidates]
    for answer in answers:
        if answer is not None and answer not in scored:
            scored[answer] = judge.judge(item.problem, answer, item.target).value
    return Drawn(
        tuple(None if answer is None else key(answer) for answer in answers),
        tuple(0.0 if answer is None else scored[answer] for answer in answers),
        tuple(_mark(ballot.answer, ballot.logprob) for ballot in record.candidates),
        amount,
    )


def _mark(answer: str | None, logprob: float | None) -> float | None:
    """Give what a sample is chosen by: one that told nothing stands behind all others."""
    if answer is None:
        return None
    return -math.inf if logprob is None or math.isnan(logprob) else logprob


@dataclass(frozen=True, slots=True)
class Reach:
    """So many samples as a budget pays in the mean: `fewer`, and one more in a `part` of cases."""

    fewer: int
    part: float

    @property
    def samples(self) -> float:
        """How many that are in the mean."""
        return self.fewer + self.part

    def mixed(self, function: Callable[[int], float]) -> float:
        """Give the expected value of a function of the number of samples."""
        low = function(self.fewer) if self.part < 1 else 0.0
        high = function(self.fewer + 1) if self.part > 0 else 0.0
        return (1 - self.part) * low + self.part * high


def mean_taken(pool: Sequence[Drawn], k: int) -> float:
    """Give what k samples of each problem take, in the mean over the problems."""
    return math.fsum(one.takes(k) for one in pool) / len(pool)


def reached(pool: Sequence[Drawn], amount: float) -> Reach | None:
    """Find how many samples take an amount in the mean, or None where nothing is known of it.

    That is where it is less than one sample takes, or more than all of them. What a number of
    samples takes is straight between two whole numbers, so that the match is exact.
    """
    most = max(len(one.answers) for one in pool)
    slack = 1e-9 * amount  # what is equal on paper is within
    if not most or (least := mean_taken(pool, 1)) <= 0:
        return None
    if not least - slack <= amount <= mean_taken(pool, most) + slack:
        return None
    low, high = 1, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if mean_taken(pool, middle) <= amount else (low, middle)
    lower, upper = mean_taken(pool, low), mean_taken(pool, high)
    part = (amount - lower) / (upper - lower) if upper > lower else 0.0
    return Reach(low, min(1.0, max(0.0, part)))
