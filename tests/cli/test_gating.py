"""`eval` with thresholds: exit codes, which cell failed, baselines and JUnit files."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.test_cli import run
from tests.evals.answering import sums


def replayed(folder: Path, name: str, wrong: int, count: int = 20) -> str:
    """Write a suite and recorded replies, of which the first so many are wrong."""
    sums(folder, count)
    rows = [
        {"question": f"{n} + 1?", "completions": [f"The answer is {n + 1 + (n < wrong)}."] * 2}
        for n in range(count)
    ]
    (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n")
    return f"replay:{name}.jsonl"


def test_the_exit_code_tells_whether_every_cell_is_good_enough(tmp_path: Path) -> None:
    good, bad = replayed(tmp_path, "good", 1), replayed(tmp_path, "bad", 12)
    asked = ("eval", "mine", "-c", "direct", "--min-accuracy", "0.8", "--junit", "out/junit.xml")
    done = run(*asked, "-b", good, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "eval:" not in done.stderr
    done = run(*asked, "-b", good, "-b", bad, folder=tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("| suite | chain |")
    assert "accuracy 40 % (8 of 20), at most " in done.stderr
    assert f"  eval: mine × direct × {bad}\n" in done.stderr
    assert f"eval: mine × direct × {good}" not in done.stderr
    root = ElementTree.parse(tmp_path / "out" / "junit.xml").getroot()
    assert [(suite.get("name"), suite.get("failures")) for suite in root] == [
        (f"mine × {good}", "0"),
        (f"mine × {bad}", "1"),
    ]


def test_a_worse_backend_fails_against_the_baseline_and_renews_it_when_told(
    tmp_path: Path,
) -> None:
    good, bad = replayed(tmp_path, "good", 1), replayed(tmp_path, "bad", 12)
    asked = ("eval", "mine", "-c", "direct", "--baseline", "base")
    missing = run(*asked, "--max-regression", "0.1", "-b", good, folder=tmp_path)
    assert missing.returncode == 2
    assert "there is no baseline at base: write it with --baseline base" in missing.stderr
    written = run(*asked, "--update-baseline", "-b", good, folder=tmp_path)
    assert written.returncode == 0, written.stderr
    (file,) = (tmp_path / "base").iterdir()
    done = run(*asked, "--max-regression", "0.1", "-b", bad, folder=tmp_path)
    assert done.returncode == 1
    assert "accuracy fell by 55 points, from 95 % to 40 % on the same 20 questions" in done.stderr
    assert "  worse than before: s1, s10, s11, s2, " in done.stderr
    assert f"  compared with: direct × {good}" in done.stderr
    file.write_text("half")
    corrupt = run(*asked, "--max-regression", "0.1", "-b", good, folder=tmp_path)
    assert corrupt.returncode == 2
    assert "line 1 is no head of a baseline" in corrupt.stderr


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--min-accuracy", "80"), "min_accuracy=80.0: it must be at least 0 and at most 1"),
        (("--max-regression", "0.1"), "--max-regression needs --baseline PATH"),
        (("--update-baseline",), "--update-baseline needs --baseline PATH"),
        (("--confidence", "1"), "confidence=1.0: it lies above 0.5 and below 1"),
        (("--junit", "evals"), "--junit evals is a folder: name a file"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_asked(
    tmp_path: Path, given: tuple[str, ...], said: str
) -> None:
    backend = replayed(tmp_path, "good", 0, count=2)
    done = run("eval", "mine", "-c", "direct", "-b", backend, *given, folder=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert not (tmp_path / ".reasoning").exists()


def test_one_file_holds_one_cell(tmp_path: Path) -> None:
    good, bad = replayed(tmp_path, "good", 0, count=2), replayed(tmp_path, "bad", 1, count=2)
    asked = ("eval", "mine", "-c", "direct", "--baseline", "one.jsonl", "--update-baseline")
    done = run(*asked, "-b", good, "-b", bad, folder=tmp_path)
    assert done.returncode == 2
    assert "one.jsonl is a file, which holds one cell: name a folder for several" in done.stderr
    assert run(*asked, "-b", good, folder=tmp_path).returncode == 0
    strict = ("--max-regression", "0", "--strict", "--baseline", "one.jsonl")
    done = run("eval", "mine", "-c", "direct", "-b", bad, *strict, folder=tmp_path)
    assert done.returncode == 1
    assert "accuracy fell by 50 points" in done.stderr
