"""Recorded candidates, decided by other rules and scored by other scorers."""

from __future__ import annotations

from pathlib import Path

import pytest

from reasoning_chains import Report, UserMistake, evaluate
from reasoning_chains.evals.revoting import revote
from reasoning_chains.evals.suite import Suite
from tests.cli.test_cli import run
from tests.evals.answering import adder, sums

VOTED = "self_consistency(direct, samples=3)"


def voted(folder: Path) -> tuple[Suite, Report]:
    """Record runs in which the first voter errs in every third sum, and nobody in the others."""
    suite = sums(folder, 9)
    backend = adder(wrong=lambda n, key: n % 3 == 0 and key.path[-1] == 0)
    return suite, evaluate(suite, [VOTED, "direct"], backend, store=False, results=folder / "r")


def test_other_rules_give_what_they_would_have_given(tmp_path: Path) -> None:
    suite, report = voted(tmp_path)
    assert report.cells[0].accuracy == 1.0
    right = {
        rule: revote(tmp_path / "r", rule, suites=[suite]).cells[0].outcomes
        for rule in ("majority", "weighted", "first", "unanimous")
    }
    assert right["majority"] == right["weighted"] == report.cells[0].outcomes
    assert (right["first"]["right"], right["first"]["wrong"]) == (6, 3)
    assert (right["unanimous"]["right"], right["unanimous"]["unparsed"]) == (6, 3)


def test_the_same_rule_gives_the_same_report(tmp_path: Path) -> None:
    suite, report = voted(tmp_path)
    again = revote(tmp_path / "r", suites=[suite])
    assert (again.comparisons, again.folder) == (report.comparisons, report.folder)
    for cell, before in zip(again.cells, report.cells, strict=True):
        assert (cell.outcomes, cell.groups, cell.cost.tokens) == (
            before.outcomes,
            before.groups,
            before.cost.tokens,
        )


def test_another_scorer_scores_what_was_recorded(tmp_path: Path) -> None:
    suite, _ = voted(tmp_path)
    near = revote(tmp_path / "r", "first", scorer="number(tolerance=1)", suites=[suite])
    assert near.cells[0].accuracy == 1.0


def test_what_cannot_be_revoted_is_told(tmp_path: Path) -> None:
    suite, _ = voted(tmp_path)
    with pytest.raises(UserMistake, match="did you mean majority"):
        revote(tmp_path / "r", "majorty", suites=[suite])
    with pytest.raises(UserMistake, match="the scorer judge needs a run"):
        revote(tmp_path / "r", scorer="judge", suites=[suite])
    with pytest.raises(UserMistake, match=r"holds no run\.json"):
        revote(tmp_path, suites=[suite])
    with pytest.raises(UserMistake, match="were changed since the run"):
        revote(tmp_path / "r", suites=[sums(tmp_path, 8)])


def test_the_command_line_draws_the_same_tables(tmp_path: Path) -> None:
    voted(tmp_path)
    done = run("revote", "r", "--rule", "first", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"| mine | {VOTED} | scripted | 9 | 66.7 % |" in done.stdout
    given = ("--data", "mine=evals/mine/rows.jsonl")
    assert run("revote", "r", *given, folder=tmp_path).returncode == 0
    odd = run("revote", "r", "--data", "rows.jsonl", folder=tmp_path)
    assert (odd.returncode, "write the suite and its rows" in odd.stderr) == (2, True)
