"""R-01: faults of every kind and kills: nothing is lost or counted twice, little is paid twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.faults import soaked


@pytest.mark.timeout(300)
def test_nothing_is_lost_and_little_is_paid_twice(tmp_path: Path) -> None:
    found = soaked(tmp_path, 5_000)
    assert (found.lost, found.doubled, found.different) == (0, 0, 0)
    assert 0 < found.twice <= found.allowed
    assert found.grown <= 50
