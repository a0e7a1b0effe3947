"""Drawing tokens: what is asked for, the right frequencies, and when rounding could decide."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_chains.backends.engine.sampling import Picking, pick, score_tokens

LINE = np.log(np.array([[0.1, 0.4, 0.05, 0.3, 0.15]], dtype=np.float32))


def draws(how: Picking, count: int = 4000, line: np.ndarray = LINE) -> np.ndarray:
    numbers = np.random.default_rng(1).random(count)
    drawn = pick(np.repeat(line, count, axis=0), [how] * count, list(numbers), 0.0)
    return np.bincount(drawn.tokens, minlength=line.shape[1]) / count


def test_temperature_zero_takes_the_likeliest_and_the_first_of_equals() -> None:
    lines = np.array([[0.0, 2.0, 1.0], [1.0, 0.0, 1.0]], dtype=np.float32)
    assert pick(lines, [Picking()] * 2, [0.9, 0.9], 0.0).tokens.tolist() == [1, 0]


def test_frequencies_follow_the_distribution() -> None:
    assert draws(Picking(1.0)) == pytest.approx(np.exp(LINE[0]), abs=0.03)


def test_temperature_flattens_and_sharpens() -> None:
    sharp, flat = draws(Picking(0.25)), draws(Picking(4.0))
    assert sharp[1] > 0.65
    assert flat[2] > 0.12


@pytest.mark.parametrize("tiny", [1e-30, 1e-45, 1e-50, 5e-324])
def test_a_tiny_temperature_takes_the_likeliest(tiny: float) -> None:
    assert draws(Picking(tiny), 50).tolist() == [0, 1, 0, 0, 0]


@pytest.mark.parametrize("huge", [1e39, 1e300])
def test_a_huge_temperature_draws_each_alike(huge: float) -> None:
    assert draws(Picking(huge)) == pytest.approx([0.2] * 5, abs=0.03)


def test_top_k_keeps_the_k_likeliest() -> None:
    assert draws(Picking(1.0, top_k=2)) == pytest.approx([0, 4 / 7, 0, 3 / 7, 0], abs=0.03)


def test_top_p_keeps_the_fewest_that_reach_p() -> None:
    assert np.flatnonzero(draws(Picking(1.0, top_p=0.8))).tolist() == [1, 3, 4]
    assert np.flatnonzero(draws(Picking(1.0, top_p=0.0))).tolist() == [1]


def test_top_p_is_taken_of_what_top_k_left() -> None:
    how = Picking(1.0, top_k=2, top_p=0.55)  # 0.4 of 0.7 is 0.571
    assert np.flatnonzero(draws(how)).tolist() == [1]


@pytest.mark.parametrize("number", [0.0, 5e-324, 1 - 2**-53])
def test_the_ends_of_the_numbers_give_tokens_that_have_weight(number: float) -> None:
    line = np.array([[-np.inf, 0.0, 1.0, -np.inf]], dtype=np.float32)
    token = pick(line, [Picking(1.0)], [number], 0.0).tokens[0]
    assert token == (2 if number > 0.5 else 1)


@pytest.mark.parametrize("heat", [1e-30, 1e-6, 1e30, math.inf])
def test_extreme_temperatures_give_tokens(heat: float) -> None:
    token = int(pick(LINE, [Picking(heat)], [0.5], 1e-5).tokens[0])
    assert token == 1 if heat < 1 else 0 <= token < 5


LOGITS = st.lists(st.floats(-8, 8, width=32), min_size=6, max_size=6)


@settings(max_examples=200)
@given(
    line=LOGITS,
    noise=st.lists(st.floats(-1, 1, width=32), min_size=6, max_size=6),
    number=st.floats(0, 1, exclude_max=True),
    how=st.builds(
        Picking,
        temperature=st.sampled_from([0.0, 0.3, 1.0, 2.0]),
        top_k=st.sampled_from([0, 1, 3]),
        top_p=st.sampled_from([1.0, 0.9, 0.5]),
    ),
)
def test_sure_means_that_logits_off_by_the_tolerance_give_the_same(
    line: list[float], noise: list[float], number: float, how: Picking
) -> None:
    tolerance = 0.05
    exact = np.array([line], dtype=np.float32)
    off = exact + np.float32(tolerance * 0.99) * np.array([noise], dtype=np.float32)
    drawn = pick(exact, [how], [number], tolerance)
    if drawn.sure[0]:
        assert pick(off, [how], [number], tolerance).tokens[0] == drawn.tokens[0]


@given(st.lists(LOGITS, min_size=2, max_size=5), st.floats(0, 1, exclude_max=True))
def test_a_row_does_not_depend_on_its_neighbours(lines: list[list[float]], number: float) -> None:
    rows = np.array(lines, dtype=np.float32)
    hows = [Picking(1.0), Picking(), Picking(0.5, top_k=2), Picking(2.0, top_p=0.7), Picking(1.0)]
    together = pick(rows, hows[: len(rows)], [number] * len(rows), 1e-5)
    for index in range(len(rows)):
        alone = pick(rows[index : index + 1], [hows[index]], [number], 1e-5)
        assert alone.tokens[0] == together.tokens[index]


def test_log_probabilities_are_natural_and_of_the_whole_distribution() -> None:
    tokens = np.array([3], dtype=np.int64)
    scored = score_tokens(LINE + np.float32(7), tokens, [2])[0]
    assert scored.logprob == pytest.approx(math.log(0.3), abs=1e-5)
    assert [token for token, _ in scored.top] == [1, 3]
    assert scored.top[0][1] == pytest.approx(math.log(0.4), abs=1e-5)
    assert score_tokens(LINE, tokens, [0])[0].top == ()
    every = score_tokens(LINE, tokens, [20])[0].top
    assert math.fsum(math.exp(logprob) for _, logprob in every) == pytest.approx(1, abs=1e-5)
