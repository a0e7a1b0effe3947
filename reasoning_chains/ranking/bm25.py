"""Okapi BM25: ranks texts by the rare words they share with a query; it knows no files."""

from __future__ import annotations

import heapq
import math
from array import array
from collections import Counter
from collections.abc import Iterable

from reasoning_chains.errors import listed, ranged, wanted
from reasoning_chains.ranking.terms import terms

__all__ = ["Index"]

_K1 = 1.5
_B = 0.75


class Index:
    """Texts made ready to be searched (BM25, Robertson & Zaragoza 2009, k1 = 1.5, b = 0.75).

    A rare word counts ln(1 + (N - n + 0.5) / (n + 0.5)), which is never negative. Building takes
    time and memory linear in the texts. It does not change afterwards and may be shared.

    Args:
        texts: What is searched; an index of nothing finds nothing.
    """

    __slots__ = ("_norms", "_postings")

    def __init__(self, texts: Iterable[str]) -> None:
        self._postings: dict[str, tuple[array[int], array[int]]] = {}
        lengths = array("q")
        for place, text in enumerate(listed("texts", texts, str)):
            counts = Counter(terms(text))
            lengths.append(counts.total())
            for term, count in counts.items():
                posting = self._postings.get(term)
                if posting is None:
                    posting = self._postings[term] = (array("q"), array("q"))
                posting[0].append(place)
                posting[1].append(count)
        mean = sum(lengths) / len(lengths) if lengths else 0.0
        self._norms = [_K1 * (1 - _B + _B * (size / mean if mean else 1)) for size in lengths]

    def __len__(self) -> int:
        return len(self._norms)

    def best(self, query: str, k: int) -> list[tuple[int, float]]:
        """Give the `k` texts that fit best, as place and score, the best first.

        Those that share no word with the query have the score 0 and come last; of equals the lower
        place comes first. There are `k` of them, or as many as there are texts.

        Raises:
            UserMistake: The query is no text, or `k` is no number from 0 on.
        """
        wanted("query", query, str)
        ranged("k", k, int, 0)
        scores = self._scores(query)
        found = heapq.nsmallest(k, ((-score, place) for place, score in scores.items()))
        ranked = [(place, -score) for score, place in found]
        for place in range(len(self)):
            if len(ranked) >= k:
                break
            if place not in scores:
                ranked.append((place, 0.0))
        return ranked

    def _scores(self, query: str) -> dict[int, float]:
        """Score every text that shares a word with the query."""
        scores: dict[int, float] = {}
        for term, wished in Counter(terms(query)).items():
            if term not in self._postings:
                continue
            places, often = self._postings[term]
            rarity = math.log1p((len(self) - len(places) + 0.5) / (len(places) + 0.5))
            for place, count in zip(places, often, strict=True):
                gain = count * (_K1 + 1) / (count + self._norms[place])
                scores[place] = scores.get(place, 0.0) + wished * rarity * gain
        return scores
