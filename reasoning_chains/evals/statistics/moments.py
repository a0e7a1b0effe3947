"""A mean and its clustered error from a stream of any length, in a few numbers that merge."""

from __future__ import annotations

import math
from dataclasses import dataclass

from reasoning_chains.errors import ranged, wanted
from reasoning_chains.evals.statistics.distributions import student_quantile
from reasoning_chains.evals.statistics.intervals import UNKNOWN, Interval, Mean, checked_share
from reasoning_chains.evals.statistics.scores import LARGEST

__all__ = ["Moments"]


@dataclass(slots=True)
class Moments:
    """What `clustered_mean` needs of the questions seen so far: add each, merge shards, read.

    Means and centred sums of squares are moved question by question (Welford 1962,
    doi:10.1080/00401706.1962.10490022) and joined (Chan, Golub and LeVeque 1983,
    doi:10.1080/00031305.1983.10483115), so that no digits are lost to large sums. Another order
    changes the last digits only. Differences of two methods may be added as totals.
    """

    questions: int = 0
    mean_total: float = 0.0
    mean_size: float = 0.0
    totals: float = 0.0
    both: float = 0.0
    sizes: float = 0.0

    def add(self, total: float, size: int = 1) -> None:
        """Count a question: the sum of its scores, and how many samples it has.

        Raises:
            UserMistake: where the total is no finite number, or the size not at least 1.
        """
        ranged("total", total, float, -LARGEST, LARGEST)
        ranged("size", size, int, 1)
        self.merge(Moments(1, float(total), float(size)))

    def merge(self, other: Moments) -> None:
        """Count the questions of another stream too, which stays as it is.

        Raises:
            UserMistake: where the other is none.
        """
        wanted("what is merged", other, Moments)
        count = self.questions + other.questions
        if not other.questions:
            return
        part = other.questions / count
        total, size = other.mean_total - self.mean_total, other.mean_size - self.mean_size
        weight = self.questions * part
        self.totals += other.totals + weight * total * total
        self.both += other.both + weight * total * size
        self.sizes += other.sizes + weight * size * size
        self.mean_total += part * total
        self.mean_size += part * size
        self.questions = count

    @property
    def variance(self) -> float:
        """The sample variance of the questions' totals, infinite with fewer than two."""
        return self.totals / (self.questions - 1) if self.questions > 1 else math.inf

    def read(self, confidence: float = 0.95) -> Mean:
        """Give the mean so far, as `clustered_mean` does of the same questions.

        Raises:
            UserMistake: where there is no question yet, or confidence is none.
        """
        checked_share("confidence", confidence)
        ranged("questions", self.questions, int, 1)
        mean = self.mean_total / self.mean_size
        samples = round(self.mean_size * self.questions)
        if self.questions == 1:
            return Mean(mean, math.inf, UNKNOWN, 1, samples)
        # Totals minus mean times sizes: their own mean is 0, so that the centred sums serve.
        strayed = max(0.0, self.totals - 2 * mean * self.both + mean * mean * self.sizes)
        variance = strayed / (self.questions - 1) / self.questions
        error = math.sqrt(variance) / self.mean_size
        half = student_quantile(confidence, self.questions - 1) * error
        return Mean(mean, error, Interval(mean - half, mean + half), self.questions, samples)
