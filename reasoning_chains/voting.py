"""Makes one answer of many, and says when to stop asking; it knows no model and no kind."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from numbers import Real
from typing import Protocol

from reasoning_chains.errors import UserMistake, shown, wanted

__all__ = ["BetaRule", "StopRule", "UnanimousWindow", "Vote", "majority", "unchanged"]


@dataclass(frozen=True, slots=True)
class Vote:
    """The outcome of a vote.

    `votes` maps each answer, as its first voter wrote it, to its count or weight, in order of
    first appearance. `share` is the winner's part of all that was cast, `None` where that is 0.
    """

    answer: str | None
    share: float | None
    votes: dict[str, float] = field(hash=False)
    abstained: int = 0


def unchanged(answer: str) -> str:
    """Return the answer itself: the key that compares strings as they are."""
    return answer


def majority(
    answers: Sequence[str | None],
    weights: Sequence[float] | None = None,
    *,
    key: Callable[[str], str] = unchanged,
) -> Vote:
    """Choose the answer with the most votes (self-consistency, arXiv:2203.11171).

    `None` abstains and is counted. A tie goes to the answer with the lowest sample index.
    Totals of weights are exact sums, so that they do not depend on the order.

    Args:
        answers: One answer a sample, in the order of the samples' indices.
        weights: One weight a sample, not negative; left out, each vote counts 1.
        key: Answers with equal keys are the same answer (see `vote_key`).

    Raises:
        UserMistake: where weights are not as many as answers, negative, or not finite.
    """
    if isinstance(answers, str) or not isinstance(answers, Iterable):
        raise UserMistake(f"majority wants a list of answers, found {shown(answers)}")
    answers = tuple(answers)
    if weights is not None:
        _check(weights, len(answers))
    names: dict[str, str] = {}
    ballots: dict[str, list[float]] = {}
    for index, answer in enumerate(answers):
        if answer is None:
            continue
        canonical = key(answer)
        names.setdefault(canonical, answer)
        ballots.setdefault(canonical, []).append(1 if weights is None else weights[index])
    totals = {name: _total(cast) for name, cast in ballots.items()}
    abstained = sum(answer is None for answer in answers)
    if not totals:
        return Vote(None, None, {}, abstained)
    winner = max(totals, key=lambda name: totals[name])  # the first of equals: the lowest index
    cast = math.fsum(weight for ballot in ballots.values() for weight in ballot)
    votes = {names[name]: total for name, total in totals.items()}
    return Vote(names[winner], totals[winner] / cast if cast else None, votes, abstained)


def _check(weights: Sequence[float], voters: int) -> None:
    if isinstance(weights, str) or not isinstance(weights, Sequence):
        raise UserMistake(f"majority wants a list of weights, found {shown(weights)}")
    if len(weights) != voters:
        raise UserMistake(f"majority has {voters} answers and {len(weights)} weights: give as many")
    for index, weight in enumerate(weights):
        if not (isinstance(weight, Real) and math.isfinite(weight) and weight >= 0):
            raise UserMistake(
                f"weight {index} is {shown(weight)}: weights are finite and not negative"
            )


def _total(cast: Sequence[float]) -> float:
    return len(cast) if all(type(weight) is int and weight == 1 for weight in cast) else _sum(cast)


def _sum(cast: Sequence[float]) -> float:
    return sum(cast) if all(isinstance(weight, int) for weight in cast) else math.fsum(cast)


class StopRule(Protocol):
    """Says whether a vote is decided; `window` is how many samples are asked for at a time."""

    @property
    def window(self) -> int: ...  # noqa: D102

    def decided(self, keys: Sequence[str | None]) -> bool:
        """Judge by the voting keys so far, in the order of the samples' indices."""


@dataclass(frozen=True, slots=True)
class BetaRule:
    """Stop when the leader would stay ahead of the runner-up with probability `threshold`.

    The Beta rule of Adaptive-Consistency (arXiv:2305.11860), in exact integers: with v1 and v2
    votes for the two leading answers, P = 1 - sum(C(v1+v2+1, i), i=0..v2) / 2^(v1+v2+1).
    """

    threshold: float = 0.95
    window: int = 4

    def __post_init__(self) -> None:
        """Refuse thresholds that are no probability, and empty windows."""
        wanted("beta_rule threshold", self.threshold, float)
        if not 0 < self.threshold <= 1:
            raise UserMistake(f"beta_rule threshold={shown(self.threshold)}: above 0 and at most 1")
        _check_window(self.window)

    def decided(self, keys: Sequence[str | None]) -> bool:
        """Judge by the two leading answers; those who abstain count for nobody."""
        counts = sorted(majority(keys).votes.values(), reverse=True)
        first, second = (*counts, 0, 0)[:2]
        return first > 0 and self.surely_ahead(int(first), int(second))

    def surely_ahead(self, first: int, second: int) -> bool:
        """Tell whether `first` votes against `second` decide the vote."""
        from fractions import Fraction

        coins = first + second + 1
        behind = sum(math.comb(coins, heads) for heads in range(second + 1))
        wanted = Fraction(str(self.threshold))
        return Fraction(2**coins - behind, 2**coins) >= wanted


@dataclass(frozen=True, slots=True)
class UnanimousWindow:
    """Stop when all answers of one window agree (ESC, arXiv:2401.10480).

    Windows lie end to end from the first sample on; one that holds an abstention is not unanimous.
    """

    window: int = 5

    def __post_init__(self) -> None:
        """Refuse empty windows."""
        _check_window(self.window)

    def decided(self, keys: Sequence[str | None]) -> bool:
        """Look for a full window, from the first on, in which one answer stands alone."""
        whole = len(keys) - len(keys) % self.window
        for start in range(0, whole, self.window):
            seen = set(keys[start : start + self.window])
            if len(seen) == 1 and None not in seen:
                return True
        return False


def _check_window(window: int) -> None:
    wanted("window", window, int)
    if window < 1:
        raise UserMistake(f"window={window}: at least one sample is asked for at a time")
