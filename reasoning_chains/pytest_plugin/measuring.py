"""Runs the eval of a test and judges it; it knows pytest only by the test that it is handed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from reasoning_chains.content import PROJECT_VARIABLE, Library
from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.deciding import Kept, decide
from reasoning_chains.evals.fates import Ran, ran
from reasoning_chains.evals.finding import Place
from reasoning_chains.evals.folder import RESULTS
from reasoning_chains.evals.gate import Gate, Verdict
from reasoning_chains.evals.lines import written
from reasoning_chains.evals.running import evaluate
from reasoning_chains.evals.suite import Suite, load_suite
from reasoning_chains.pytest_plugin.check import Check, read_check

__all__ = ["measure"]

_UPDATE = "--reasoning-update-baseline"


def measure(item: pytest.Item, declared: Mapping[str, Any]) -> Verdict:
    """Run what a test declares, from the beginning, and judge it.

    Records of an earlier session are not gone on with: a template or a chain may have been changed
    since. What was bought is in the store, by what was asked.

    Raises:
        UserMistake: The declaration or the baseline cannot be.
    """
    check = read_check(declared, item.nodeid)
    gate, kept = _gate(item, check), _kept(item, check)
    project = _project(item, check)
    if gate.max_regression is None and not kept.renew:
        return decide(_ran(item.nodeid, check, project), gate)
    if not kept.renew and not kept.place.path.exists():
        told = f"there is no baseline at {kept.place.path}"
        raise UserMistake(f"{told}: write it with pytest {_UPDATE}")
    return decide(_ran(item.nodeid, check, project), gate, kept)


def _gate(item: pytest.Item, check: Check) -> Gate:
    """Make the thresholds: the test's own, else those of the command line."""
    low, fall = check.min_accuracy, check.max_regression
    return Gate(
        item.config.getoption("--min-accuracy") if low is None else low,
        item.config.getoption("--max-regression") if fall is None else fall,
        check.confidence,
        check.strict,
    )


def _kept(item: pytest.Item, check: Check) -> Kept:
    path = item.config.rootpath / item.config.getoption("--reasoning-baseline")
    renew = bool(item.config.getoption(_UPDATE))
    return Kept(Place(path, f"pytest {_UPDATE}"), check.name or item.nodeid, renew)


def _project(item: pytest.Item, check: Check) -> Path:
    """Give the folder with evals and templates: the one named, else pytest's root."""
    usual = os.environ.get(PROJECT_VARIABLE) or item.config.rootpath
    named = item.path.parent / check.project if check.project else Path(usual)
    return Library.of(named).roots[0]


def _ran(name: str, check: Check, project: Path) -> Ran:
    """Run in a folder that nobody else has, and leave the records where they are found again."""
    suite: Suite = check.suite
    if isinstance(check.suite, str):
        data = None if check.data is None else project / check.data
        suite = load_suite(check.suite, project, data=data)
    kept = project / RESULTS / "pytest"
    with written(kept):
        kept.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".running-", dir=kept))
    try:
        return _run(check, suite, project, folder)
    finally:
        _leave(folder, Place(kept, _UPDATE).file_of(name).with_suffix(""))


def _run(check: Check, suite: Suite, project: Path, folder: Path) -> Ran:
    report = evaluate(
        [suite],
        [check.chain],
        [check.backend],
        n=check.n,
        seed=check.seed,
        store=check.store,
        results=folder,
        budget=check.budget,
        concurrency=check.concurrency,
        project=project,
        sampling=check.sampling,
        lang=check.lang,
    )
    (only,) = ran(report, [suite])
    return only


def _leave(folder: Path, place: Path) -> None:
    """Put the records in the place of those before; another session may do so just now."""
    shutil.rmtree(place, ignore_errors=True)
    with suppress(OSError):
        folder.replace(place)
    shutil.rmtree(folder, ignore_errors=True)
