"""The store on the command line: kept, counted, cut, written out, merged."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.test_cli import run

ASK = ("ask", "What is 12 + 5?", "--json", "--store")


def test_a_reply_that_was_asked_for_is_kept_and_counted(tmp_path: Path) -> None:
    first = json.loads(run(*ASK, "a.db", folder=tmp_path).stdout)
    again = json.loads(run(*ASK, "a.db", "--offline", folder=tmp_path).stdout)
    assert (first["answer"], first["usage"]["calls"]) == (again["answer"], 1)
    assert again["bill"]["prompt_tokens"] == 0
    missing = run("ask", "What is 12 + 6?", "--store", "a.db", "--offline", folder=tmp_path)
    assert missing.returncode == 1
    assert "is not in " in missing.stderr
    run("ask", "What is 9 + 6?", "--store", "b.db", folder=tmp_path)
    stats = run("store", "stats", "a.db", folder=tmp_path)
    assert "embedded" in stats.stdout
    lines = run("store", "export", "a.db", folder=tmp_path).stdout.splitlines()
    row = json.loads(lines[0])
    assert len(lines) == 1
    assert row["content"]["messages"][-1]["content"].startswith("What is 12 + 5?")
    merged = run("store", "merge", "a.db", "b.db", "a.db", folder=tmp_path)
    assert (merged.returncode, "into itself" in merged.stderr) == (2, True)
    assert "1 new reply in a.db" in run("store", "merge", "a.db", "b.db", folder=tmp_path).stdout
    assert "0 new replies" in run("store", "merge", "a.db", "b.db", folder=tmp_path).stdout
    out = run("store", "export", "a.db", "--out", "replies.jsonl", folder=tmp_path)
    assert (out.returncode, len((tmp_path / "replies.jsonl").read_text().splitlines())) == (0, 2)
    twice = run("store", "export", "a.db", "--out", "replies.jsonl", folder=tmp_path)
    assert "is there already" in twice.stderr
    assert "0 replies deleted" in run("store", "prune", "a.db", folder=tmp_path).stdout
    pruned = run("store", "prune", "a.db", "--days", "0", folder=tmp_path)
    assert "2 replies deleted" in pruned.stdout


def test_what_is_no_store_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("no database " * 200)
    for words in (("stats",), ("prune", "text.db"), ("export", "none.db"), ("merge", "a.db", "x")):
        done = run("store", *words, folder=tmp_path)
        assert done.returncode == 2, words
        assert len(done.stderr.strip().splitlines()) == 1
