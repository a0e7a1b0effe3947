"""Decides whether a cell is good enough, and no worse than before; it runs and prints nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from reasoning_chains.errors import UserMistake, ranged, shown, wanted
from reasoning_chains.evals.against import Against, against
from reasoning_chains.evals.baseline import Baseline
from reasoning_chains.evals.fates import Ran
from reasoning_chains.evals.measured import Measured
from reasoning_chains.evals.statistics.bisecting import smallest
from reasoning_chains.evals.statistics.distributions import at_most

__all__ = ["Gate", "State", "Verdict", "judge", "percent", "regression"]

_MOST = 10_000_000

State: TypeAlias = Literal["passed", "failed", "error"]


@dataclass(frozen=True, slots=True)
class Gate:
    """What is wanted of a cell.

    It fails where it surely falls short, so that chance alone fails few: of those that are just
    good enough, 1 - `confidence`. `strict` takes what was seen for what is.

    Args:
        min_accuracy: The share that is to be right.
        max_regression: By how much the accuracy may fall, as a share of all questions.
        confidence: How sure a failure must be, one-sided.
        strict: Whether what was seen counts by itself, however few the questions.
    """

    min_accuracy: float | None = None
    max_regression: float | None = None
    confidence: float = 0.95
    strict: bool = False

    def __post_init__(self) -> None:
        """Refuse what is no share."""
        for name in ("min_accuracy", "max_regression"):
            if getattr(self, name) is not None:
                ranged(name, getattr(self, name), float, 0, 1)
        wanted("confidence", self.confidence, float)
        if not 0.5 < self.confidence < 1:
            told = f"confidence={shown(self.confidence)}"
            raise UserMistake(f"{told}: it lies above 0.5 and below 1, such as 0.95")
        wanted("strict", self.strict, bool)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided of a cell.

    Args:
        cell: What it came to.
        state: `passed`, `failed`, or `error`: nothing can be decided.
        reasons: Why it failed, or why nothing can be decided.
        hints: What was seen and is not sure.
        against: The earlier run beside it, where one was asked for.
    """

    cell: Measured
    state: State
    reasons: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    against: Against | None = None


def judge(ran: Ran, gate: Gate, before: Baseline | None = None) -> Verdict:
    """Decide on a cell.

    Args:
        ran: The cell.
        gate: What is wanted of it.
        before: The same questions in an earlier run, where `max_regression` is to be judged.

    Raises:
        UserMistake: `max_regression` is asked for without an earlier run.
    """
    if broken := _broken(ran):
        return Verdict(ran.cell, "error", (broken,))
    if gate.max_regression is not None and before is None:
        raise UserMistake("max_regression needs a baseline: an earlier run to compare with")
    found = None
    reasons, hints = _accuracy(ran.cell, gate)
    if before is not None:
        names = before.head.chain, before.head.backend
        found = against(names, before.fates, ran.fates, gate.confidence)
        worse, unsure = regression(found, gate)
        reasons, hints = reasons + worse, hints + unsure
    return Verdict(ran.cell, "failed" if reasons else "passed", reasons, hints, found)


def percent(share: float) -> str:
    """Write a share."""
    return f"{100 * share:.4g} %"


_Told: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]


def _broken(ran: Ran) -> str:
    """Say why a cell tells nothing: an error is no wrong answer."""
    errors, questions = ran.cell.outcomes["error"], ran.cell.questions
    if errors:
        told = f"{errors:,} of {questions:,} problems failed, the first: {ran.trouble}"
        return f"{told}. Nothing is decided: that says nothing of the reasoning"
    if ran.ended:
        return f"it ended before its time: {ran.ended}"
    return "" if questions else "it holds no problem"


def _accuracy(cell: Measured, gate: Gate) -> _Told:
    if gate.min_accuracy is None or cell.accuracy is None:
        return (), ()
    right, wished = cell.outcomes["right"], gate.min_accuracy
    most = _highest(right, cell.questions, gate.confidence)
    seen = f"accuracy {percent(cell.accuracy)} ({right:,} of {cell.questions:,})"
    if cell.accuracy >= wished:
        return (), ()
    if gate.strict:
        return (f"{seen}: at least {percent(wished)} is wanted",), ()
    sure = f"at most {percent(most)} with {percent(gate.confidence)} confidence"
    if at_most(right, cell.questions, wished) <= 1 - gate.confidence:
        return (f"{seen}, {sure}: at least {percent(wished)} is wanted",), ()
    told = f"{seen} is below {percent(wished)}, which is not sure ({sure})"
    return (), (f"{told}: {_more(cell, gate)}",)


def _highest(right: int, total: int, confidence: float) -> float:
    """Give the largest share of which so few right ones are not yet unlikely.

    By the exact test (Clopper and Pearson 1934, doi:10.1093/biomet/26.4.404), one-sided: Wilson's
    interval is too short at this end where nearly all is right.
    """
    unlikely = 1 - confidence
    least = smallest(lambda share: at_most(right, total, share) <= unlikely, 1.0)
    return 1.0 if least is None else least


def _more(cell: Measured, gate: Gate) -> str:
    """Say how many questions would make sure of an accuracy like this."""
    seen, count, wished = cell.accuracy or 0.0, cell.questions, gate.min_accuracy or 0.0
    while count < _MOST and at_most(round(seen * count), count, wished) > 1 - gate.confidence:
        count += 1 + count // 8
    return f"with about {count:,} questions it would be"


def regression(found: Against, gate: Gate) -> _Told:
    """Say why a cell fails beside an earlier run, or what was seen there and is not sure.

    It fails where the interval of the difference lies below what is allowed, and the exact test
    agrees: where few questions changed the interval alone is too sure.
    """
    allowed = gate.max_regression
    if allowed is None or -found.difference <= allowed + 1e-12:
        return (), ()
    what = "mean score" if found.graded else "accuracy"
    seen = (
        f"{what} fell by {_points(-found.difference)}, from {percent(found.before)} to "
        f"{percent(found.now)} on the same {found.questions:,} questions "
        f"({len(found.lost):,} worse, {len(found.gained):,} better, p = {found.p:.2g})"
    )
    wished = f"at most {_points(allowed)} are allowed"
    if gate.strict:
        return (f"{seen}: {wished}",), ()
    if found.interval.high < -allowed and found.p <= 1 - gate.confidence:
        least = _points(-found.interval.high)
        return (
            f"{seen}, by more than {least} with {percent(gate.confidence)} confidence: {wished}",
        ), ()
    count = found.needed(allowed, gate.confidence)
    told = f": {count:,} questions would show such a fall 8 times of 10" if count else ""
    return (), (f"{seen}; that it is more than {_points(allowed)} is not sure{told}",)


def _points(share: float) -> str:
    """Write a difference of shares."""
    return f"{100 * share:.3g} points"
