"""Compares two methods on the same questions: exact tests and bootstrap; it knows no suites."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from reasoning_chains.errors import ranged
from reasoning_chains.evals.statistics.distributions import at_most
from reasoning_chains.evals.statistics.intervals import Interval
from reasoning_chains.evals.statistics.resampling import bootstrap_interval
from reasoning_chains.evals.statistics.scores import check_paired, grouped, hits, paired

__all__ = ["McNemar", "PairedDifference", "mcnemar", "mcnemar_counted", "paired_bootstrap"]


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


def mcnemar(first: Sequence[bool], second: Sequence[bool]) -> McNemar:
    """Test exactly, two-sided, whether two methods differ on the same questions.

    Only questions that one method alone got right count: under equality they fall to either side
    like fair coins (McNemar 1947, doi:10.1007/BF02295996, in its exact binomial form). Each
    question stands once: where it has several samples, use `sign_flip` with clusters.

    Raises:
        UserMistake: where the two are not equally long, or hold other than True and False.
    """
    mine, other = hits("first", first), hits("second", second)
    check_paired(len(mine), len(other))
    return mcnemar_counted(int((mine & ~other).sum()), int((other & ~mine).sum()))


def mcnemar_counted(only_first: int, only_second: int) -> McNemar:
    """Make McNemar's exact test of its two counts, which a stream of any length can keep.

    Raises:
        UserMistake: where a count is negative or no whole number.
    """
    ranged("only_first", only_first, int, 0)
    ranged("only_second", only_second, int, 0)
    coins, fewer = only_first + only_second, min(only_first, only_second)
    even = 2 * fewer + 1 >= coins  # both tails are halves, or overlap
    p = 1.0 if even else min(1.0, 2 * at_most(fewer, coins, 0.5))
    return McNemar(only_first, only_second, p)


def paired_bootstrap(
    first: Sequence[float],
    second: Sequence[float],
    *,
    clusters: Sequence[Hashable] | None = None,
    resamples: int = 2_000,
    seed: int = 0,
) -> PairedDifference:
    """Give the mean difference of two methods and its 95 % bootstrap interval.

    Questions are resampled, never the samples of one question: give one score a question (its mean
    over the samples), or name each score's question or source in `clusters`, and these are drawn
    whole. The interval is that of `resampling.bootstrap_interval`; equal seeds give equal ones.
    Where methods are right or wrong and seldom differ, `bonett_price` covers better.

    Raises:
        UserMistake: where the sequences are empty, not equally long, or hold what is no score.
    """
    groups = grouped(paired(first, second), clusters)
    interval = bootstrap_interval(groups, resamples=resamples, seed=seed)
    return PairedDifference(groups.mean, interval, len(groups))
