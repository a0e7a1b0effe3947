"""What the majority of k samples scores, counted over all subsets; it draws none."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from functools import lru_cache

from reasoning_chains.errors import UserMistake, shown
from reasoning_chains.evals.statistics.majority import MOST, wins
from reasoning_chains.evals.statistics.sampled import check_draw
from reasoning_chains.evals.statistics.scores import check_paired, is_name, scores

__all__ = ["voted_at_k"]


def voted_at_k(answers: Sequence[Hashable | None], values: Sequence[float], k: int) -> float:
    """Give the score that the majority of k samples has on average: `maj_at_k` for graded scores.

    It is the mean over all subsets of size k of one question's samples. `None` is an unparsed
    sample: it is drawn, never votes, and a subset without any vote scores 0. Ties fall to each of
    the tied with equal chance. Equal answers may score differently, as two wordings do: whichever
    of them speaks for a majority is any of them with equal chance.

    Args:
        answers: The samples' voting keys, equal where the answers are (see `vote_key`).
        values: The score of each; that of an unparsed one is not looked at.
        k: How many samples vote, at most all.

    Raises:
        UserMistake: where answers and values do not fit together, or k is too small or large.
    """
    if isinstance(answers, str | bytes) or not isinstance(answers, Sequence):
        raise UserMistake(f"answers must be a list, found {shown(answers)}: write [...]")
    read = scores("values", values).tolist()
    check_paired(len(answers), len(read))
    check_draw(len(answers), k)
    if len(answers) > MOST:
        raise UserMistake(f"{len(answers)} samples of one question: subsets of {MOST} are counted")
    found: dict[Hashable, list[float]] = {}
    for place, (answer, value) in enumerate(zip(answers, read, strict=True)):
        if not is_name(answer):
            raise UserMistake(f"answers[{place}] is {shown(answer)}: give its voting key")
        if answer is not None:
            found.setdefault(answer, []).append(value)
    held = Counter(map(len, found.values()))
    unparsed = len(answers) - sum(map(len, found.values()))
    told = tuple(sorted(held.items()))
    means = ((len(each), math.fsum(each) / len(each)) for each in found.values())
    return math.fsum(mean * _chance(count, told, unparsed, k) for count, mean in means if mean)


@lru_cache(maxsize=65_536)
def _chance(count: int, held: tuple[tuple[int, int], ...], unparsed: int, k: int) -> float:
    """Give the chance that one answer with so many samples wins; `held` counts all answers."""
    others = Counter(dict(held)) - Counter([count])
    return min(1.0, max(0.0, wins(count, others, unparsed, k)))
