"""The pytest plugin: options, marker, fixture and file; it imports no reasoning until it is used.

Every pytest run of an environment loads this module, so that it costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from reasoning_chains.evals.gate import Verdict

__all__ = ["FILE", "MARK"]

FILE = "reasoning_evals.yaml"
MARK = "reasoning"
_LINE = "reasoning"
"""The property of a test that holds its line of the summary."""

DECLARED = pytest.StashKey[dict[str, Any]]()
_VERDICT = pytest.StashKey[Any]()

_HELP = {
    "--min-accuracy": "Fail evals that surely have a smaller share of right answers, 0.8 say.",
    "--max-regression": "Fail evals whose accuracy surely fell by more since the baseline.",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options; a test's own thresholds go before them."""
    group = parser.getgroup("reasoning_chains", "evals of reasoning_chains")
    for name, text in _HELP.items():
        group.addoption(name, type=float, default=None, metavar="SHARE", help=text)
    group.addoption(
        "--reasoning-baseline",
        default="reasoning_baseline",
        metavar="PATH",
        help="Where earlier runs are kept, below the root: a folder, or a run's results.",
    )
    group.addoption(
        "--reasoning-update-baseline",
        action="store_true",
        help="Make the evals of this run the baseline, and compare them with none.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Tell of the marker, and refuse thresholds that are no share."""
    told = "measure a chain on a suite; see docs/ci.md of reasoning_chains."
    config.addinivalue_line(
        "markers", f"{MARK}(suite, chain, backend, n, min_accuracy, ...): {told}"
    )
    for name in _HELP:
        value = config.getoption(name)
        if value is not None and not 0 <= value <= 1:
            raise pytest.UsageError(f"{name} {value:g}: it must be at least 0 and at most 1")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the evals that a file declares."""
    if file_path.name != FILE:
        return None
    from reasoning_chains.pytest_plugin.yaml_file import EvalFile

    made: EvalFile = EvalFile.from_parent(parent, path=file_path)
    return made


@pytest.fixture
def reasoning(request: pytest.FixtureRequest) -> Verdict:
    """What the eval of the test's `reasoning` marker came to, whether it is good enough or not."""
    verdict = _measured(request.node)
    if verdict is None:
        pytest.fail(
            f"the fixture reasoning needs a marker: @pytest.mark.{MARK}(suite=…, chain=…)",
            pytrace=False,
        )
    return verdict


@pytest.hookimpl(trylast=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Measure; what cannot be measured is an error of the test, and no failure."""
    if not item.config.getoption("setupplan", False):
        _measured(item)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Fail the test where its eval is not good enough."""
    verdict = item.stash.get(_VERDICT, None)
    if verdict is not None and verdict.state == "failed":
        from reasoning_chains.evals.telling import told

        pytest.fail(told(verdict), pytrace=False)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Show each eval in one line."""
    lines = dict(_lines(terminalreporter.stats))
    if lines:
        terminalreporter.section("evals", sep="-")
        for name, line in lines.items():
            terminalreporter.write_line(f"{name}\n    {line}")


def _lines(stats: dict[str, list[Any]]) -> Iterator[tuple[str, str]]:
    for report in (one for reports in stats.values() for one in reports):
        for name, value in getattr(report, "user_properties", ()):
            if name == _LINE:
                yield report.nodeid, value


def _measured(item: pytest.Item) -> Verdict | None:
    """Measure the eval of a test once; None where it has none."""
    if _VERDICT in item.stash:
        kept: Verdict = item.stash[_VERDICT]
        return kept
    declared = _declared(item)
    if declared is None:
        return None
    from reasoning_chains.errors import Caught, ReasoningChainsError
    from reasoning_chains.evals.telling import line_of, properties, told
    from reasoning_chains.pytest_plugin.measuring import measure

    with Caught(ReasoningChainsError) as caught:
        verdict = measure(item, declared)
    if caught.error is not None:
        pytest.fail(str(caught.error), pytrace=False)
    item.stash[_VERDICT] = verdict
    item.user_properties += [*properties(verdict).items(), (_LINE, line_of(verdict))]
    if verdict.state == "error":
        pytest.fail(told(verdict), pytrace=False)
    return verdict


def _declared(item: pytest.Item) -> dict[str, Any] | None:
    """Give what a test declares: the nearest marker first; None where none says anything."""
    if DECLARED in item.stash:
        return item.stash[DECLARED]
    found: dict[str, Any] = {}
    for mark in item.iter_markers(MARK):
        if mark.args:
            pytest.fail(f"@pytest.mark.{MARK} takes names: write suite=…, chain=…", pytrace=False)
        found = {**mark.kwargs, **found}
    return found or None
