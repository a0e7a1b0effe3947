"""Intervals of shares by formula: one share, and the difference of two; it draws nothing."""

from __future__ import annotations

import math

from reasoning_chains.errors import UserMistake, shown, wanted
from reasoning_chains.evals.statistics.distributions import normal_quantile
from reasoning_chains.evals.statistics.intervals import Interval, checked_share

__all__ = ["bonett_price", "newcombe", "wilson"]


def wilson(right: int, total: int, confidence: float = 0.95) -> Interval:
    """Give Wilson's score interval of a share (Wilson 1927, doi:10.2307/2276774).

    Without any trial it is 0 to 1.

    Raises:
        UserMistake: where `right` is not between 0 and `total`, or confidence not between 0 and 1.
    """
    z = _reach(confidence)
    _check_part("right", right, total)
    if total == 0:
        return Interval(0.0, 1.0)
    share, spread = right / total, z * z / total
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / total + spread / (4 * total))
    low = 0.0 if right == 0 else max(0.0, middle - half)
    return Interval(low, 1.0 if right == total else min(1.0, middle + half))


def newcombe(first: tuple[int, int], second: tuple[int, int], confidence: float = 0.95) -> Interval:
    """Give the interval of first minus second, each (right, total) on questions of its own.

    Newcombe 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I, method 10:
    Wilson's intervals of both. Methods on the same questions are compared with `bonett_price`.

    Raises:
        UserMistake: where a right is not between 0 and its total, or a total is 0.
    """
    (share, mine), (other, theirs) = _share("first", first), _share("second", second)
    near, far = wilson(*mine, confidence), wilson(*theirs, confidence)
    difference = share - other
    return Interval(
        difference - math.hypot(share - near.low, far.high - other),
        difference + math.hypot(near.high - share, other - far.low),
    )


def bonett_price(
    only_first: int, only_second: int, questions: int, confidence: float = 0.95
) -> Interval:
    """Give the interval of first minus second where both answered the same questions.

    Bonett and Price 2012, doi:10.3102/1076998611411915: one question is added to those that only
    the first got right, and one to the others, so that few differences make no false certainty.

    Raises:
        UserMistake: where the counts are negative, or more than the questions.
    """
    z = _reach(confidence)
    _check_part("only_first", only_first, questions)
    _check_part("only_second", only_second, questions)
    _check_part("only_first + only_second", only_first + only_second, questions)
    count = questions + 2
    first, second = (only_first + 1) / count, (only_second + 1) / count
    difference = first - second
    half = z * math.sqrt((first + second - difference**2) / count)
    return Interval(max(-1.0, difference - half), min(1.0, difference + half))


def _reach(confidence: float) -> float:
    return -normal_quantile((1 - checked_share("confidence", confidence)) / 2)


def _share(name: str, counts: tuple[int, int]) -> tuple[float, tuple[int, int]]:
    if not isinstance(counts, tuple) or len(counts) != 2:
        raise UserMistake(f"{name} must be (right, total), found {shown(counts)}")
    right, total = counts
    _check_part(f"{name}: right", right, total)
    if total == 0:
        raise UserMistake(f"{name}: 0 questions have no share: give at least one")
    return right / total, (right, total)


def _check_part(name: str, part: int, total: int) -> None:
    wanted(name, part, int)
    wanted("the total", total, int)
    if not 0 <= part <= total:
        raise UserMistake(f"{name} is {part} of {total}: it lies between 0 and the total")
