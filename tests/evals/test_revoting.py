"""Recorded candidates, decided by other rules and scored by other scorers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reasoning_chains import Report, ScriptedBackend, UserMistake, evaluate
from reasoning_chains.evals.revoting import revote
from reasoning_chains.evals.suite import Suite
from reasoning_chains.types import Completion, Content, SampleKey, Usage
from tests.cli.test_cli import run
from tests.evals.answering import adder, number, sums

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


def second_thoughts(folder: Path, **options: Any) -> tuple[Suite, Report, int]:
    """Record runs in which each reply first says what is right, and then something else.

    The number is that of the replies that were bought.
    """
    suite, bought = sums(folder, 4), list[int]()

    def reply(content: Content, key: SampleKey) -> Completion:
        n = number(content)
        bought.append(n)
        text = f"The answer is {n + 1}.\nNo, the answer is 0.\nOr is it {n + 1}"
        return Completion(text, finish="length", usage=Usage(1, 1, 0, 1))

    backend = ScriptedBackend(reply)
    given: Any = {"store": folder / "store.db", **options}
    return suite, evaluate(suite, [VOTED, "direct"], backend, **given), len(bought)


def test_answers_are_read_anew_out_of_texts_that_were_kept(tmp_path: Path) -> None:
    suite, report, _ = second_thoughts(tmp_path, results=tmp_path / "r", texts=True)
    assert [cell.accuracy for cell in report.cells] == [0.0, 0.0]
    first = revote(tmp_path / "r", pick="first", suites=[suite])
    assert [cell.accuracy for cell in first.cells] == [1.0, 1.0]
    last = revote(tmp_path / "r", pick="last", suites=[suite])
    assert [cell.accuracy for cell in last.cells] == [0.0, 0.0]  # what was cut is not read
    assert [cell.parsed for cell in last.cells] == [1.0, 1.0]
    as_words = revote(tmp_path / "r", kind="boolean", scorer="exact", suites=[suite])
    assert [cell.outcomes["cut"] for cell in as_words.cells] == [4, 4]


def test_a_run_without_texts_says_how_to_get_them_and_buys_nothing_for_it(tmp_path: Path) -> None:
    suite, _, bought = second_thoughts(tmp_path, results=tmp_path / "r")
    assert bought == 16
    with pytest.raises(UserMistake, match=r"kept no texts.* --texts .*another folder"):
        revote(tmp_path / "r", pick="first", suites=[suite])
    assert '"text"' not in (tmp_path / "r" / "001.jsonl").read_text(encoding="utf-8")
    with pytest.raises(UserMistake, match="texts was False and is now True"):
        second_thoughts(tmp_path, results=tmp_path / "r", texts=True)
    _, _, bought = second_thoughts(tmp_path, results=tmp_path / "t", texts=True)
    assert bought == 0
    assert revote(tmp_path / "t", pick="first", suites=[suite]).cells[0].accuracy == 1.0


def test_rules_that_need_log_probabilities_name_the_problem(tmp_path: Path) -> None:
    suite, _ = voted(tmp_path)
    told = r"mine × self_consistency.*, problem s0: 3 of 3 samples have no log-probability"
    with pytest.raises(UserMistake, match=told):
        revote(tmp_path / "r", "likeliest", suites=[suite])
    for rule, score in (("each", 8 / 9), ("any", 1.0), ("confident", 1.0)):
        cell = revote(tmp_path / "r", rule, suites=[suite]).cells[0]
        assert cell.score == pytest.approx(score)
