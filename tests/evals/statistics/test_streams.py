"""Streams that merge: moments beside the whole list, and draws that no order changes."""

from __future__ import annotations

import math
import random
import tracemalloc
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.statistics import (
    Interval,
    Moments,
    PoissonBootstrap,
    clustered_mean,
    mean_bootstrap,
)
from tests.evals.statistics import quiet

QUESTIONS = st.lists(
    st.lists(st.floats(-1_000, 1_000), min_size=1, max_size=4), min_size=2, max_size=30
)


def streamed(questions: list[list[float]]) -> Moments:
    stream = Moments()
    for values in questions:
        stream.add(math.fsum(values), len(values))
    return stream


@quiet
@given(QUESTIONS, st.integers(0, 30))
def test_moments_are_those_of_the_whole_list(questions: list[list[float]], cut: int) -> None:
    shards = streamed(questions[:cut]), streamed(questions[cut:])
    shards[0].merge(shards[1])
    values = [value for values in questions for value in values]
    names = [name for name, values in enumerate(questions) for _ in values]
    whole = clustered_mean(values, clusters=names)
    for found in (streamed(questions).read(), shards[0].read()):
        assert (found.questions, found.samples) == (whole.questions, whole.samples)
        assert found.mean == pytest.approx(whole.mean, rel=1e-9, abs=1e-9)
        assert found.error == pytest.approx(whole.error, rel=1e-6, abs=1e-6)
        assert found.interval.low == pytest.approx(whole.interval.low, rel=1e-6, abs=1e-4)


def test_moments_lose_few_digits_to_large_means() -> None:
    values = [1e6 + value for value in np.random.default_rng(0).random(1_000)]
    stream = Moments()
    for value in values:
        stream.add(value)
    assert stream.read().error == pytest.approx(stats.sem(values), rel=1e-9)
    assert stream.variance == pytest.approx(np.var(values, ddof=1), rel=1e-9)
    once = Moments()
    once.add(0.25)
    assert once.variance == math.inf
    assert once.read().interval == Interval(-math.inf, math.inf)


def drawn(
    items: list[tuple[str, float, int]], *, seed: int = 0, resamples: int = 500
) -> PoissonBootstrap:
    found = PoissonBootstrap(resamples, seed)
    for item, total, size in items:
        found.add(item, total, size)
    return found


CHANCE = np.random.default_rng(3)
ITEMS = [
    (f"q{number}", float(value), 1 + number % 3)
    for number, value in enumerate(CHANCE.gamma(0.5, 0.1, 950) - 0.02)
]


@pytest.mark.parametrize("case", range(3))
def test_neither_order_nor_shards_change_a_digit(case: int) -> None:
    whole = drawn(ITEMS)
    shuffled = random.Random(case).sample(ITEMS, len(ITEMS))
    shards = [drawn(shuffled[start::4]) for start in range(4)]
    joined = shards.pop(case)
    for shard in shards:
        before = shard.means().tolist()
        joined.merge(shard)
        assert shard.means().tolist() == before
    assert joined.means().tolist() == whole.means().tolist()
    assert (joined.mean, joined.items) == (whole.mean, whole.items)
    assert joined.interval() == whole.interval()
    assert whole.means().tolist() != drawn(ITEMS, seed=1).means().tolist()


def test_items_are_drawn_as_poissons_distribution_says() -> None:
    counts: Counter[int] = Counter()
    for item in range(40):
        # The first item is in every resample that is not empty: totals tell how often.
        found = PoissonBootstrap(5_000, 0)
        found.add(item, 0.0)
        inside = len(found.means())
        counts[0] += 5_000 - inside
    share = counts[0] / 200_000
    assert share == pytest.approx(math.exp(-1), abs=0.004)
    found = PoissonBootstrap(20_000, 0)
    for item in range(50):
        found.add(item, float(item == 7))
    ones = found.means()
    assert ones.mean() == pytest.approx(0.02, abs=0.001)
    assert ones.std() == pytest.approx(0.02, abs=0.002)


def test_the_mean_is_exact_and_the_interval_that_of_the_bootstrap() -> None:
    found = drawn(ITEMS, resamples=2_000)
    samples = sum(size for *_, size in ITEMS)
    assert found.mean == pytest.approx(
        math.fsum(total for _, total, _ in ITEMS) / samples, rel=1e-13
    )
    scores = [total / size for _, total, size in ITEMS for _ in range(size)]
    names = [item for item, _, size in ITEMS for _ in range(size)]
    whole = mean_bootstrap(scores, clusters=names)
    width = whole.interval.high - whole.interval.low
    assert found.interval().low == pytest.approx(whole.interval.low, abs=0.08 * width)
    assert found.interval().high == pytest.approx(whole.interval.high, abs=0.08 * width)
    wide = found.interval(0.99)
    assert wide.low < found.interval().low < found.interval().high < wide.high


def test_memory_does_not_grow_with_the_items() -> None:
    bootstrap, moments = PoissonBootstrap(200), Moments()

    def held(first: int, last: int) -> int:
        for item in range(first, last):
            bootstrap.add(f"q{item}", item % 2)
            moments.add(item % 2)
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    before, after = held(0, 200), held(200, 1_200)
    tracemalloc.stop()
    assert after - before < 4_000


def test_large_and_negative_totals_stay_exact() -> None:
    items = [(f"q{number}", (-1.0) ** number * 1e6 / 3, 1) for number in range(301)]
    found, back = drawn(items), drawn(items[::-1])
    assert found.means().tolist() == back.means().tolist()
    assert found.mean == pytest.approx(1e6 / 3 / 301, rel=1e-12)


def test_one_item_tells_no_spread() -> None:
    assert drawn(ITEMS[:1]).interval() == Interval(-math.inf, math.inf)


def add(**named: Any) -> Any:
    return PoissonBootstrap().add(**{"item": "q", "total": 1.0, **named})


WRONG: list[tuple[Any, dict[str, Any], str]] = [
    (PoissonBootstrap, {"resamples": 0}, "resamples=0: it must be at least 1"),
    (PoissonBootstrap, {"seed": "x"}, "seed must be a whole number, found 'x'"),
    (add, {"item": None}, "item must be text or a whole number, found None"),
    (add, {"item": "\ud800"}, "item holds what is no text"),
    (add, {"total": float("nan")}, "total=nan"),
    (add, {"total": 1e7}, "total=10000000.0: it must be at least -1e.06 and at most 1e.06"),
    (add, {"size": 0}, "size=0: it must be at least 1"),
    (PoissonBootstrap().interval, {}, "no items yet"),
    (
        PoissonBootstrap().merge,
        {"other": PoissonBootstrap(9)},
        "draw differently: start them alike",
    ),
    (PoissonBootstrap().merge, {"other": 3}, "merge wants a PoissonBootstrap, found 3"),
    (Moments().add, {"total": "1"}, "total must be a number, found '1'"),
    (Moments().add, {"total": 1, "size": -1}, "size=-1"),
    (Moments().merge, {"other": 3}, "what is merged must be a Moments, found 3"),
    (Moments().read, {}, "questions=0: it must be at least 1"),
    (Moments(3).read, {"confidence": 2}, "confidence=2"),
]


@pytest.mark.parametrize(
    ("call", "given", "told"), WRONG, ids=[f"{n} {each[2]}" for n, each in enumerate(WRONG)]
)
def test_what_cannot_be_is_told(call: Any, given: dict[str, Any], told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        call(**given)


def test_the_mean_of_no_items_is_told() -> None:
    with pytest.raises(UserMistake, match="no items yet"):
        _ = PoissonBootstrap().mean
