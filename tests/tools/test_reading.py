"""Docstrings and files of any shape are read without an error, and nothing of them is lost."""

from __future__ import annotations

import inspect
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_chains.tools.docstring import read_docstring
from reasoning_chains.tools.passages import Passage, read_passages
from tests.answers.test_linear import work

TOLD = """Do a thing
in two lines.

More of it: not told.

Arguments:
    first: What it is:
        with more of it.

        And more.
    second (int, optional): Another.
    *rest: The others.
    odd
Raises:
    third: No argument.
"""


def test_a_docstring_is_read() -> None:
    told = read_docstring(inspect.cleandoc(TOLD))
    assert told.description == "Do a thing in two lines."
    assert told.arguments == {
        "first": "What it is: with more of it. And more.",
        "second": "Another.",
        "rest": "The others.",
        "odd": "",
    }


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "Args:", "Args:\n    x: y"])
def test_a_docstring_that_says_nothing(text: str) -> None:
    assert read_docstring(text).description == ""


@given(st.text(alphabet="a :()\nArgs*", max_size=80))
def test_any_docstring_is_read(text: str) -> None:
    told = read_docstring(text)
    assert "\n" not in told.description


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=400),
    st.integers(1, 30),
    st.sampled_from(["a.txt", "a.md"]),
)
def test_no_letter_of_a_text_is_lost(text: str, often: int, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_text(text * often, encoding="utf-8", newline="")
        pieces = read_passages(path)
    kept = "".join(piece.text for piece in pieces)
    if name == "a.txt":
        assert "".join(kept.split()) == "".join((text * often).removeprefix("\ufeff").split())
    assert all(0 < len(piece.text) <= 1_200 for piece in pieces)


def read_file(path: str) -> list[Passage]:
    return read_passages(Path(path))


@pytest.mark.parametrize("unit", ["#", "# a\n", "\n", "a", "a. ", "```\n", " ", "\x0c"])
def test_work_is_linear(unit: str, tmp_path: Path) -> None:
    counts = []
    for size in (4_000, 16_000):
        path = tmp_path / f"{size}.md"
        path.write_text(unit * (size // len(unit)), encoding="utf-8")
        counts.append(work(read_file, str(path)))
    assert counts[1] <= max(5 * counts[0], 12 * 16_000)
