"""What k samples would reach, told from all n samples of a question; it knows no answers' text.

One question at a time: the mean over the questions, and its interval, are `clustered_mean`'s.
"""

from __future__ import annotations

from reasoning_chains.errors import UserMistake, wanted

__all__ = ["check_draw", "pass_at_k", "pass_hat_k", "without"]


def pass_at_k(right: int, total: int, k: int) -> float:
    """Give the chance that at least one of k samples is right, unbiased (arXiv:2107.03374).

    It is the share of the subsets of size k of all `total` samples that hold a right one.

    Raises:
        UserMistake: where right is not between 0 and total, or k not between 1 and total.
    """
    _check(right, total, k)
    return 1.0 - without(right, total, k)


def pass_hat_k(right: int, total: int, k: int) -> float:
    """Give the chance that all of k samples are right, pass^k, unbiased (arXiv:2406.12045).

    Raises:
        UserMistake: where right is not between 0 and total, or k not between 1 and total.
    """
    _check(right, total, k)
    return without(total - right, total, k)


def without(marked: int, total: int, k: int) -> float:
    """Give the share of the subsets of size k that hold no marked one: C(total-marked, k)/C(…)."""
    fewer, more = min(marked, k), max(marked, k)
    share = 1.0
    for place in range(fewer):
        share *= max(0, total - more - place) / (total - place)
    return share


def check_draw(total: int, k: int) -> None:
    """Refuse to draw more samples than there are, or none.

    Raises:
        UserMistake: It says how many there are.
    """
    wanted("k", k, int)
    if not 1 <= k <= total:
        raise UserMistake(f"k={k} of {total} samples: it lies between 1 and their number")


def _check(right: int, total: int, k: int) -> None:
    wanted("right", right, int)
    wanted("total", total, int)
    if not 0 <= right <= total:
        raise UserMistake(f"{right} right of {total}: the first lies between 0 and the second")
    check_draw(total, k)
