"""The store on the command line: kept, counted, cut, written out, merged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reasoning_chains import UserMistake
from reasoning_chains.store.managing import merged, pruned
from reasoning_chains.store.store import Store
from tests.backends.guard.flaky import landed
from tests.cli.test_cli import run
from tests.store.test_store import keep, key

ASK = ("ask", "What is 12 + 5?", "--json", "--store")


def test_a_reply_that_was_asked_for_is_kept_and_counted(tmp_path: Path) -> None:
    first = json.loads(run(*ASK, "a.db", folder=tmp_path).stdout)
    again = json.loads(run(*ASK, "a.db", "--offline", folder=tmp_path).stdout)
    assert (first["answer"], first["usage"]["calls"]) == (again["answer"], 1)
    assert again["bill"]["prompt_tokens"] == 0
    missing = run("ask", "What is 12 + 6?", "--store", "b.db", "--offline", folder=tmp_path)
    assert (missing.returncode, "is not in " in missing.stderr) == (1, True)
    keep(Store(tmp_path / "b.db"), (key(1), landed(1)))
    stats = run("store", "stats", "a.db", folder=tmp_path)
    assert "embedded" in stats.stdout
    lines = run("store", "export", "a.db", folder=tmp_path).stdout.splitlines()
    row = json.loads(lines[0])
    assert len(lines) == 1
    assert row["content"]["messages"][-1]["content"].startswith("What is 12 + 5?")
    assert "1 new reply in a.db" in run("store", "merge", "a.db", "b.db", folder=tmp_path).stdout
    assert merged(tmp_path / "a.db", [tmp_path / "b.db"]) == 0
    with pytest.raises(UserMistake, match="into itself"):
        merged(tmp_path / "a.db", [tmp_path / "a.db"])
    out = run("store", "export", "a.db", "--out", "replies.jsonl", folder=tmp_path)
    assert (out.returncode, len((tmp_path / "replies.jsonl").read_text().splitlines())) == (0, 2)
    assert pruned(tmp_path / "a.db", 30) == 0
    gone = run("store", "prune", "a.db", "--days", "0", folder=tmp_path)
    assert "2 replies deleted" in gone.stdout


def test_what_is_no_store_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("no database " * 200)
    for words in (("stats",), ("prune", "text.db")):
        done = run("store", *words, folder=tmp_path)
        assert done.returncode == 2, words
        assert len(done.stderr.strip().splitlines()) == 1
