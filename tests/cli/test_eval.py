"""`eval` on the command line: a table, JSON, and the same command gone on with."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from reasoning_chains.budget import Account, Budget
from reasoning_chains.cli.measuring import state
from reasoning_chains.evals.options import Progress
from tests.cli.test_cli import PYTHON, run
from tests.evals.answering import sums


def replayed(folder: Path, count: int = 6) -> None:
    """Write a suite, and two recorded replies to each of its questions, one a chain."""
    sums(folder, count)
    rows = [
        {"question": f"{n} + 1?", "completions": [f"The answer is {n + 1 + n % 2}."] * 2}
        for n in range(count)
    ]
    (folder / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n")


VOTED = "self_consistency(direct, samples=1)"
ASKED = ("eval", "mine", "-c", "direct", "--chain", VOTED, "-b", "replay:rows.jsonl")


def test_a_pipe_gets_the_report_as_markdown_and_nothing_else(tmp_path: Path) -> None:
    replayed(tmp_path)
    done = run(*ASKED, "--results", "out", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("| suite | chain | backend | n | accuracy | 95 % | parsed |")
    assert lines[2].startswith(
        "| mine | direct | replay:rows.jsonl | 6 | 50.0 % | 18.8 to 81.2 | 100.0 % | 1.0 |"
    )
    assert f"| mine | {VOTED} | direct | 6 | +0.0 |" in done.stdout
    assert "| mine | direct | level 3 | 2 | 50.0 % |" in done.stdout
    assert done.stderr == "records: out\n"


def test_json_holds_the_whole_report(tmp_path: Path) -> None:
    replayed(tmp_path)
    report = json.loads(run(*ASKED, "--n", "4", "--json", folder=tmp_path).stdout)
    assert [cell["questions"] for cell in report["cells"]] == [4, 4]
    assert report["cells"][0]["outcomes"]["wrong"] == 2
    (comparison,) = report["comparisons"]
    assert (comparison["first"], comparison["p"], comparison["corrected"]) == (
        VOTED,
        1.0,
        1.0,
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("eval", "mine"), "Missing option '--chain'"),
        (("eval", "minee", "-c", "direct"), "did you mean mine"),
        ((*ASKED, "--budget-tokens", "2.5"), "must be a whole number, such as 2e6"),
        ((*ASKED, "--data", "mine"), "write the suite and its rows"),
        ((*ASKED, "--data", "slope=x"), "slope is not among the suites"),
        ((*ASKED, "--n", "0"), "n=0: it must be at least 1"),
        ((*ASKED, "--results", "rows.jsonl"), "cannot be written"),
    ],
    ids=["no chain", "suite", "tokens", "data", "other data", "n", "folder"],
)
def test_mistakes_are_told_in_a_line(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    replayed(tmp_path)
    done = run(*words, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_budget_ends_the_run_and_says_so(tmp_path: Path) -> None:
    replayed(tmp_path)
    done = run(*ASKED, "--budget-tokens", "1e2", "--json", folder=tmp_path)
    assert done.returncode == 0
    assert "the budget of the run is spent" in json.loads(done.stdout)["note"]
    assert "the budget of the run is spent" in done.stderr


SLOW = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
from reasoning_chains.cli import main
sys.argv = ["reasoning-chains", *sys.argv[1:]]
main()
"""


def test_ctrl_c_says_that_the_same_command_goes_on(tmp_path: Path) -> None:
    words = ("eval", "coin_flip", "-c", "zero_shot_cot", "--n", "2000", "--results", "out")
    with subprocess.Popen(
        [PYTHON, "-c", SLOW, *words],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        file = tmp_path / "out" / "001.jsonl"
        while running.poll() is None and not (file.exists() and file.stat().st_size):
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        out, told = running.communicate(timeout=60)
    assert (running.returncode, out) == (130, b"")
    assert b"the same command goes on from there" in told
    assert b"Traceback" not in told


def test_progress_tells_rate_tokens_and_failures() -> None:
    account = Account(Budget(), tokens=12_345, money=0.5)
    progress = Progress(2, 400, 100, 150, account, errors=3)
    told = state(progress, 12.5)
    assert told == "150 of 400, 12.5 a second, 12,345 tokens, 0.5 spent, 3 failed"
    assert state(Progress(1, None, 0, 7, Account(Budget())), 1.0) == "7, 1 a second, 0 tokens"


def test_shards_run_apart_and_merge_into_the_report_of_one_process(tmp_path: Path) -> None:
    replayed(tmp_path)
    for number in (1, 2):
        words = ("--shard", f"{number}/2", "--results", f"part{number}")
        assert run(*ASKED, *words, folder=tmp_path).returncode == 0
    short = run("merge", "part2", "--into", "out", folder=tmp_path)
    assert (short.returncode, "missing: shard 1/2" in short.stderr) == (2, True)
    part = run("merge", "part2", "--into", "some", "--partial", folder=tmp_path)
    assert (part.returncode, "missing: shard 1/2" in part.stdout) == (1, True)
    whole = run("merge", "part2", "part1", "--into", "out", "--json", folder=tmp_path)
    assert whole.returncode == 0, whole.stderr
    one = run(*ASKED, "--json", "--results", "one", folder=tmp_path)
    told, expected = (_timeless(done.stdout) for done in (whole, one))
    assert told == expected


def _timeless(text: str) -> Any:
    report = json.loads(text)
    del report["folder"]
    for cell in report["cells"]:
        del cell["cost"]["seconds"]
    return report
