"""A method beside another way to spend the same, on the same problems; it reads no file."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from reasoning_chains.evals.columns import Column
from reasoning_chains.evals.compared import mean_difference
from reasoning_chains.evals.pooled import Drawn, Reach, mean_taken, reached
from reasoning_chains.evals.statistics import (
    Interval,
    bonett_price,
    mcnemar,
    sign_flip,
)

__all__ = ["Match", "beside_point", "beside_pool"]


@dataclass(frozen=True, slots=True)
class Match:
    """A method and another way to answer, on the problems that both have a record of.

    Args:
        suite: As it was asked for.
        backend: As it was asked for.
        chain: The spelling of the method.
        against: `direct` or `greedy`, with what they cost; `majority` or `best of n`, at the
            method's own cost.
        other: The spelling of what that is made of.
        questions: How many problems both have.
        cost: What the method takes for a problem in the mean, in what it is matched by.
        other_cost: The same of the other; equal where it is matched.
        samples: How many samples that pays in the mean: whole numbers are mixed.
        score: The mean score of the method.
        other_score: That of the other; None where the pool does not tell it.
        difference: The first minus the second.
        interval: Its interval at 95 %: the paired bootstrap's, or Bonett and Price's where both
            are right or wrong on each problem.
        p: By flipping signs; by McNemar's exact test where both are right or wrong.
        corrected: The same by Holm, over all of the report.
        note: Why there is no score to compare with.
    """

    suite: str
    backend: str
    chain: str
    against: str
    other: str
    questions: int
    cost: float
    score: float
    other_cost: float | None = None
    samples: float | None = None
    other_score: float | None = None
    difference: float | None = None
    interval: Interval | None = None
    p: float | None = None
    corrected: float | None = None
    note: str = ""

    @property
    def times(self) -> float | None:
        """How many times the other's cost the method takes."""
        return self.cost / self.other_cost if self.other_cost else None


def beside_point(method: Column, against: str, point: Column) -> Match | None:
    """Compare with another chain, at what it costs; None where they share no problem."""
    ids = sorted(method.rows.keys() & point.rows.keys())
    if not ids:
        return None
    first = [method.rows[name].value for name in ids]
    second = [point.rows[name].value for name in ids]
    made = _match(method, ids, against, point.head.chain)
    cost = math.fsum(point.rows[name].amount for name in ids) / len(ids)
    difference, interval, p = _plain(first, second) or _graded(first, second)
    return made(
        other_cost=cost,
        other_score=_mean(second),
        difference=difference,
        interval=interval,
        p=p,
    )


def beside_pool(
    method: Column,
    against: str,
    choose: Callable[[Drawn, int], float],
    pool: Mapping[str, Drawn],
    other: str,
) -> Match | None:
    """Compare with what one answer of several samples scores for the same cost.

    The expected score of each problem counts, so that no draw of samples adds noise. How far the
    method's cost and the samples' vary is part of the interval: a problem that takes more than
    its samples moves the point at which the pool is read, and counts by the slope there.
    """
    ids = sorted(method.rows.keys() & pool.keys())
    if not ids:
        return None
    made = _match(method, ids, against, other)
    costs = [method.rows[name].amount for name in ids]
    samples = [pool[name] for name in ids]
    reach = reached(samples, _mean(costs))
    if reach is None:
        return made(note=_unknown(samples, _mean(costs)))
    second, slope = _read(reach, samples, choose)
    astray = [cost - reach.mixed(one.takes) for cost, one in zip(costs, samples, strict=True)]
    moved = [value + slope * more for value, more in zip(second, astray, strict=True)]
    difference, interval, p = _graded([method.rows[name].value for name in ids], moved)
    return made(
        other_cost=_mean(costs),
        samples=reach.samples,
        other_score=_mean(second),
        difference=difference,
        interval=interval,
        p=p,
    )


def _match(method: Column, ids: Sequence[str], against: str, other: str) -> Callable[..., Match]:
    rows = [method.rows[name] for name in ids]
    return partial(
        Match,
        method.head.suite,
        method.head.backend,
        method.head.chain,
        against,
        other,
        len(ids),
        _mean([row.amount for row in rows]),
        _mean([row.value for row in rows]),
    )


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _read(
    reach: Reach, samples: Sequence[Drawn], choose: Callable[[Drawn, int], float]
) -> tuple[list[float], float]:
    """Give what the samples score there, and what their mean grows by for each bit of cost."""
    low, high, part = reach.fewer, reach.fewer + 1, reach.part
    lower = [choose(one, low) for one in samples]
    upper = [choose(one, high) for one in samples]
    dearer = mean_taken(samples, high) - mean_taken(samples, low)
    slope = (_mean(upper) - _mean(lower)) / dearer if dearer > 0 else 0.0
    return [(1 - part) * a + part * b for a, b in zip(lower, upper, strict=True)], slope


def _plain(first: Sequence[float], second: Sequence[float]) -> tuple[float, Interval, float] | None:
    """Compare what is right or wrong; None where a score lies between."""
    if not {*first, *second} <= {0.0, 1.0}:
        return None
    test = mcnemar([value == 1 for value in first], [value == 1 for value in second])
    counts, total = (test.only_first, test.only_second), len(first)
    return (counts[0] - counts[1]) / total, bonett_price(*counts, total), test.p


def _graded(first: Sequence[float], second: Sequence[float]) -> tuple[float, Interval, float]:
    return *mean_difference(first, second), sign_flip(first, second)


def _unknown(samples: Sequence[Drawn], amount: float) -> str:
    """Say why a cost cannot be matched: nothing is guessed beyond what was sampled."""
    most = max(len(one.answers) for one in samples)
    one, every = mean_taken(samples, 1), mean_taken(samples, max(1, most))
    if not most or not one:
        return "the pool has no sample that costs anything"
    if amount < one:
        return f"a problem takes {amount:,.4g}, and one sample of the pool {one:,.4g}"
    return (
        f"a problem takes {amount:,.4g}, and all {most} samples of the pool {every:,.4g}: draw "
        f"samples={math.ceil(amount / one)}"
    )
