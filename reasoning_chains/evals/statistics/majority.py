"""How often the majority of k samples is right, counted over all subsets; it draws none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from reasoning_chains.errors import UserMistake, shown
from reasoning_chains.evals.statistics.distributions import binomial
from reasoning_chains.evals.statistics.sampled import check_draw
from reasoning_chains.evals.statistics.scores import hits, is_name

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["MOST", "maj_at_k", "wins"]

MOST = 2_000
"""Samples of one question; the time grows with their square and more."""


def maj_at_k(answers: Sequence[Hashable | None], right: Sequence[bool], k: int) -> float:
    """Give the chance that the majority of k samples is right, unbiased (arXiv:2206.14858).

    It is the mean over all subsets of size k of one question's samples, to about 1e-12. `None` is
    an unparsed sample: it is drawn and never votes, and a subset without any vote is wrong. Ties
    fall to each of the tied with equal chance: what "the lowest sample index" gives on average
    over the order of the samples.

    Args:
        answers: The samples' voting keys, equal where the answers are (see `vote_key`).
        right: Whether each is right; equal answers are both right or both wrong.
        k: How many samples vote, at most all.

    Raises:
        UserMistake: where answers and right do not fit together, or k is too small or large.
    """
    counts, good = _counted(answers, right)
    check_draw(len(answers), k)
    if len(answers) > MOST:
        raise UserMistake(f"{len(answers)} samples of one question: subsets of {MOST} are counted")
    others = Counter(counts.values())
    unparsed = len(answers) - sum(counts.values())
    total = 0.0
    for count, times in Counter(counts[answer] for answer in good).items():
        total += times * wins(count, others - Counter([count]), unparsed, k)
    return min(1.0, max(0.0, total))


def _counted(
    answers: Sequence[Hashable | None], right: Sequence[bool]
) -> tuple[Counter[Hashable], set[Hashable]]:
    """Count each answer's samples, and say which answers are right."""
    if isinstance(answers, str | bytes) or not isinstance(answers, Sequence):
        raise UserMistake(f"answers must be a list, found {shown(answers)}: write [...]")
    marked = hits("right", right)
    if len(marked) != len(answers):
        raise UserMistake(f"{len(answers)} answers and {len(marked)} marks: give as many of each")
    found: dict[Hashable, bool] = {}
    for place, (answer, hit) in enumerate(zip(answers, marked.tolist(), strict=True)):
        if not is_name(answer):
            raise UserMistake(f"answers[{place}] is {shown(answer)}: give its voting key")
        if found.setdefault(answer, hit and answer is not None) != hit:
            told = "is unparsed and" if answer is None else "is both right and wrong:"
            raise UserMistake(
                f"answers[{place}], {shown(answer)}, {told} marked {'right' if hit else 'wrong'}"
            )
    counts = Counter(answer for answer in answers if answer is not None)
    return counts, {answer for answer, hit in found.items() if hit}


def wins(count: int, others: Counter[int], unparsed: int, k: int) -> float:
    """Give the chance that an answer with so many samples wins among k of them.

    Each sample is drawn by itself with chance k/n, and the draws of exactly k are picked out by a
    discrete Fourier transform of the generating function of how many are drawn: sums of numbers
    of at most 1, where binomial coefficients would need a thousand digits.
    """
    import numpy as np

    size = count + unparsed + sum(held * times for held, times in others.items())
    chance = k / size
    circle = np.exp(-2j * np.pi * np.arange(size + 1) / (size + 1))
    half = np.arange((size + 1) // 2 + 1)  # the other half mirrors it
    drawn = {held: binomial(held, chance) for held in {count, *others}}
    fewer = {held: drawn[held][0] + 0 * circle[half] for held in others}
    free = 1 - chance + chance * circle[half]
    found = np.zeros(len(half), dtype=np.complex128)
    for votes in range(1, min(count, k) + 1):
        power = circle[half * votes % (size + 1)]
        able = {held: times for held, times in others.items() if held >= votes}
        silent = size - count - sum(held * times for held, times in able.items())
        fallen = [(fewer[held], drawn[held][votes] * power, able[held]) for held in able]
        most = min(sum(able.values()), k // votes - 1)
        found += drawn[count][votes] * power * free**silent * _shared(fallen, most, half)
        for held in able:
            fewer[held] = fewer[held] + drawn[held][votes] * power
    return float(np.fft.irfft(found, size + 1)[k] / binomial(size, chance)[k])


def _shared(
    fallen: Sequence[tuple[NDArray[np.complex128], NDArray[np.complex128], int]],
    most: int,
    like: NDArray[np.intp],
) -> NDArray[np.complex128]:
    """Sum over how many others are tied, at most `most`: with t of them the winner gets 1/(1 + t).

    That is the integral of y^t from 0 to 1, which Gauss's points give exactly for polynomials.
    """
    import numpy as np

    total = np.zeros(len(like), dtype=np.complex128)
    for point, weight in zip(*_gauss(most // 2 + 1), strict=True):
        product = np.full(len(like), weight, dtype=np.complex128)
        for fewer, tied, times in fallen:
            product *= (fewer + point * tied) ** times
        total += product
    return total


@lru_cache(maxsize=1_024)
def _gauss(count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give Gauss's points and weights from 0 to 1: the roots of Legendre's polynomial, by Newton.

    NumPy's own need the eigenvalues of a matrix, a second for 500 points on a busy machine.
    """
    import numpy as np

    points = np.cos(np.pi * (np.arange(count) + 0.75) / (count + 0.5))
    for _ in range(6):  # from these starts three or four steps reach the last digit
        before, value = np.zeros(count), np.ones(count)
        for degree in range(1, count + 1):
            before, value = (
                value,
                ((2 * degree - 1) * points * value - (degree - 1) * before) / (degree),
            )
        slope = count * (before - points * value) / (1 - points**2)
        points = points - value / slope
    return (points + 1) / 2, 1 / ((1 - points**2) * slope**2)
