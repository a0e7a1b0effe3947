"""What goes on after a kill asks for what is missing, and for nothing else."""

from __future__ import annotations

from pathlib import Path

from tests.soak.resuming import resumed


def test_the_first_request_after_a_kill_is_a_new_one(tmp_path: Path) -> None:
    seen = resumed(tmp_path, 600)
    assert seen.items >= 600 - 1
    assert not seen.again
