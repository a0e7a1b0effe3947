"""R-02: a writer that is killed at any call of the system leaves a store that is whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.store.killing import ABLE, killing, violations, written

needed = pytest.mark.skipif(not ABLE, reason="kills by ptrace, on Linux for x86-64 only")


@needed
def test_what_was_safe_is_there_wherever_the_writer_is_killed(tmp_path: Path) -> None:
    found, wrong = killing(tmp_path, 100, every=3)
    assert wrong == []
    assert found.kills == 100
    assert found.safe_groups > 20


def test_what_is_missing_is_seen(tmp_path: Path) -> None:
    path, pipe = tmp_path / "s.db", os.open(os.devnull, os.O_WRONLY)
    written(path, 1)(pipe)
    os.close(pipe)
    assert violations(path, 1, 4) == []
    assert violations(path, 2, 1) == ["group 0 was safe and is gone"]
