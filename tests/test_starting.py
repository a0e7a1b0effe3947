"""`init` and `new` write files that work as they are, and overwrite none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from reasoning_chains import UserMistake
from reasoning_chains.starting import KINDS, add, begin
from reasoning_chains.templates.lint import lint_folder
from tests.cli.test_cli import run


def test_a_new_project_passes_its_own_test_and_all_that_is_added(tmp_path: Path) -> None:
    done = run("init", "mine", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "mine"
    for kind in KINDS:
        add(kind, f"my_{kind}", folder)
    assert lint_folder(folder) == []
    tests = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert tests.returncode == 0, tests.stdout + tests.stderr
    assert "4 passed" in tests.stdout
    listed = run("agents", folder=folder)
    assert "my_agent" in listed.stdout


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    written = begin(tmp_path)
    before = {path: path.read_bytes() for path in written}
    with pytest.raises(UserMistake, match=r"reasoning\.toml is there already: nothing was written"):
        begin(tmp_path)
    with pytest.raises(UserMistake, match=r"helper.*is there already"):
        add("agent", "helper", tmp_path)
    assert {path: path.read_bytes() for path in written} == before


def test_a_project_may_begin_where_tests_are_already(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("mine = 1\n")
    written = begin(tmp_path)
    assert (tmp_path / "conftest.py").read_text() == "mine = 1\n"
    assert tmp_path / "conftest.py" not in written
    assert (tmp_path / "reasoning.toml").is_file()


def test_where_one_file_cannot_be_written_none_is(tmp_path: Path) -> None:
    (tmp_path / "agents").write_text("a file, where a folder is wanted")
    with pytest.raises(UserMistake, match="cannot be written"):
        begin(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["agents"]


def test_what_takes_the_place_of_a_bundled_one_is_told(tmp_path: Path) -> None:
    done = run("new", "template", "direct", folder=tmp_path)
    assert "in this project it takes the place of the bundled template direct" in done.stdout
    assert "takes the place" not in run("new", "template", "mine", folder=tmp_path).stdout


@pytest.mark.parametrize("name", ["", "../up", "Big", "a b", "é", "a-b", "_", "__init__"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserMistake, match="must be of small letters"):
        add("chain", name, tmp_path)
    for taken in ("json", "match", "none", "test", "reasoning_chains"):
        with pytest.raises(UserMistake, match=f"{taken} is another module's name"):
            add("chain", taken, tmp_path)
    with pytest.raises(UserMistake, match=r"unknown kind of file 'chian': did you mean chain"):
        add("chian", "x", tmp_path)
    assert list(tmp_path.iterdir()) == []
