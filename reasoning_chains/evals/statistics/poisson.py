"""A bootstrap of a stream: each item is drawn by its own name, in any order, in any shard."""

from __future__ import annotations

import hashlib
import math
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from reasoning_chains.errors import UserMistake, ranged, shown, wanted
from reasoning_chains.evals.statistics.intervals import UNKNOWN, Interval, checked_share
from reasoning_chains.evals.statistics.resampling import expanded, quantiles

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["PoissonBootstrap"]

_BITS = 52
_LARGEST = 1e6
_CARRY = 100
"""After so many items parts are carried over: 100 times the heaviest draw stay below 2^63."""


class PoissonBootstrap:
    """Keeps resamples of a mean while items pass: constant memory, for more than 10^5 questions.

    Each item is drawn into each resample as often as Poisson's distribution with mean 1 says, by
    a hash of seed and item (Chamandy et al. 2012, research.google/pubs/pub43157). Sums are whole
    numbers of 2^-52, so that order and sharding change nothing, not even the last digit. An item
    that is added twice counts twice. An item's total may be a difference of two methods.
    """

    __slots__ = ("_items", "_parts", "_size", "_sizes", "_sum", "_wholes", "resamples", "seed")

    def __init__(self, resamples: int = 1_000, seed: int = 0) -> None:
        """Start without items.

        Raises:
            UserMistake: where resamples or seed cannot be.
        """
        import numpy as np

        ranged("resamples", resamples, int, 1, 1_000_000)
        ranged("seed", seed, int, 0)
        self.resamples, self.seed = resamples, seed
        self._items = self._size = self._sum = 0
        self._wholes, self._parts, self._sizes = np.zeros((3, resamples), dtype=np.int64)

    @property
    def items(self) -> int:
        """How many items passed."""
        return self._items

    @property
    def mean(self) -> float:
        """The mean over all samples so far.

        Raises:
            UserMistake: where there is none.
        """
        if not self._items:
            raise UserMistake("no items yet: add at least one")
        return float(Fraction(self._sum, self._size << _BITS))

    def add(self, item: str | int, total: float, size: int = 1) -> None:
        """Count an item: the sum of its scores, and how many samples it has.

        Args:
            item: The question's name, the same in every run, each added once.
            total: At most a million either way, kept to 2^-52.
            size: The number of samples.

        Raises:
            UserMistake: where one of these cannot be.
        """
        wanted("item", item, str, int)
        ranged("total", total, float, -_LARGEST, _LARGEST)
        ranged("size", size, int, 1, 1_000_000)
        drawn = self._drawn(item)
        fixed = round(math.ldexp(float(total), _BITS))
        self._sum += fixed
        self._wholes += drawn * (fixed >> _BITS)
        self._parts += drawn * (fixed & ((1 << _BITS) - 1))
        self._sizes += drawn * size
        self._size += size
        self._items += 1
        if self._items % _CARRY == 0:
            self._carry()

    def merge(self, other: PoissonBootstrap) -> None:
        """Count the items of another shard too, which stays as it is.

        Raises:
            UserMistake: where the other has another number of resamples, or another seed.
        """
        if not isinstance(other, PoissonBootstrap):
            raise UserMistake(f"merge wants a PoissonBootstrap, found {shown(other)}")
        if (self.resamples, self.seed) != (other.resamples, other.seed):
            raise UserMistake(
                f"shards with resamples={self.resamples}, seed={self.seed} and "
                f"resamples={other.resamples}, seed={other.seed} draw differently: start them alike"
            )
        self._carry()
        other._carry()
        self._wholes += other._wholes
        self._parts += other._parts
        self._sizes += other._sizes
        self._sum += other._sum
        self._size += other._size
        self._items += other._items
        self._carry()

    def means(self) -> NDArray[np.float64]:
        """Give each resample's mean; one that no item was drawn into is left out."""
        self._carry()
        filled = self._sizes > 0
        totals = self._wholes[filled] + self._parts[filled] / (1 << _BITS)
        made: NDArray[np.float64] = totals / self._sizes[filled]
        return made

    def interval(self, confidence: float = 0.95) -> Interval:
        """Give the percentile interval at Hesterberg's wider level (arXiv:1411.5279).

        Raises:
            UserMistake: where there is no item, or confidence is none.
        """
        checked_share("confidence", confidence)
        if not self._items:
            raise UserMistake("no items yet: add at least one")
        made = self.means()
        if self._items == 1 or not len(made):
            return UNKNOWN
        reach = expanded(self._items, confidence)
        share = math.erfc(reach / math.sqrt(2)) / 2
        return quantiles(made, share, 1 - share)

    def _drawn(self, item: str | int) -> NDArray[np.int64]:
        """Give how often an item is in each resample."""
        import numpy as np

        name = f"{self.seed}:{item!a}".encode()
        dice = np.frombuffer(hashlib.shake_128(name).digest(2 * self.resamples), dtype="<u2")
        return _table().take(dice)

    def _carry(self) -> None:
        self._wholes += self._parts >> _BITS
        self._parts &= (1 << _BITS) - 1


@lru_cache(maxsize=1)
def _table() -> NDArray[np.int64]:
    """Give Poisson's count with mean 1 for each of 65,536 equal chances, to the nearest."""
    import numpy as np

    chances = [math.exp(-1) / math.factorial(count) for count in range(8)]
    edges = np.rint(65_536 * np.cumsum(chances)).astype(np.int64)
    return np.searchsorted(edges, np.arange(65_536), side="right").astype(np.int64)
