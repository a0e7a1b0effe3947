"""Runs that end badly: killed, and on a disk that is full."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from reasoning_chains import Report
from tests.evals.answering import sums
from tests.evals.killed import measured

ROOT = Path(__file__).parents[2]
KILLS = (5, 11, 8)
"""After how many records of each start it is killed."""


def killed_after(records: int, folder: Path, asked: Path) -> None:
    words = ("-W", "error", "-m", "tests.evals.killed", str(folder), str(asked), "0.005")
    with subprocess.Popen([sys.executable, *words], cwd=ROOT, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert len(running.stdout.read(records)) == records
        running.kill()


def figures(report: Report) -> Any:
    """Give the report without its times, its folder, and what was bought."""
    data = report.to_dict()
    del data["folder"]
    for cell in data["cells"]:
        for name in ("seconds", "bought", "requests"):
            del cell["cost"][name]
    return json.dumps(data)


def test_a_run_killed_three_times_gives_the_same_report_and_buys_nothing_twice(
    tmp_path: Path,
) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    for folder in (whole, broken):
        sums(folder, 24)
    expected = measured(whole, tmp_path / "once", 0)
    for records in KILLS:
        killed_after(records, broken, tmp_path / "asked")
    files = (broken / "results").glob("*.jsonl")
    assert 24 * 2 > sum(file.read_bytes().count(b"\n") for file in files) >= sum(KILLS)
    report = measured(broken, tmp_path / "asked", 0)
    assert figures(report) == figures(expected)
    assert 0 < (report.cells[0].accuracy or 0) < 1
    bought = Counter((tmp_path / "asked").read_text().splitlines())
    once = Counter((tmp_path / "once").read_text().splitlines())
    assert set(bought) == set(once)
    assert len(once) == once.total() == 24 * 4  # one ask alone, and three voters
    repeated = bought.total() - len(bought)
    assert repeated <= len(KILLS) * 4 * 3  # in flight at a kill: not stored, so asked again


FULL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, resource.RLIM_INFINITY))
from pathlib import Path
from reasoning_chains import UserMistake, evaluate
from reasoning_chains.evals.suite import suite_at
from tests.evals.answering import adder
folder = Path(sys.argv[1])
suite = suite_at(folder / "evals" / "mine", folder)
try:
    evaluate(suite, "direct", adder(), store=False, results=folder / "r", concurrency=1)
except UserMistake as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
backend = adder()
report = evaluate(suite, "direct", backend, store=False, results=folder / "r")
print(report.cells[0].questions, report.cells[0].accuracy, backend.asked.total() < 60)
"""


def test_a_disk_that_fills_is_told_and_the_run_goes_on_when_there_is_room(tmp_path: Path) -> None:
    sums(tmp_path, 60)
    words = [sys.executable, "-W", "error", "-c", FULL, str(tmp_path)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told, counted = done.stdout.splitlines()
    assert told.endswith("make room, or allow it, and run the same again: it goes on from there")
    assert "001.jsonl cannot be written" in told
    assert counted == "60 1.0 True"
