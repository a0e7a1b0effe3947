"""Intervals and paired tests for comparing ways of reasoning; it knows numbers only, no suites."""

from __future__ import annotations

import math
import random
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

from reasoning_chains.errors import UserMistake, shown, wanted

__all__ = ["Interval", "McNemar", "PairedDifference", "mcnemar", "paired_bootstrap", "wilson"]


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`, both included."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class McNemar:
    """A paired test: how many only the first got right, how many only the second, and p."""

    only_first: int
    only_second: int
    p: float


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """The mean of first minus second over the questions, with its bootstrap interval."""

    difference: float
    interval: Interval
    questions: int


def wilson(right: int, total: int, confidence: float = 0.95) -> Interval:
    """Give Wilson's score interval of a proportion (Wilson 1927, doi:10.2307/2276774).

    Without any trial it is 0 to 1.

    Raises:
        UserMistake: where `right` is not between 0 and `total`, or confidence not between 0 and 1.
    """
    _check_confidence(confidence)
    if not 0 <= right <= total:
        raise UserMistake(f"{right} right of {total}: the first lies between 0 and the second")
    if total == 0:
        return Interval(0.0, 1.0)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, spread = right / total, z * z / total
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / total + spread / (4 * total))
    low = 0.0 if right == 0 else max(0.0, middle - half)
    return Interval(low, 1.0 if right == total else min(1.0, middle + half))


def mcnemar(first: Sequence[bool], second: Sequence[bool]) -> McNemar:
    """Test exactly, two-sided, whether two methods differ on the same questions.

    Only questions that one method alone got right count: under equality they fall to either side
    like fair coins (McNemar 1947, doi:10.1007/BF02295996, in its exact binomial form).

    Raises:
        UserMistake: where the two are not equally long.
    """
    _check_paired(len(first), len(second))
    only_first = sum(bool(a) and not b for a, b in zip(first, second, strict=True))
    only_second = sum(bool(b) and not a for a, b in zip(first, second, strict=True))
    coins, fewer = only_first + only_second, min(only_first, only_second)
    tail = sum(math.comb(coins, heads) for heads in range(fewer + 1))
    p = 1.0 if 2 * fewer >= coins else min(1.0, 2 * tail / 2**coins)
    return McNemar(only_first, only_second, p)


def paired_bootstrap(
    first: Sequence[float],
    second: Sequence[float],
    *,
    clusters: Sequence[Hashable] | None = None,
    resamples: int = 2_000,
    seed: int = 0,
) -> PairedDifference:
    """Give the mean difference of two methods and its 95 % percentile interval.

    Questions are resampled, never the samples of one question: give one score a question (its mean
    over the samples), or name each score's question or source in `clusters`, and these are drawn
    whole. Equal seeds give equal intervals.

    Raises:
        UserMistake: where the sequences are empty or not equally long.
    """
    _check_paired(len(first), len(second))
    if clusters is not None:
        _check_paired(len(first), len(clusters))
    if not first or resamples < 1:
        raise UserMistake("a bootstrap needs at least one question and one resample")
    differences = [float(a) - float(b) for a, b in zip(first, second, strict=True)]
    groups = _grouped(differences, clusters)
    chance = random.Random(seed)  # statistics, not secrets
    means = sorted(_mean(chance.choices(groups, k=len(groups))) for _ in range(resamples))
    interval = Interval(_quantile(means, 0.025), _quantile(means, 0.975))
    return PairedDifference(_mean(groups), interval, len(groups))


def _grouped(
    differences: Sequence[float], clusters: Sequence[Hashable] | None
) -> list[tuple[float, int]]:
    """Sum up each cluster, as its total and its size."""
    if clusters is None:
        return [(difference, 1) for difference in differences]
    sums: dict[Hashable, tuple[float, int]] = {}
    for cluster, difference in zip(clusters, differences, strict=True):
        total, size = sums.get(cluster, (0.0, 0))
        sums[cluster] = (total + difference, size + 1)
    return list(sums.values())


def _mean(groups: Sequence[tuple[float, int]]) -> float:
    return math.fsum(total for total, _ in groups) / sum(size for _, size in groups)


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Interpolate linearly between the neighbours, as R's type 7 does."""
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _check_paired(first: int, second: int) -> None:
    if first != second:
        raise UserMistake(
            f"{first} and {second} results: a paired comparison needs as many of each"
        )


def _check_confidence(confidence: float) -> None:
    wanted("confidence", confidence, float)
    if not 0 < confidence < 1:
        raise UserMistake(f"confidence={shown(confidence)}: it lies between 0 and 1")
