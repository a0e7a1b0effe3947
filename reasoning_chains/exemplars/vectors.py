"""Texts as sparse vectors of their rare words (TF-IDF), of length 1; it chooses nothing."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from reasoning_chains.ranking import terms

__all__ = ["Space", "Vector", "cosine", "space_of"]

Vector: TypeAlias = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Space:
    """The vectors of some texts, and how rare their words are."""

    vectors: tuple[Vector, ...]
    rarity: Mapping[str, float]

    def place(self, text: str) -> Vector:
        """Give the vector of a text; words that no text of the space has do not count."""
        return _weighed(Counter(terms(text)), self.rarity)


@lru_cache(maxsize=8)
def space_of(texts: tuple[str, ...]) -> Space:
    """Weigh each word by how often it stands in the text, and how few texts have it."""
    counted = [Counter(terms(text)) for text in texts]
    having = Counter(term for counts in counted for term in counts)
    rarity = {term: math.log((1 + len(texts)) / (1 + n)) + 1 for term, n in having.items()}
    return Space(tuple(_weighed(counts, rarity) for counts in counted), rarity)


def _weighed(counts: Counter[str], rarity: Mapping[str, float]) -> Vector:
    vector = {
        term: (1 + math.log(n)) * rarity[term] for term, n in counts.items() if term in rarity
    }
    length = math.sqrt(math.fsum(value * value for value in vector.values()))
    return {term: value / length for term, value in vector.items()}


def cosine(first: Vector, second: Vector) -> float:
    """Give the likeness of two vectors of length 1, from 0 to 1."""
    few, many = sorted((first, second), key=len)
    return math.fsum(value * many.get(term, 0.0) for term, value in few.items())
