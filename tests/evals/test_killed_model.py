"""A run on the real model that is killed and begun again asks for nothing that is stored."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

ASKED = (
    *("eval", "last_letters", "--n", "10", "--results", "r", "--store", "s.db", "--json"),
    *("--chain", "zero_shot_cot", "--chain", "self_consistency(zero_shot_cot, samples=3)"),
)


def begun(folder: Path) -> subprocess.Popen[bytes]:
    folder.mkdir(exist_ok=True)
    words = [sys.executable, "-m", "reasoning_chains", *ASKED]
    return subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def killed_at(folder: Path, records: int) -> None:
    with begun(folder) as running:
        while running.poll() is None and recorded(folder) < records:
            time.sleep(0.005)
        running.kill()


def recorded(folder: Path) -> int:
    return sum(path.read_bytes().count(b"\n") for path in (folder / "r").glob("*.jsonl"))


def stored(folder: Path) -> dict[tuple[str, ...], tuple[str, float]]:
    """Give the text of each stored sample, and when it came."""
    asked = "SELECT backend, digest, path, occurrence, reply, at FROM samples"
    with closing(sqlite3.connect(folder / "s.db")) as store:
        rows = store.execute(asked).fetchall()
    return {tuple(map(str, row[:4])): (json.loads(row[4])["text"], row[5]) for row in rows}


def figures(told: bytes) -> Any:
    data = json.loads(told)
    del data["folder"]
    for cell in data["cells"]:
        for name in ("seconds", "bought", "requests"):
            del cell["cost"][name]
    return data


def test_the_same_answers_and_no_stored_call_repeated(tmp_path: Path) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    expected = begun(whole).communicate()[0]
    before: dict[tuple[str, ...], tuple[str, float]] = {}
    for records in (2, 7, 12):
        killed_at(broken, records)
        now = stored(broken)
        assert {name: now[name] for name in before} == before  # neither the text nor the time
        before = now
    assert len(before) > 0
    report = begun(broken).communicate()[0]
    after, once = stored(broken), stored(whole)
    assert {name: after[name] for name in before} == before
    assert {name: text for name, (text, _) in after.items()} == {
        name: text for name, (text, _) in once.items()
    }
    assert figures(report) == figures(expected)
