"""What is counted over the scores of a suite, one after the other; it knows no interval."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from reasoning_chains.errors import UnknownName
from reasoning_chains.evals.score import Score

__all__ = ["METRICS", "Metric", "Tally"]

Metric: TypeAlias = Literal["accuracy", "score", "parsed", "refused", "cut", "errors"]
METRICS: tuple[str, ...] = get_args(Metric)

_SHARES = {"accuracy": "right", "refused": "refused", "cut": "cut", "errors": "error"}


@dataclass(slots=True)
class Tally:
    """Counts scores; it takes the same room for a million of them."""

    total: int = 0
    value: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)

    def add(self, score: Score) -> None:
        """Count one."""
        self.total += 1
        self.value += score.value
        self.outcomes[score.outcome] += 1

    def metric(self, name: str) -> float | None:
        """Give a metric, from 0 to 1, or None where nothing was counted.

        `accuracy` is the share of all that is right, `score` the mean value, `parsed` the share in
        which an answer could be read; `refused`, `cut` and `errors` are shares too.

        Raises:
            UnknownName: There is no such metric.
        """
        if name not in METRICS:
            raise UnknownName("metric", name, METRICS)
        if not self.total:
            return None
        if name == "score":
            return self.value / self.total
        if name == "parsed":
            return (self.outcomes["right"] + self.outcomes["wrong"]) / self.total
        return self.outcomes[_SHARES[name]] / self.total
