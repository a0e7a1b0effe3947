"""Cells for gates to judge: sums answered as the test says, run and recorded for real."""

from __future__ import annotations

from collections.abc import Collection
from itertools import count
from pathlib import Path
from typing import Any

from reasoning_chains import evaluate
from reasoning_chains.evals.fates import Ran, ran
from reasoning_chains.evals.suite import Suite
from tests.evals.answering import adder, sums

_numbers = count()


def cell(
    folder: Path,
    total: int,
    wrong: Collection[int] = (),
    broken: Collection[int] = (),
    **options: Any,
) -> Ran:
    """Run `direct` on so many sums, of which these are answered wrongly, or not at all."""
    suite: Suite = options.pop("suite", None) or sums(folder, total)
    backend = adder(lambda n, key: n in wrong, lambda n, key: n in broken)
    results = folder / f"run{next(_numbers)}"
    told = {"store": False, "results": results, **options}
    (made,) = ran(evaluate([suite], ["direct"], [backend], **told), [suite])
    return made
