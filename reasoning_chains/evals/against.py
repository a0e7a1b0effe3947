"""One cell against an earlier one on the same questions: how far it fell, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reasoning_chains.evals.fates import Fate
from reasoning_chains.evals.statistics.distributions import at_most
from reasoning_chains.evals.statistics.flips import sign_flip
from reasoning_chains.evals.statistics.intervals import Interval
from reasoning_chains.evals.statistics.power_paired import paired_questions
from reasoning_chains.evals.statistics.resampling import bootstrap_interval
from reasoning_chains.evals.statistics.scores import grouped, paired
from reasoning_chains.evals.statistics.shares import bonett_price

__all__ = ["Against", "against"]

_POWER = 0.8


@dataclass(frozen=True, slots=True)
class Against:
    """What changed since an earlier run.

    Args:
        chain: That of the earlier run.
        backend: That of the earlier run.
        questions: How many both answered, which are all.
        before: The accuracy then; of graded scores their mean.
        now: The same now.
        interval: Of `now` minus `before`; either end is passed by chance with 1 - confidence.
        p: One-sided, that it fell: McNemar's exact test, of graded scores by flipping signs.
        lost: The ids that were better then, the worst first.
        gained: Those that are better now.
        graded: Whether a score lies between 0 and 1.
    """

    chain: str
    backend: str
    questions: int
    before: float
    now: float
    interval: Interval
    p: float
    lost: tuple[str, ...]
    gained: tuple[str, ...]
    graded: bool = False

    @property
    def difference(self) -> float:
        """How much more it is now."""
        return self.now - self.before

    def needed(self, allowed: float, confidence: float) -> int | None:
        """Say how many questions would show a fall as large as the one seen, 8 times of 10.

        None where it did not fall by more than is allowed, or scores are graded.
        """
        beyond = -self.difference - allowed
        if self.graded or beyond <= 1e-9:
            return None
        changed = (len(self.lost) + len(self.gained)) / self.questions
        return paired_questions(beyond, changed, power=_POWER, level=2 * (1 - confidence))


def against(
    names: tuple[str, str],
    before: Mapping[str, Fate],
    now: Mapping[str, Fate],
    confidence: float,
) -> Against:
    """Compare two runs of the same questions.

    Args:
        names: The chain and the backend of the earlier one.
        before: What became of its questions.
        now: What became of the same ones now.
        confidence: With which either end of the interval holds.
    """
    ids = sorted(now)
    graded = any(fate.value != fate.right for each in (before, now) for fate in each.values())
    old, new = (_scores([each[name] for name in ids], graded) for each in (before, now))
    change = {name: there - here for name, here, there in zip(ids, old, new, strict=True)}
    lost = tuple(sorted((name for name in ids if change[name] < 0), key=change.__getitem__))
    gained = tuple(name for name in ids if change[name] > 0)
    test = _graded if graded else _counted
    interval, p = test(old, new, confidence)
    total = len(ids)
    means = math.fsum(old) / total, math.fsum(new) / total
    return Against(*names, total, *means, interval, p, lost, gained, graded)


def _scores(fates: Sequence[Fate], graded: bool) -> list[float]:
    return [fate.value if graded else float(fate.right) for fate in fates]


def _counted(
    old: Sequence[float], new: Sequence[float], confidence: float
) -> tuple[Interval, float]:
    """Compare right and not right: Bonett and Price's interval, McNemar's exact test."""
    now = sum(mine > other for mine, other in zip(new, old, strict=True))
    before = sum(mine < other for mine, other in zip(new, old, strict=True))
    interval = bonett_price(now, before, len(new), 2 * confidence - 1)
    return interval, at_most(now, now + before, 0.5)


def _graded(
    old: Sequence[float], new: Sequence[float], confidence: float
) -> tuple[Interval, float]:
    """Compare grades: the paired bootstrap's interval, and the test that flips signs."""
    interval = bootstrap_interval(grouped(paired(new, old), None), 2 * confidence - 1)
    fell = math.fsum(new) < math.fsum(old)
    return interval, sign_flip(new, old) / 2 if fell else 1.0
