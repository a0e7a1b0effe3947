"""Corrects several tests that are read together; it knows p-values only."""

from __future__ import annotations

from collections.abc import Sequence

from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.statistics.scores import scores

__all__ = ["holm"]


def holm(ps: Sequence[float]) -> tuple[float, ...]:
    """Give each p-value as corrected for all the others, in the order given.

    Holm 1979 (https://www.jstor.org/stable/4615733): the smallest is multiplied by their number,
    the next by one less, and none falls below a smaller one's. Where those at most 0.05 are called
    different, the chance of even one false call is at most 0.05, however the tests depend.

    Raises:
        UserMistake: where one is no number from 0 to 1.
    """
    read = [float(p) for p in scores("ps", ps)]
    for place, p in enumerate(read):
        if not 0 <= p <= 1:
            raise UserMistake(f"ps[{place}] is {p:g}: a p-value lies between 0 and 1")
    corrected = [0.0] * len(read)
    highest = 0.0
    for rank, place in enumerate(sorted(range(len(read)), key=read.__getitem__)):
        highest = max(highest, min(1.0, read[place] * (len(read) - rank)))
        corrected[place] = highest
    return tuple(corrected)
