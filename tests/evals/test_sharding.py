"""Parts of a suite, and a run of one of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_chains import UserMistake, evaluate
from reasoning_chains.evals.head import read_head
from reasoning_chains.evals.sharding import Shard
from reasoning_chains.evals.suite import load_suite
from tests.evals.answering import adder, sums
from tests.evals.test_running import records


@given(st.integers(1, 40), st.integers(0, 200))
def test_every_problem_is_in_one_shard_and_shards_are_even(of: int, count: int) -> None:
    shards, problems = [Shard(number, of) for number in range(1, of + 1)], range(1, count + 1)
    parts = [[place for place in problems if shard.owns(place)] for shard in shards]
    assert sorted(problem for part in parts for problem in part) == list(problems)
    sizes = [Shard(number, of).count(count) for number in range(1, of + 1)]
    assert sizes == [len(part) for part in parts]
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize(
    "told",
    ["", "2", "0/3", "4/3", "-1/3", "1/0", "a/b", "1/2/3", "１/２", "1/ 2", "1/999999999999"],
)
def test_what_is_no_shard_is_told(told: str) -> None:
    with pytest.raises(UserMistake, match="shard"):
        Shard.read(told)


def test_a_shard_is_written_as_it_is_read() -> None:
    assert str(Shard.read("2/8")) == "2/8"
    assert Shard.read(Shard(2, 8)) == Shard(2, 8)


def test_an_id_is_the_same_in_whatever_shard_it_is(tmp_path: Path) -> None:
    suite = sums(tmp_path, 0, groups=None)
    rows = '{"question": "1 + 1?", "answer": 2}\n' * 5
    (suite.folder / "rows.jsonl").write_text(rows)
    whole = [item.id for item in suite]
    assert len(set(whole)) == 5  # the same is asked again: told apart by how often
    parts = [[item.id for item in replace(suite, shard=Shard(k, 2))] for k in (1, 2)]
    assert parts == [whole[::2], whole[1::2]]


def test_the_number_of_problems_of_a_shard_is_known_where_that_of_all_is() -> None:
    suite = load_suite("slope", size=10)
    assert [replace(suite, shard=Shard(k, 4)).count for k in (1, 2, 3, 4)] == [3, 3, 2, 2]


def test_a_shard_asks_for_its_own_part_and_keeps_its_store_beside_it(tmp_path: Path) -> None:
    suite, backend = sums(tmp_path, 10), adder()
    report = evaluate(suite, "direct", backend, project=tmp_path, shard="2/3")
    assert set(backend.asked) == {1, 4, 7}
    assert report.cells[0].questions == 3
    assert report.folder.name.endswith("-2-of-3")
    assert read_head(report.folder).shard == "2/3"
    assert (report.folder / "store.db").exists()
    assert not (tmp_path / ".reasoning" / "store.db").exists()
    again = adder()
    assert evaluate(suite, "direct", again, project=tmp_path, shard=Shard(2, 3)) == report
    assert not again.asked
    assert evaluate(suite, "direct", again, project=tmp_path).folder.name + "-2-of-3" == (
        report.folder.name
    )


def test_a_shard_without_problems_ends(tmp_path: Path) -> None:
    report = evaluate(
        sums(tmp_path, 2), "direct", adder(), results=tmp_path / "r", store=False, shard="3/3"
    )
    assert (report.cells[0].questions, report.notes) == (0, ())
    assert not list((tmp_path / "r").glob("*.jsonl"))


@pytest.mark.parametrize(
    ("shard", "told"),
    [("2", "write its number"), ("9/8", "at most 8"), (2, "write its number")],
    ids=["one number", "too many", "a number"],
)
def test_a_mistaken_shard_is_told_before_anything_is_asked(
    tmp_path: Path, shard: object, told: str
) -> None:
    backend = adder()
    with pytest.raises(UserMistake, match=told):
        evaluate(sums(tmp_path, 2), "direct", backend, shard=shard, store=False)  # type: ignore[arg-type]
    assert not backend.asked


def test_a_folder_belongs_to_one_shard(tmp_path: Path) -> None:
    suite, folder = sums(tmp_path, 4), tmp_path / "r"
    evaluate(suite, "direct", adder(), results=folder, store=False, shard="1/2")
    with pytest.raises(UserMistake, match=r"shard was '1/2' and is now '2/2'"):
        evaluate(suite, "direct", adder(), results=folder, store=False, shard="2/2")
    with pytest.raises(UserMistake, match=r"shard was '1/2' and is now None"):
        evaluate(suite, "direct", adder(), results=folder, store=False)
    assert len(records(folder)) == 2
