"""Tails and quantiles of the binomial and of Student's t; it knows no scores."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "at_least",
    "at_most",
    "binomial",
    "normal_quantile",
    "normal_share",
    "student_quantile",
]

_NORMAL = NormalDist()
_TINY = 1e-300


def normal_share(value: float) -> float:
    """Give the share of the standard normal below a value, exact far out in the lower tail."""
    return math.erfc(-value / math.sqrt(2)) / 2


def normal_quantile(share: float) -> float:
    """Give the value that this share of the standard normal lies below."""
    return _NORMAL.inv_cdf(share)


def at_most(count: int, trials: int, share: float) -> float:
    """Give the chance of at most so many successes in independent trials."""
    if count < 0:
        return 0.0
    return 1.0 if count >= trials else _beta_share((1 - share, share), trials - count, count + 1)


def at_least(count: int, trials: int, share: float) -> float:
    """Give the chance of at least so many successes in independent trials."""
    if count <= 0:
        return 1.0
    return 0.0 if count > trials else _beta_share((share, 1 - share), count, trials - count + 1)


def binomial(trials: int, share: float) -> NDArray[np.float64]:
    """Give the chances of 0, 1, ... trials successes in a few thousand independent trials."""
    import numpy as np

    counts = np.arange(trials + 1)
    if share >= 1:
        return np.asarray(counts == trials, dtype=np.float64)
    logs = np.concatenate(([0.0], np.log(counts[1:]).cumsum()))
    odds = counts * math.log(share) + (trials - counts) * math.log1p(-share)
    return np.asarray(np.exp(logs[-1] - logs - logs[::-1] + odds), dtype=np.float64)


def student_quantile(confidence: float, freedom: int) -> float:
    """Give t so that |T| <= t has this probability, for one degree of freedom or more.

    Newton's steps on the two tails, which fall convexly, climb from the normal's quantile. With
    more than 100,000 degrees three terms of Fisher's expansion are exact to 1e-11.
    """
    alpha = 1 - confidence
    value = -normal_quantile(alpha / 2)
    if freedom > 100_000:
        second = (5 * value**5 + 16 * value**3 + 3 * value) / (96 * freedom)
        return value + ((value**3 + value) / 4 + second) / freedom
    half = freedom / 2
    for _ in range(200):
        whole = freedom + value * value
        tails = _beta_share((freedom / whole, value * value / whole), half, 0.5)
        step = (tails - alpha) / (2 * _bell(value, half))
        value += step
        if abs(step) <= 1e-14 * value:
            break
    return value


def _bell(value: float, half: float) -> float:
    """Give the density of Student's t with twice `half` degrees of freedom."""
    scale = _log_gamma_step(half) - 0.5 * math.log(2 * half * math.pi)
    return math.exp(scale - (half + 0.5) * math.log1p(value * value / (2 * half)))


def _log_gamma_step(half: float) -> float:
    """Give ln(Gamma(half + 1/2) / Gamma(half)): the difference of two large numbers, exactly."""
    if half < 50:
        return math.lgamma(half + 0.5) - math.lgamma(half)
    return 0.5 * math.log(half) - 1 / (8 * half) + 1 / (192 * half**3) - 1 / (640 * half**5)


def _beta_share(shares: tuple[float, float], a: float, b: float) -> float:
    """Give the regularised incomplete beta function I_x(a, b) for the shares x and 1 - x.

    Both are given, since the smaller one cannot be had exactly from the larger.
    """
    x, rest = shares
    if x <= 0 or rest <= 0:
        return float(rest <= 0)
    if x > (a + 1) / (a + b + 2):  # the fraction converges fast on the other side
        return 1 - _front((rest, x), b, a) * _fraction(rest, b, a)
    return _front(shares, a, b) * _fraction(x, a, b)


def _front(shares: tuple[float, float], a: float, b: float) -> float:
    """Give x^a (1-x)^b Gamma(a+b) / (Gamma(a+1) Gamma(b)) for the shares x and 1 - x.

    Written as a binomial probability with real counts, by Stirling's formula and its remainder:
    the large terms of ln Gamma cancel on paper, not in the machine.
    """
    n = a + b
    far = a * _strayed(n * shares[0], a) + b * _strayed(n * shares[1], b)
    rest = _remainder(n) - _remainder(a) - _remainder(b)
    return b / n * math.sqrt(n / (2 * math.pi * a * b)) * math.exp(rest - far)


def _strayed(expected: float, found: float) -> float:
    """Give e - ln(1 + e), where e is by what part of the found the expected is more."""
    excess = (expected - found) / found
    return excess - (math.log1p(excess) if excess > -0.5 else math.log(expected / found))


def _remainder(z: float) -> float:
    """Give what Stirling's formula leaves out of ln Gamma(z + 1)."""
    if z < 16:
        return math.lgamma(z + 1) - (z * math.log(z) - z + 0.5 * math.log(2 * math.pi * z))
    square = z * z
    return (1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * square)) / square) / square) / z


def _fraction(x: float, a: float, b: float) -> float:
    """Give the continued fraction of I_x(a, b), DLMF 8.17.22, from the front (Lentz's way)."""
    whole = upper = 1.0
    lower, step, change = 0.0, 0, 0.0
    while abs(change - 1) > 1e-15:
        step += 1
        half = step // 2
        if step % 2:
            term = -(a + half) * (a + b + half) * x / ((a + 2 * half) * (a + 2 * half + 1))
        else:
            term = half * (b - half) * x / ((a + 2 * half - 1) * (a + 2 * half))
        lower = 1 / (1 + term * lower or _TINY)
        upper = 1 + term / upper or _TINY
        change = upper * lower
        whole *= change
    return 1 / whole
