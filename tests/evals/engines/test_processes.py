"""Shards in processes of this machine: killed, interrupted, orphaned, dying again and again."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from reasoning_chains import Budget, ReasoningChainsError, UserMistake, evaluate
from reasoning_chains.types import Sampling
from tests.cli.test_cli import PYTHON, run
from tests.cli.test_eval import SLOW
from tests.evals.engines.killing import kill_one_worker_half_way
from tests.evals.spreading import BACKEND, bought, project, workers

ASKED = ("eval", "mine", "-c", "direct", "-b", BACKEND, "--results", "r")
SPREAD = ("--engine", "processes", "--shards", "2")


def test_a_process_killed_half_way_loses_nothing_and_buys_nothing_twice(tmp_path: Path) -> None:
    kill_one_worker_half_way(tmp_path, "processes", 2)


@contextmanager
def running(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run on the command line until some replies are there."""
    with subprocess.Popen(
        [PYTHON, "-W", "error", "-c", SLOW, *ASKED, *SPREAD],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        while process.poll() is None and len(set(workers(folder))) < 2:
            time.sleep(0.02)
        yield process


def is_there(process: int) -> bool:
    """Tell whether a process is at work: one that nobody has buried yet is not."""
    with suppress(FileNotFoundError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "kill -9"])
def test_a_run_that_is_ended_ends_its_workers_and_goes_on(
    tmp_path: Path, end: signal.Signals
) -> None:
    project(tmp_path, 100, 0.05)
    with running(tmp_path) as process:
        process.send_signal(end)
        out, told = process.communicate(timeout=60)
    assert (process.returncode, out) == (130 if end == signal.SIGINT else -end, b"")
    assert end != signal.SIGINT or b"the same command goes on from there" in told
    assert b"Traceback" not in told
    before = set(workers(tmp_path))
    (tmp_path / "seconds").write_text("0")
    whole = run(*ASKED, "--json", folder=tmp_path)
    assert whole.returncode == 0, whole.stderr
    assert json.loads(whole.stdout)["cells"][0]["questions"] == 100
    assert not any(map(is_there, before))  # nobody was left at work
    sold = bought(tmp_path)
    assert (len(sold), sold.total() - len(sold) <= 2 * 16) == (100, True)


def test_a_shard_that_dies_again_and_again_is_told_and_the_rest_is_kept(tmp_path: Path) -> None:
    project(tmp_path, 4)
    (tmp_path / "deadly").touch()
    with pytest.raises(ReasoningChainsError, match=r"shard 1/1 ended 4 times, the last with code"):
        evaluate("mine", "direct", BACKEND, project=tmp_path, engine="processes", shards=1)
    (tmp_path / "deadly").unlink()
    report = evaluate("mine", "direct", BACKEND, project=tmp_path)
    assert report.cells[0].questions == 4


def test_what_a_worker_finds_wrong_comes_back_in_words(tmp_path: Path) -> None:
    project(tmp_path, 4)
    (tmp_path / "counting.py").write_text("import no_such_module\n")
    done = run(*ASKED, *SPREAD, folder=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "No module named 'no_such_module'" in done.stderr
    with pytest.raises(UserMistake, match="unknown engine 'procesess'"):
        evaluate("mine", "direct", BACKEND, project=tmp_path, engine="procesess")


def test_two_processes_at_once_keep_to_one_budget_of_money(tmp_path: Path) -> None:
    project(tmp_path, 40, 0.01)
    least, limit = 1e-5, 0.0005  # a reply costs at least so much
    report = evaluate(
        "mine",
        "zero_shot_cot",
        BACKEND,
        project=tmp_path,
        engine="processes",
        shards=2,
        sampling=Sampling(max_tokens=8),
        budget=Budget(money=limit),
    )
    assert report.notes[0].startswith("the budget of the run is spent")
    assert 0 < report.cells[0].cost.bought <= limit
    assert bought(tmp_path).total() * least <= limit
