"""Compares chains on the same items of a suite, all comparisons corrected; it prints nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from reasoning_chains.evals.measured import Counted
from reasoning_chains.evals.statistics import (
    Interval,
    bonett_price,
    clustered_mean,
    holm,
    mcnemar_counted,
    paired_bootstrap,
)
from reasoning_chains.evals.table import Table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Comparison", "compared", "mean_difference"]

_RESAMPLED = 100_000
"""Items up to which the bootstrap is drawn; beyond, Student's interval is the same."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two chains on the items of a suite that both have a record of.

    Args:
        suite: As it was asked for.
        backend: As it was asked for.
        first: The spelling of one chain.
        second: That of the other.
        questions: How many items both have.
        only_first: How many of them only the first got right.
        only_second: How many only the second.
        difference: The mean score of the first minus that of the second.
        interval: Its paired bootstrap interval at 95 %.
        accuracy: Bonett and Price's interval of the difference of accuracies, which covers better
            where the two seldom differ.
        graded: Whether a score lies between 0 and 1: then it is more than right and not right.
        p: McNemar's exact test of right and not right.
        corrected: The same by Holm, over all comparisons of the report.
    """

    suite: str
    backend: str
    first: str
    second: str
    questions: int
    only_first: int
    only_second: int
    difference: float
    interval: Interval
    accuracy: Interval
    graded: bool
    p: float
    corrected: float


def compared(cells: Sequence[Counted]) -> tuple[Comparison, ...]:
    """Compare each two chains on each suite and backend, the later with the earlier."""
    made = list(_pairs(cells))
    corrected = holm([one.p for one in made])
    return tuple(replace(one, corrected=p) for one, p in zip(made, corrected, strict=True))


def _pairs(cells: Sequence[Counted]) -> Iterator[Comparison]:
    places: dict[tuple[str, str], list[Counted]] = {}
    for cell in cells:
        places.setdefault((cell.head.suite, cell.head.backend), []).append(cell)
    for (suite, backend), beside in places.items():
        for early, late in combinations(beside, 2):
            mine, other = _aligned(late.table, early.table)
            if len(mine):
                names = (suite, backend, late.head.chain, early.head.chain)
                yield _comparison(names, mine, other)


def _comparison(
    names: tuple[str, str, str, str], mine: NDArray[np.float64], other: NDArray[np.float64]
) -> Comparison:
    """Compare two columns each: the scores, and whether they are right."""
    first, second = mine[:, 1] == 1, other[:, 1] == 1
    test = mcnemar_counted(int((first & ~second).sum()), int((second & ~first).sum()))
    counts, total = (test.only_first, test.only_second), len(mine)
    difference, interval = mean_difference(mine[:, 0].tolist(), other[:, 0].tolist())
    around, graded = bonett_price(*counts, total), _graded(mine) or _graded(other)
    return Comparison(*names, total, *counts, difference, interval, around, graded, test.p, test.p)


def mean_difference(first: Sequence[float], second: Sequence[float]) -> tuple[float, Interval]:
    """Give the mean of the first scores minus that of the second, with its paired interval."""
    if len(first) <= _RESAMPLED:
        seen = paired_bootstrap(first, second)
        return seen.difference, seen.interval
    mean = clustered_mean([one - other for one, other in zip(first, second, strict=True)])
    return mean.mean, mean.interval


def _graded(columns: NDArray[np.float64]) -> bool:
    return bool((columns[:, 0] != columns[:, 1]).any())


def _aligned(mine: Table, other: Table) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give scores and rightness of the items that both have, in the order of their keys."""
    import numpy as np

    _, here, there = np.intersect1d(
        np.array(mine.keys), np.array(other.keys), assume_unique=True, return_indices=True
    )
    return _columns(mine)[here], _columns(other)[there]


def _columns(table: Table) -> NDArray[np.float64]:
    import numpy as np

    right = np.frombuffer(bytes(table.outcomes), dtype=np.uint8) == 0
    return np.column_stack((np.array(table.values), right.astype(np.float64)))
