"""Every task file of the installed package opens, or is refused for a reason that is known."""

from __future__ import annotations

import json
from importlib.metadata import version

import pytest

from benchmarks.harness import ASIDE, OPENS, PARTS, RESULT, counted
from reasoning_chains.evals.harness.refused import REASONS


@pytest.mark.parametrize("part", range(PARTS))
def test_each_file_opens_or_tells_its_reason(part: int) -> None:
    found = counted(part)
    assert {*found} <= {OPENS, *REASONS}
    asked = sum(number for reason, number in found.items() if reason not in ASIDE)
    assert found[OPENS] / asked > 0.25
    told = json.loads(RESULT.read_text(encoding="utf-8"))
    if told["version"] == version("lm_eval"):
        assert told["parts"][part] == found
