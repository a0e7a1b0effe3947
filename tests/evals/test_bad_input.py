"""What may be wrong in a suite is told in one line: the file, the row or the key, what mends it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from reasoning_chains import UserMistake
from reasoning_chains.evals.suite import suite_at
from tests.evals.writing import ROWS, opened, written

GOOD = '{"id": "a", "question": "1 + 1?", "answer": 2}\n'


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (
            '{"id": "b", "quest": "1?", "answer": 1}',
            "row 2: there is no column 'question': did you",
        ),
        ('{"id": "b", "question": "1?"}', "row 2: there is no column 'answer'"),
        ('{"id": "a", "question": "1?", "answer": 1}', "row 2: the id 'a' stands in row 1 too"),
        ('{"id": "b", "question": "1?", "answer": "one thing"}', "rejects the answer 'one thing'"),
        ('{"id": "b", "question": " ", "answer": 1}', "row 2: the question is empty"),
        ('{"id": "b", "question": "1?", "answer": ""}', "row 2: the answer is empty"),
        ('{"id": "b", "question": "1?", "answer": NaN}', "row 2: NaN is no value of JSON"),
        ('{"id": "b", "question": "1?", "answer": 1e999}', "row 2: column 'answer' holds inf"),
        ('{"id": "b", "question": {"t": "1?"}, "answer": 1}', "row 2: column 'question' must hold"),
        ('{"id": "b", "question": "1?", "answer": {"v": 1}}', "row 2: column 'answer' must hold"),
        ('{"id": "b", "question": null, "answer": 1}', "row 2: column 'question' must hold text"),
        ('{"id": [1], "question": "1?", "answer": 1}', "row 2: column 'id' must hold an id"),
        ('{"id": "b", "question": "1?", "answer": 1', "row 2: no valid JSON"),
        (
            '{"id": "b", "id": "c", "question": "1?", "answer": 1}',
            "row 2: the key 'id' stands twice",
        ),
        (f'{{"answer": {"9" * 5000}}}', "row 2: a number of 5,000 digits: at most 1,000 are read"),
        ('{"id": "b", "question": "1?", "answer": "\\ud800"}', "holds what is no text"),
        ("[1, 2]", "row 2: an object is wanted, such as {…}, found a list"),
        ("[" * 100_000, "row 2: it is nested too deep"),
    ],
    ids=lambda text: text[:40],
)
def test_a_wrong_row_of_jsonl(tmp_path: Path, row: str, told: str) -> None:
    suite = opened(tmp_path, GOOD + row + "\n")
    with pytest.raises(UserMistake) as caught:
        list(suite)
    assert "rows.jsonl" in str(caught.value)
    assert told in str(caught.value)
    assert next(iter(suite)).id == "a"  # the rows before it are whole


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (b"", "rows.jsonl holds no problem"),
        (b"\n\n", "rows.jsonl holds no problem"),
        (GOOD.encode() + b'{"question": "\xff"}\n', "row 2: it is not UTF-8 at byte 15"),
        (GOOD.encode("utf-16"), "rows.jsonl is UTF-16: save it as UTF-8"),
    ],
)
def test_a_wrong_file(tmp_path: Path, rows: bytes, told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        list(opened(tmp_path, rows))


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    assert len(list(opened(tmp_path, b"\xef\xbb\xbf" + ROWS.encode()))) == 2
    table = b"\xef\xbb\xbfquestion,answer\r\n1 + 1?,2\r\n"
    assert len(list(opened(tmp_path, table, data="rows.csv"))) == 1


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ('question,answer\n1?,1\n"2?,2\n', r"row 3: a quote is wrong in the row that begins here"),
        ('question,answer\n"1" + 1?,2\n', "row 2: a quote is wrong"),
        ("question,answer\n1?,1,1\n", "row 2: 3 cells, the head has 2"),
        ("question,answer\n1?\n", "row 2: 1 cells, the head has 2"),
        ("question,question\n1?,1\n", "the column 'question' stands twice in the first line"),
        ("question,\n1?,1\n", "column 2 has no name in the first line"),
        ("question,answer\n", "holds no problem"),
        ("question,answer\n1?,nan\n", "row 2: its own scorer, number, rejects the answer 'nan'"),
        ("question,answer\n,1\n", "row 2: the question is empty"),
        ("question;answer\n1?;1\n", "row 2: there is no column 'question'"),
    ],
)
def test_a_wrong_table(tmp_path: Path, table: str, told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        list(opened(tmp_path, table, data="rows.csv"))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"descripton": "x"}, "unknown key 'descripton': did you mean description"),
        ({"description": None}, "key 'description' is missing"),
        ({"description": ""}, "key 'description' must be text, and not empty"),
        ({"data": None}, "key 'data' is missing"),
        ({"data": {"size": 0, "file": "a.csv"}}, "key 'data.size' must be at least 1, found 0"),
        ({"data": {"fiel": "a.csv"}}, "unknown key 'data.fiel': did you mean file"),
        ({"data": {"seed": 1}}, "data comes from nowhere: write data: rows.jsonl"),
        ({"data": {"file": "a.csv", "hub": "x/y"}}, "data comes from file and hub"),
        ({"data": {"file": "a.csv", "levels": [1]}}, "data.levels goes with data.generator"),
        ({"data": {"generator": "slop"}}, "unknown generator 'slop': did you mean slope"),
        (
            {"data": {"generator": "slope", "levels": [7]}},
            "generator slope has no level 7: it has 1",
        ),
        ({"data": {"generator": "slope", "split": "test"}}, "unknown split of a generator 'test'"),
        ({"columns": {"quest": "q"}}, "unknown key 'columns.quest': did you mean question"),
        ({"columns": {"question": 3}}, "key 'columns.question' must be a list"),
        ({"kind": "numbr"}, "key 'kind' must be"),
        ({"scorer": "numbr"}, "unknown scorer 'numbr': did you mean number"),
        ({"metrics": ["acuracy"]}, "key 'metrics.0' must be"),
        ({"verified": "yes"}, "key 'verified' must be"),
        ({"question": "{{ a"}, "key 'question' is no template"),
        ({"tasks": {"x": {"knd": "text"}}}, "unknown key 'tasks.x.knd': did you mean kind"),
        ({"sizes": "50"}, "key 'sizes' must be a list"),
    ],
)
def test_a_wrong_card(tmp_path: Path, changed: dict[str, Any], told: str) -> None:
    with pytest.raises(UserMistake) as caught:
        opened(tmp_path, **changed)
    assert "eval.yaml" in str(caught.value)
    assert told in str(caught.value)


def test_yaml_that_is_none_is_told_with_its_line(tmp_path: Path) -> None:
    folder = written(tmp_path)
    laughs = "a: &a {k: v}\n" + "".join(
        f"{two}: &{two} {{<<: [{', '.join(['*' + one] * 9)}]}}\n"
        for one, two in pairwise("abcdefghi")
    )
    wrong = {
        "a: [": "line 1",
        "- a\n": "must hold keys",
        "a: 1\na: 2": "twice",
        laughs: "1,000,000",
    }
    for text, told in wrong.items():
        (folder / "eval.yaml").write_text(text)
        with pytest.raises(UserMistake, match=told):
            suite_at(folder, tmp_path)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"question": "{{ nothing }}"}, "row 1: key 'question': 'nothing' is undefined"),
        ({"question": "{% if 0 %}x{% endif %}"}, "row 1: the question is empty"),
        ({"answer": "{{ answer.__class__ }}"}, "row 1: key 'answer'"),
        ({"context": "{% for i in range(10**9) %}{% endfor %}"}, "row 1: key 'context'"),
        ({"groups": ["topic"]}, "row 1: groups names 'topic', and the row has no such column"),
        ({"columns": {"level": "hard"}}, "row 1: there is no column 'hard'"),
        ({"columns": {"kind": "id"}}, "row 1: unknown kind of answer 'a'"),
        ({"columns": {"choices": "id"}, "kind": None}, "row 1: column 'id' must hold a list"),
        ({"scorer": "game24", "kind": "text"}, "row 1: its own scorer, game24, rejects the answer"),
        (
            {"scorer": "code", "kind": "code", "answer": "assert ("},
            "the tests are no Python program",
        ),
    ],
)
def test_what_only_a_row_shows(tmp_path: Path, changed: dict[str, Any], told: str) -> None:
    suite = opened(tmp_path, **changed)
    with pytest.raises(UserMistake) as caught:
        list(suite)
    assert "rows.jsonl" in str(caught.value)
    assert told in str(caught.value)


def test_data_that_are_not_there(tmp_path: Path) -> None:
    folder = written(tmp_path)
    (folder / "rows.jsonl").unlink()
    with pytest.raises(UserMistake, match=r"rows\.jsonl is not there"):
        suite_at(folder, tmp_path)
    with pytest.raises(UserMistake, match="nowhere is not there: name a file or a folder"):
        suite_at(folder, tmp_path, data=tmp_path / "nowhere")
    with pytest.raises(UserMistake, match="is a folder, and no data set that was saved"):
        suite_at(folder, tmp_path, data=tmp_path)
    (tmp_path / "rows.doc").write_text("x")
    with pytest.raises(UserMistake, match=r"its ending must be one of \.jsonl, \.ndjson, \.csv"):
        suite_at(folder, tmp_path, data=tmp_path / "rows.doc")
    (tmp_path / "rows.txt").write_text("x")
    with pytest.raises(UserMistake, match=r"a text needs data\.pattern"):
        suite_at(folder, tmp_path, data=tmp_path / "rows.txt")
    given = {"given": "rows.csv"}
    with pytest.raises(UserMistake, match=r"give data=PATH, or --data PATH: a folder that holds"):
        suite_at(written(tmp_path, data=given), tmp_path)
