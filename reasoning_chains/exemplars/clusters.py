"""Texts in groups of likeness: k-means over their word vectors, the same for the same seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from reasoning_chains.exemplars.vectors import space_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["clusters"]

_MOST_WORDS = 4_096
_ROUNDS = 100


def clusters(texts: Sequence[str], count: int, seed: int = 0) -> list[list[int]]:
    """Group texts by the words they share; each group lists places, nearest its centre first.

    The larger group goes first, of equals the one with the lowest place. There are fewer groups
    than `count` where there are fewer different texts.

    Args:
        texts: What is grouped.
        count: How many groups at most.
        seed: Begins the choice of the first centres (k-means++, Arthur & Vassilvitskii 2007).
    """
    import numpy as np

    if not texts or count < 1:
        return []
    points = _matrix(texts)
    rng = np.random.default_rng(seed)
    centres = _begun(points, min(count, len(texts)), rng)
    mine = np.full(len(points), -1)
    for _ in range(_ROUNDS):
        distances = _distances(points, centres)
        nearest = distances.argmin(axis=1)
        if (nearest == mine).all():
            break
        mine = nearest
        for place in range(len(centres)):
            if (mine == place).any():
                centres[place] = points[mine == place].mean(axis=0)
    own = _distances(points, centres)[np.arange(len(points)), mine]
    groups: dict[int, list[int]] = {}
    for at in sorted(range(len(points)), key=lambda at: (round(float(own[at]), 9), at)):
        groups.setdefault(int(mine[at]), []).append(at)
    return sorted(groups.values(), key=lambda group: (-len(group), min(group)))


def _matrix(texts: Sequence[str]) -> NDArray[Any]:
    """Make rows of the word vectors, over the words that most texts have."""
    import numpy as np

    sparse = space_of(tuple(texts)).vectors
    having = Counter(term for vector in sparse for term in vector)
    words = sorted(having, key=lambda term: (-having[term], term))[:_MOST_WORDS]
    column = {term: place for place, term in enumerate(words)}
    points = np.zeros((len(texts), max(1, len(words))))
    for row, vector in enumerate(sparse):
        for term, value in vector.items():
            if term in column:
                points[row, column[term]] = value
    return points


def _begun(points: NDArray[Any], count: int, rng: Any) -> NDArray[Any]:
    """Choose first centres far from one another; equal points give fewer."""
    import numpy as np

    chosen = [int(rng.integers(len(points)))]
    while len(chosen) < count:
        far = _distances(points, points[chosen]).min(axis=1)
        total = far.sum()
        if total <= 1e-12:
            break
        chosen.append(int(rng.choice(len(points), p=far / total)))
    return np.array(points[chosen])


def _distances(points: NDArray[Any], centres: NDArray[Any]) -> NDArray[Any]:
    """Give the squared distance of each point to each centre."""
    squares = (points**2).sum(axis=1)[:, None] + (centres**2).sum(axis=1)[None, :]
    found: NDArray[Any] = (squares - 2 * points @ centres.T).clip(min=0)
    return found
