"""A suite's items after a run before: those that are done are passed over."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.done import Done
from reasoning_chains.evals.item import Item
from reasoning_chains.evals.sharding import Shard
from reasoning_chains.evals.suite import Suite, suite_at
from reasoning_chains.evals.table import key_of_item

CARD = "description: Sums.\ndata: rows.jsonl\nkind: number\nscorer: number\n"


def asked(folder: Path, rows: list[dict[str, str]]) -> Suite:
    text = "\n".join(map(json.dumps, rows))
    (folder / "rows.jsonl").write_text(text + "\n")
    (folder / "eval.yaml").write_text(CARD)
    return suite_at(folder)


def done(items: list[Item]) -> Done:
    made = Done()
    for item in items:
        made.add(item.row, key_of_item(item.id))
    return made


@given(st.data())
def test_what_is_left_has_the_ids_that_it_had(data: st.DataObject) -> None:
    questions = data.draw(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=12))
    with TemporaryDirectory() as folder:
        suite = asked(Path(folder), [{"question": q, "answer": "1"} for q in questions])
        items = list(suite)
        finished = data.draw(st.lists(st.sampled_from(items), unique_by=lambda item: item.id))
        ended = {item.id for item in finished}
        left = [item for item in suite.items(done(finished)) if item is not None]
    assert left == [item for item in items if item.id not in ended]


def test_a_row_that_is_done_is_not_read(tmp_path: Path) -> None:
    rows = [{"id": name, "question": "1 + 1?", "answer": "2"} for name in "abc"]
    suite = asked(tmp_path, rows)
    first = next(iter(suite))
    data = tmp_path / "rows.jsonl"
    data.write_text(data.read_text().replace('"a"', "this is no JSON"))
    assert [item.id for item in suite.items(done([first])) if item is not None] == ["b", "c"]
    with pytest.raises(UserMistake, match="row 1"):
        list(suite)


def test_an_id_of_a_done_row_may_not_come_again(tmp_path: Path) -> None:
    rows = [{"id": name, "question": "1 + 1?", "answer": "2"} for name in "aba"]
    suite = asked(tmp_path, rows)
    first = next(iter(suite))
    with pytest.raises(UserMistake, match="row 3: the id 'a' stands in row 1 too"):
        list(suite.items(done([first])))


def test_a_shard_reads_no_more_of_other_rows_than_their_ids(tmp_path: Path) -> None:
    rows = [{"id": name, "question": "1 + 1?", "answer": "2"} for name in "abcd"]
    rows[1]["answer"] = ""
    suite = asked(tmp_path, rows)
    assert [item.id for item in replace(suite, shard=Shard(1, 2))] == ["a", "c"]
    with pytest.raises(UserMistake, match="row 2"):
        list(replace(suite, shard=Shard(2, 2)))
    rows[2]["id"] = "b"
    with pytest.raises(UserMistake, match="row 3: the id 'b' stands in row 2 too"):
        list(replace(asked(tmp_path, rows), shard=Shard(1, 2)))
