"""Strategies that choose worked examples: pure functions, the same choice every time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from random import Random

from reasoning_chains.errors import UnknownName
from reasoning_chains.exemplars.strategies import STRATEGIES, Strategy
from reasoning_chains.exemplars.vectors import cosine, space_of
from reasoning_chains.ranking import Index, terms
from reasoning_chains.templates.exemplars import Exemplar

__all__ = [
    "most_complex",
    "most_diverse",
    "most_similar",
    "selected",
    "some_random",
    "steps_of",
]

_ENDS = (". ", "。", "; ", "；", "! ", "！", "? ", "？")


def selected(
    strategy: Strategy, exemplars: Sequence[Exemplar], question: str, count: int, seed: int = 0
) -> tuple[Exemplar, ...]:
    """Choose at most `count` examples for a question.

    One whose question is the question itself is not shown, but for "fixed": its answer is asked.

    Raises:
        UnknownName: There is no such strategy.
    """
    if strategy == "fixed":
        return tuple(exemplars[:count])
    asked = _words(question)
    others = tuple(each for each in exemplars if _words(each.question) != asked)
    if strategy == "random":
        return some_random(others, count, seed)
    if strategy == "similar":
        return most_similar(others, question, count)
    if strategy == "complex":
        return most_complex(others, count)
    if strategy == "diverse":
        return most_diverse(others, question, count)
    raise UnknownName("strategy of selection", strategy, STRATEGIES)


@lru_cache(maxsize=100_000)
def _words(question: str) -> tuple[str, ...]:
    return tuple(terms(question))


def some_random(exemplars: Sequence[Exemplar], count: int, seed: int) -> tuple[Exemplar, ...]:
    """Draw without repetition; the same seed draws the same of the same examples."""
    return tuple(Random(seed).sample(list(exemplars), min(count, len(exemplars))))


def most_similar(exemplars: Sequence[Exemplar], question: str, count: int) -> tuple[Exemplar, ...]:
    """Take those whose questions are likest by BM25, the likest last, next to the question.

    As in KATE (Liu et al. 2021, arXiv:2101.06804), by words instead of vectors.
    """
    chosen = tuple(exemplars)
    best = _index(chosen).best(question, count)
    return tuple(chosen[place] for place, _ in reversed(best))


@lru_cache(maxsize=8)
def _index(exemplars: tuple[Exemplar, ...]) -> Index:
    return Index([each.question for each in exemplars])


def most_complex(exemplars: Sequence[Exemplar], count: int) -> tuple[Exemplar, ...]:
    """Take those with the most reasoning steps (Fu et al. 2022, arXiv:2210.00720), in their order.

    Of equals the longer question goes first, as in the paper, then the one that stands first.
    """
    places = sorted(
        range(len(exemplars)),
        key=lambda place: (-steps_of(exemplars[place].rationale), -len(exemplars[place].question)),
    )
    return tuple(exemplars[place] for place in sorted(places[:count]))


def steps_of(rationale: str) -> int:
    """Count reasoning steps: lines, or sentences where all stands in one line."""
    lines = sum(bool(line.strip()) for line in rationale.split("\n"))
    if lines != 1:
        return lines
    text = rationale.strip() + " "
    return max(1, sum(text.count(end) for end in _ENDS))


def most_diverse(
    exemplars: Sequence[Exemplar], question: str, count: int, relevance: float = 0.5
) -> tuple[Exemplar, ...]:
    """Take one after the other the one that suits the question and is unlike those before it.

    Maximal marginal relevance (Carbonell & Goldstein 1998) over word vectors; the likest last.

    Args:
        exemplars: What is chosen from.
        question: What they are to suit.
        count: How many at most.
        relevance: What suiting the question weighs against being unlike the others, 0 to 1.
    """
    space = space_of(tuple(each.question for each in exemplars))
    shown, asked = space.vectors, space.place(question)
    suits = [cosine(each, asked) for each in shown]
    nearest = [0.0] * len(shown)
    left, chosen = list(range(len(shown))), list[int]()
    while left and len(chosen) < count:
        gain = {at: relevance * suits[at] - (1 - relevance) * nearest[at] for at in left}
        best = max(left, key=lambda at: gain[at])
        left.remove(best)
        chosen.append(best)
        for at in left:
            nearest[at] = max(nearest[at], cosine(shown[at], shown[best]))
    return tuple(exemplars[place] for place in reversed(chosen))
