"""Holm's correction beside statsmodels'."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.statistics import holm
from tests.evals.statistics import quiet


def test_holm_of_three() -> None:
    assert holm([0.04, 0.01, 0.03]) == pytest.approx((0.06, 0.03, 0.06))
    assert holm([]) == ()


@pytest.mark.parametrize("count", [1, 2, 5, 40])
def test_holm_is_statsmodels(count: int) -> None:
    ps = (np.random.default_rng(count).random(count).round(2) ** 2).tolist()  # some are equal
    assert holm(ps) == pytest.approx(multipletests(ps, method="holm")[1].tolist(), abs=1e-12)


@quiet
@given(st.lists(st.floats(0, 1), max_size=40), st.randoms())
def test_holm_never_lowers_a_p_and_knows_no_order(ps: list[float], chance: Random) -> None:
    corrected = holm(ps)
    assert all(1 >= after >= before for after, before in zip(corrected, ps, strict=True))
    places = list(range(len(ps)))
    chance.shuffle(places)
    assert holm([ps[place] for place in places]) == tuple(corrected[place] for place in places)


@pytest.mark.parametrize(
    ("ps", "told"),
    [
        ([0.5, 1.5], r"ps\[1\] is 1.5: a p-value lies between 0 and 1"),
        ([-0.1], r"ps\[0\] is -0.1"),
        ([float("nan")], r"ps\[0\] is nan"),
        (["0.1"], r"ps\[0\] must be a number"),
        ({"a": 0.1}, "ps must be a list, found a dict"),
        (0.1, "ps must be a list, found 0.1"),
    ],
)
def test_what_is_no_p_is_told(ps: Any, told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        holm(ps)
