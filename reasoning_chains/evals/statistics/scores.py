"""Reads what callers give: scores, right or wrong, the questions they belong to; it counts none."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any

from reasoning_chains.errors import UserMistake, shown

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["LARGEST", "Groups", "check_paired", "grouped", "hits", "is_name", "paired", "scores"]

LARGEST = 1e50
"""Third powers of scores are summed up, and must stay numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """The independent draws: each question's total over its samples, and how many these are."""

    totals: NDArray[np.float64]
    sizes: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.totals)

    @property
    def mean(self) -> float:
        """The mean over all samples, so that a question weighs by its samples."""
        return float(self.totals.sum() / self.sizes.sum())


def scores(name: str, values: Sequence[float]) -> NDArray[np.float64]:
    """Read finite numbers; True is 1 and False 0.

    Raises:
        UserMistake: It names the argument, the place and what stands there.
    """
    import numpy as np

    given = _list(name, values)
    if not set(map(type, given)) <= {float, int, bool}:
        for place, value in enumerate(given):
            if not isinstance(value, Real | np.bool_):
                hint = ": an unparsed sample scores 0" if value is None else ""
                raise UserMistake(f"{name}[{place}] must be a number, found {shown(value)}{hint}")
    for place, value in enumerate(given):
        if not -LARGEST <= value <= LARGEST:  # also what is not a number
            raise UserMistake(
                f"{name}[{place}] is {shown(value)}: it must be a number from -1e50 to 1e50"
            )
    return np.array([float(value) for value in given], dtype=np.float64)


def hits(name: str, values: Sequence[bool]) -> NDArray[np.bool_]:
    """Read right or wrong: True and False, or 1 and 0.

    Raises:
        UserMistake: It names the argument, the place and what stands there.
    """
    import numpy as np

    read = scores(name, values)
    for place in ((read != 0) & (read != 1)).nonzero()[0][:1]:
        raise UserMistake(
            f"{name}[{place}] is {read[place]:g}, neither right (True) nor wrong (False): "
            "give graded scores to paired_bootstrap"
        )
    return read.astype(np.bool_)


def paired(first: Sequence[float], second: Sequence[float]) -> NDArray[np.float64]:
    """Read two lists of scores of the same questions, as first minus second.

    Raises:
        UserMistake: They are no scores, or not equally many.
    """
    mine, other = scores("first", first), scores("second", second)
    check_paired(len(mine), len(other))
    return mine - other


def check_paired(first: int, second: int) -> None:
    """Refuse what is not equally long.

    Raises:
        UserMistake: It says how long each is.
    """
    if first != second:
        raise UserMistake(
            f"{first} and {second} results: a paired comparison needs as many of each"
        )


def grouped(read: NDArray[np.float64], clusters: Sequence[Hashable] | None) -> Groups:
    """Sum up the scores of each cluster, in the order of first appearance.

    Raises:
        UserMistake: There is no score, the clusters are not as many, or one is no name.
    """
    import numpy as np

    if not len(read):
        raise UserMistake("no scores: statistics need at least one question")
    if clusters is None:
        return Groups(read, np.ones(len(read)))
    names = _list("clusters", clusters)
    check_paired(len(read), len(names))
    places: dict[Hashable, int] = {}
    codes = [places.setdefault(_name(place, name), len(places)) for place, name in enumerate(names)]
    totals = np.bincount(codes, weights=read).astype(np.float64)
    return Groups(totals, np.bincount(codes).astype(np.float64))


def is_name(value: Any) -> bool:
    """Say whether a value can be counted by: a tuple that holds a list cannot."""
    try:
        hash(value)
    except TypeError:
        return False
    return True


def _name(place: int, name: Any) -> Hashable:
    if name is None or not is_name(name):
        raise UserMistake(f"clusters[{place}] is {shown(name)}: name each score's question")
    kept: Hashable = name
    return kept


def _list(name: str, values: Any) -> list[Any]:
    """Take what has an order: a text is no list, and sets forget which is whose."""
    if not isinstance(values, Iterable) or isinstance(values, str | bytes | Mapping | Set):
        raise UserMistake(f"{name} must be a list, found {shown(values)}: write [...]")
    return list(values)
