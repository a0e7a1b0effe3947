"""Data sets in the Hugging Face form, on disk; no hub is reached."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reasoning_chains import UserMistake, load_suite
from reasoning_chains.evals.sources.hub import HubRows
from reasoning_chains.evals.suite import suite_at
from tests.evals.writing import written

datasets: Any = pytest.importorskip("datasets", reason="pip install 'reasoning-chains[hub]'")

ROWS = [
    {"id": "a", "question": "1 + 1?", "answer": 2.0, "tags": ["x"]},
    {"id": "b", "question": "1 + 2?", "answer": 3.0, "tags": []},
]


def test_a_saved_data_set_and_its_splits(tmp_path: Path) -> None:
    made = datasets.Dataset.from_list(ROWS)
    made.save_to_disk(str(tmp_path / "plain"))
    datasets.DatasetDict({"dev": made}).save_to_disk(str(tmp_path / "splits"))
    folder = written(tmp_path, data={"hub": "nobody/nothing", "split": "dev"})
    for name in ("plain", "splits"):
        suite = suite_at(folder, tmp_path, data=tmp_path / name)
        for _ in range(2):
            items = list(suite)
            assert [(item.id, item.target) for item in items] == [("a", "2.0"), ("b", "3.0")]
            assert items[0].meta == {"tags": ["x"]}
    folder = written(tmp_path, data={"hub": "nobody/nothing", "split": "dve"})
    with pytest.raises(UserMistake, match="has no split 'dve': did you mean dev"):
        list(suite_at(folder, tmp_path, data=tmp_path / "splits"))


def test_a_parquet_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    datasets.Dataset.from_list(ROWS).to_parquet(str(path))
    items = list(suite_at(written(tmp_path), tmp_path, data=path))
    assert [item.target for item in items] == ["2.0", "3.0"]
    path.write_bytes(b"no such thing")
    with pytest.raises(UserMistake, match="is no Parquet file"):
        list(suite_at(written(tmp_path), tmp_path, data=path))


def test_rows_by_id_are_streamed_and_a_hub_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "rows").mkdir()
    datasets.Dataset.from_list(ROWS).to_json(str(tmp_path / "rows" / "test.jsonl"))
    rows = list(
        HubRows(str(tmp_path / "rows")).rows()
    )  # a path is an id of what is on this machine
    assert [(row.number, row.values["id"]) for row in rows] == [(1, "a"), (2, "b")]
    with pytest.raises(UserMistake, match=r"cannot be loaded from the hub .* give its rows: data="):
        list(HubRows(str(tmp_path / "nothing")).rows())


MADE_UP: dict[str, tuple[list[dict[str, Any]], str, str]] = {
    "math500": (
        [{"problem": "1/2?", "answer": "\\frac{1}{2}", "subject": "Algebra", "level": 1,
          "unique_id": "test/algebra/1.json", "solution": "It is \\frac{1}{2}."}],
        "1/2?", "\\frac{1}{2}",
    ),
    "svamp": (
        [{"ID": "chal-1", "Body": "Ann has 3 pens.", "Question": "How many?", "Answer": 3.0,
          "Equation": "3", "Type": "Addition"}],
        "Ann has 3 pens. How many?", "3.0",
    ),
    "strategyqa": (
        [{"qid": "q1", "term": "Ann", "question": "Can Ann write?", "answer": True, "facts": "x"}],
        "Can Ann write?", "yes",
    ),
    "hotpotqa": (
        [{"id": "h1", "question": "Where was Ann born?", "answer": "Oslo", "type": "bridge",
          "level": "hard", "context": {"title": ["Ann", "Bob"], "sentences": [["Ann. ", "Oslo."],
                                                                               ["Bob."]]}}],
        "Where was Ann born?", "Oslo",
    ),
    "mmlu_pro": (
        [{"question_id": 70, "question": "Which?", "options": ["red", "green", "blue"],
          "answer": "C", "answer_index": 2, "category": "law", "src": "x"}],
        "Which?", "C",
    ),
}  # fmt: skip
"""Rows made up by us in the documented columns: they show the mapping, and verify nothing."""


@pytest.mark.parametrize("name", sorted(MADE_UP))
def test_loaders_by_documentation_map_the_documented_columns(tmp_path: Path, name: str) -> None:
    rows, question, target = MADE_UP[name]
    datasets.Dataset.from_list(rows).save_to_disk(str(tmp_path / name))
    suite = load_suite(name, data=tmp_path / name)
    (item,) = suite
    assert (item.problem.question, item.target) == (question, target)
    assert suite.card.verified == "by documentation"
    assert {*suite.card.groups} <= {"level", *item.meta}


def test_the_two_forms_of_hotpotqa_give_the_same_context(tmp_path: Path) -> None:
    row = MADE_UP["hotpotqa"][0][0]
    other = {**row, "context": [["Ann", ["Ann. ", "Oslo."]], ["Bob", ["Bob."]]]}
    (tmp_path / "a.json").write_text(json.dumps([row]))
    (tmp_path / "b.json").write_text(json.dumps([other]))
    contexts = [
        next(iter(load_suite("hotpotqa", data=tmp_path / f"{name}.json"))).problem.context
        for name in "ab"
    ]
    assert contexts == ["Ann: Ann. Oslo.\nBob: Bob."] * 2
