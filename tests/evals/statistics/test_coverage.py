"""How often the intervals hold the truth: benchmarks.coverage at a small size."""

from __future__ import annotations

import pytest

from benchmarks.coverage import covered


@pytest.mark.parametrize(
    "name", ["pairs, 10 % and 5 % alone", "skewed scores", "4 samples a question"]
)
@pytest.mark.parametrize("way", ["bootstrap", "student"])
def test_at_200_questions_intervals_cover(name: str, way: str) -> None:
    found = covered(name, 200, way, trials=400, resamples=500)
    assert 0.93 <= found["covered"] <= 0.965  # the full size has 4,000 trials
    assert found["truth below"] + found["truth above"] == pytest.approx(1 - found["covered"])


def test_streamed_intervals_cover_too() -> None:
    found = covered("skewed scores", 200, "poisson", trials=200, resamples=200)
    assert 0.92 <= found["covered"] <= 0.98
