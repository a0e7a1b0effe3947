"""Suites on the command line: listed, shown, checked, written."""

from __future__ import annotations

from pathlib import Path

from tests.cli.test_cli import run
from tests.evals.writing import written


def test_all_suites_are_listed_and_one_that_is_broken_does_not_hide_the_others(
    tmp_path: Path,
) -> None:
    written(tmp_path)
    broken = tmp_path / "evals" / "broken"
    broken.mkdir()
    (broken / "eval.yaml").write_text("description: x\ndata: a.csv\nkidn: text\n")
    done = run("evals", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = {line.split("\t")[0]: line.split("\t")[1:] for line in done.stdout.splitlines()}
    assert lines["mine"] == ["by its rows", "number", "made up", "made up", "not stated"]
    assert lines["slope"][:3] == ["50, 200, 2,000", "number", "made up"]
    assert lines["facts"][0] == "50, 136"
    assert lines["gsm8k"][2:] == [
        "on rows of its source",
        "https://github.com/openai/grade-school-math",
        "MIT",
    ]
    assert "bbh:TASK, 27 tasks" in lines
    assert "unknown key 'kidn': did you mean kind" in " ".join(lines["broken"])


def test_three_items_are_shown_with_what_is_scored_how(tmp_path: Path) -> None:
    written(tmp_path)
    done = run("evals", "show", "mine", folder=tmp_path)
    assert "Scored by number: The same number: 1/2 is 0.5, and 1,000 is 1000." in done.stdout
    assert "a (number)\n1 + 1?\nright: 2" in done.stdout
    shown = run("evals", "show", "two_hop", folder=tmp_path).stdout
    assert shown.count("right: ") == 3
    assert "Problems: 50, 200, 1,420. Groups: level." in shown
    missing = run("evals", "show", "game24", folder=tmp_path)
    assert missing.returncode == 2
    assert "give data=PATH, or --data PATH: a folder that holds 24.csv" in missing.stderr
    (tmp_path / "24.csv").write_text("Rank,Puzzles\n" + "1,1 1 4 6\n" * 900 + "901,4 5 6 10\n")
    given = run("evals", "show", "game24", "--data", ".", folder=tmp_path)
    assert "901 (text)\nUse the numbers 4, 5, 6, 10, each exactly once" in given.stdout


def test_a_suite_is_checked_by_name_and_by_path(tmp_path: Path) -> None:
    folder = written(tmp_path)
    for name in ("mine", "evals/mine/eval.yaml"):
        done = run("evals", "check", name, folder=tmp_path)
        assert done.stdout == "mine: 2 problems, no mistake found\nanswers: number × 2\n"
    facts = run("evals", "check", "facts", folder=tmp_path).stdout
    assert "facts: 200 were asked for, there are 136: all are taken" in facts
    assert "1 problem, " in run("evals", "check", "mine", "--most", "1", folder=tmp_path).stdout
    none = run("evals", "check", "evals", folder=tmp_path)
    assert (none.returncode, "evals holds no eval.yaml" in none.stderr) == (2, True)
    (folder / "rows.jsonl").write_text('{"question": "1?", "answer": "one of them"}\n')
    wrong = run("evals", "check", "evals/mine", folder=tmp_path)
    assert wrong.returncode == 2
    assert len(wrong.stderr.strip().splitlines()) == 1
    assert "row 1: its own scorer, number, rejects the answer 'one of them'" in wrong.stderr


def test_a_new_eval_is_whole(tmp_path: Path) -> None:
    done = run("new", "eval", "mine", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "3 problems, no mistake found" in run("evals", "check", "mine", folder=tmp_path).stdout
    told = run("new", "eval", "dates", folder=tmp_path).stdout
    assert "it takes the place of the bundled eval dates" in told
