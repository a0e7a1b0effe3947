"""Rows of JSON files and of texts whose lines have one form; tables stand in test_bad_input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reasoning_chains import UserMistake
from reasoning_chains.evals.sources.jsonl import JsonRecords
from reasoning_chains.evals.sources.lines import LONGEST, read_lines
from reasoning_chains.evals.sources.pattern import Patterned
from reasoning_chains.evals.sources.table import CsvTable


def test_a_list_in_a_json_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps({"canary": "no", "examples": [{"a": 1}, {"a": 2}]}))
    assert [(r.number, r.values) for r in JsonRecords(path, "examples").rows()] == [
        (1, {"a": 1}),
        (2, {"a": 2}),
    ]
    for records, told in (("rows", "no key 'rows'"), (None, "must hold a list of objects")):
        with pytest.raises(UserMistake, match=told):
            list(JsonRecords(path, records).rows())
    path.write_text("[{}, 3]")
    with pytest.raises(UserMistake, match="row 2: an object is wanted"):
        list(JsonRecords(path).rows())
    path.write_text('[{"a": 1},\n {"b": }]')
    with pytest.raises(UserMistake, match=r"no valid JSON \(.*line 2, column 8\)"):
        list(JsonRecords(path).rows())


def test_lines_of_one_form(tmp_path: Path) -> None:
    path = tmp_path / "rows.txt"
    path.write_text("IN: walk left OUT: L W\n\nIN: run OUT: R\n")
    rows = list(Patterned(path, "IN: {command} OUT: {actions}").rows())
    assert [row.number for row in rows] == [1, 3]
    assert rows[0].values == {"command": "walk left", "actions": "L W"}
    path.write_text("IN: walk\n")
    with pytest.raises(UserMistake, match="row 1: it has not the form"):
        list(Patterned(path, "IN: {command} OUT: {actions}").rows())
    for pattern in ("no names", "{a", "{a b}", "{a} {a}"):
        with pytest.raises(UserMistake, match="the pattern"):
            list(Patterned(path, pattern).rows())


def test_a_cell_may_have_several_lines_and_a_row_is_known_by_its_last(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text('question,answer\n"one\ntwo",1\nthree,3\n')
    rows = list(CsvTable(path).rows())
    assert [(row.number, row.values["question"]) for row in rows] == [
        (3, "one\ntwo"),
        (4, "three"),
    ]
    tabbed = tmp_path / "rows.tsv"
    tabbed.write_text("question\tanswer\none, two\t1\n")
    (row,) = CsvTable(tabbed).rows()
    assert row.values == {"question": "one, two", "answer": "1"}


def test_a_line_without_end_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    with path.open("wb") as file:
        file.truncate(LONGEST + 2)
    with pytest.raises(UserMistake, match="row 1: it is longer than 16,000,000 bytes"):
        list(read_lines(path))
    with pytest.raises(UserMistake, match="cannot be read: Is a directory"):
        list(read_lines(tmp_path))
