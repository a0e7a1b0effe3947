"""A suite is a stream of items that begins anew every time, the same ones in the same order."""

from __future__ import annotations

import tracemalloc
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from reasoning_chains import FewShotCoT, Problem, ScriptedBackend, UserMistake, load_suite
from reasoning_chains.evals.filter import Filter
from reasoning_chains.evals.item import Item
from reasoning_chains.evals.suite import suite_at, suite_names
from reasoning_chains.problems import exercises, held_out
from tests.evals.writing import ROWS, opened, written


def test_items_are_made_of_rows(tmp_path: Path) -> None:
    first, second = opened(tmp_path)
    assert first == Item("a", Problem("1 + 1?", "number", id="a"), "2")
    assert (second.id, second.target, dict(second.meta)) == ("b", "3", {})


def test_the_project_comes_before_what_is_bundled(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "evals" / "mine").rename(tmp_path / "evals" / "dates")
    assert load_suite("dates", tmp_path).card.description == "Sums."
    assert [item.id for item in load_suite("dates", tmp_path, size=1)] == ["a"]
    assert {"dates", "coin_flip"} <= {*suite_names(tmp_path)}
    with pytest.raises(UserMistake, match="unknown suite 'coin_flips': did you mean coin_flip"):
        load_suite("coin_flips", tmp_path)
    with pytest.raises(UserMistake, match="unknown suite"):
        load_suite("../mine", tmp_path)


def test_it_begins_anew_every_time(tmp_path: Path) -> None:
    suite = opened(tmp_path)
    stream = iter(suite)
    assert next(stream).id == "a"
    assert [item.id for item in suite] == ["a", "b"]
    assert next(stream).id == "b"


def test_columns_are_mapped_and_the_rest_is_kept(tmp_path: Path) -> None:
    rows = '{"n": 7, "q": "2 + 2?", "gold": "4", "hard": "easy", "topic": {"name": "sums"}}\n'
    columns = {"id": "n", "question": ["frage", "q"], "answer": "gold", "level": "hard"}
    (item,) = opened(tmp_path, rows, columns=columns, groups=["level", "topic"])
    assert (item.id, item.problem.question, item.target) == ("7", "2 + 2?", "4")
    assert (item.level, item.meta) == ("easy", {"topic": {"name": "sums"}})


def test_templates_see_the_columns(tmp_path: Path) -> None:
    rows = '{"a": 3, "b": 4, "first name": "Ann", "answer": "so: #### 7"}\n'
    (item,) = opened(
        tmp_path,
        rows,
        question='{{ row["first name"] }} adds {{ a }} and {{ b }}.',
        context="{% if a > 2 %}Large.{% endif %}",
        answer="{{ answer.split('####') | last }}",
    )
    assert item.problem.question == "Ann adds 3 and 4."
    assert (item.problem.context, item.target) == ("Large.", "7")


def test_choices_make_a_choice(tmp_path: Path) -> None:
    rows = '{"question": "Which?", "choices": ["red", "green"], "answer": "B"}\n'
    (item,) = opened(tmp_path, rows, kind=None, scorer="choice")
    assert (item.problem.kind, item.problem.choices) == ("choice", ("red", "green"))
    table = 'question,choices,answer\nWhich?,"[""red"", ""green""]",green\n'
    (item,) = opened(tmp_path, table, data="rows.csv", kind=None, scorer="choice")
    assert (item.problem.choices, item.target) == (("red", "green"), "green")


@pytest.mark.parametrize(
    ("value", "kind", "scorer", "target"),
    [
        ("true", "boolean", "exact", "yes"),
        ("true", "text", "exact", "true"),
        ("0.1", "number", "number", "0.1"),
        ('["b", "a"]', "text", "set", '["b", "a"]'),
        ('["Rome", "Roma"]', "text", "em", '["Rome", "Roma"]'),
        ('{"b": [1]}', "json", "exact", '{"b": [1]}'),
    ],
)
def test_answers_are_written_as_text(
    tmp_path: Path, value: str, kind: str, scorer: str, target: str
) -> None:
    rows = f'{{"question": "?", "answer": {value}}}\n'
    (item,) = opened(tmp_path, rows, kind=kind, scorer=scorer)
    assert item.target == target


def test_an_id_is_made_of_what_is_asked(tmp_path: Path) -> None:
    rows = '{"question": "1 + 1?", "answer": 2}\n' * 3 + '{"question": "2?", "answer": 2}\n'
    one, two, three, other = opened(tmp_path, rows)
    assert (two.id, three.id) == (f"{one.id}-2", f"{one.id}-3")
    assert two.problem.id == two.id
    moved = '{"question": "2?", "answer": 2}\n{"question": "1 + 1?", "answer": 2}\n'
    assert [item.id for item in opened(tmp_path, moved)] == [other.id, one.id]
    often = list(opened(tmp_path, '{"question": "1 + 1?", "answer": 2}\n' * 2_000))
    assert (often[-1].id, len({item.id for item in often})) == (f"{one.id}-2000", 2_000)


def test_some_rows_are_taken(tmp_path: Path) -> None:
    rows = "".join(f'{{"id": {n}, "question": "{n}?", "answer": {n}}}\n' for n in range(1, 10))
    data: dict[str, Any] = {"file": "rows.jsonl", "begin": 4, "size": 3}
    suite = opened(tmp_path, rows, data=data)
    assert [item.id for item in suite] == ["4", "5", "6"]
    assert [item.id for item in suite.sized(1)] == ["4"]
    assert [item.id for item in suite.sized(None)] == ["4", "5", "6", "7", "8", "9"]
    assert (suite.count, suite.note) == (None, "")
    with pytest.raises(UserMistake, match="size of a suite=0: it must be at least 1"):
        suite.sized(0)
    with pytest.raises(UserMistake, match="mine is not generated"):
        suite.sized(2, seed=1)


def test_generated_problems_are_the_held_out_ones_of_the_package() -> None:
    suite = load_suite("slope", size=60)
    items = list(suite)
    assert [item.level for item in items[:6]] == [1, 2, 3, 1, 2, 3]
    alone = [e.question for e in islice(exercises("slope", 2, 2026), 20)]
    assert [item.problem.question for item in items if item.level == 2] == alone
    assert [item.id for item in suite.sized(20)] == [item.id for item in items[:20]]
    others = {item.id for item in suite.sized(60, seed=1)}
    assert len({item.id for item in items}) == 60
    assert others != {item.id for item in items}
    assert all(map(held_out, (e.form for e in islice(exercises("slope", 2, 2026), 20))))


def test_where_fewer_are_held_out_all_are_taken_and_it_is_told() -> None:
    suite = load_suite("facts", size=200)
    assert suite.note == "facts: 200 were asked for, there are 136: all are taken"
    assert (suite.count, load_suite("facts", size=50).note) == (136, "")
    assert len({item.problem.question for item in suite}) == 136


def test_ten_million_problems_take_the_room_of_ten_thousand(tmp_path: Path) -> None:
    data = {"generator": "arithmetic_large", "levels": [3], "split": "any", "size": 10_000_000}
    stream = iter(opened(tmp_path, data=data))
    list(islice(stream, 9_000))
    tracemalloc.start()
    ids = {item.id for item in islice(stream, 500)}
    before = tracemalloc.get_traced_memory()[0]
    for item in islice(stream, 2_000):
        assert item.id not in ids
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 50_000  # 2,000 forms alone would take more


def test_a_filter_never_takes_an_old_text_for_a_new_one() -> None:
    known = Filter()
    texts = [f"text {number}" for number in range(20_000)]
    for text in texts:
        assert text not in known
        known.add(text)
    assert all(text in known for text in texts)
    assert sum(f"other {number}" in known for number in range(20_000)) == 0


def test_a_long_file_takes_no_room_and_an_id_twice_is_found_behind_many(tmp_path: Path) -> None:
    rows = [f'{{"id": "{n}", "question": "{n}?", "answer": {n}}}\n' for n in range(3_000)]
    suite = opened(tmp_path, "".join([*rows, rows[7]]))
    with pytest.raises(UserMistake, match=r"row 3001: the id '7' stands in row 8 too"):
        list(suite)


def test_the_examples_are_a_set_or_a_file_beside(tmp_path: Path) -> None:
    assert opened(tmp_path).exemplars is None
    assert opened(tmp_path, exemplars="dates").exemplars == "dates"
    assert opened(tmp_path, exemplars="mine.yaml").exemplars is None
    (tmp_path / "evals" / "mine" / "mine.yaml").write_text("- {question: 1?, answer: 1}\n")
    suite = opened(tmp_path, exemplars="mine.yaml")
    assert suite.exemplars == str(tmp_path.resolve() / "evals" / "mine" / "mine.yaml")
    (tmp_path / "theirs.txt").write_text("Q: 1?\nA: 1\n")
    theirs = load_suite("mine", tmp_path, exemplars="theirs.txt").exemplars
    assert theirs == str(tmp_path.resolve() / "theirs.txt")
    backend = ScriptedBackend(["The answer is 2."])
    FewShotCoT(exemplars=theirs).invoke(next(iter(suite)).problem, backend)
    assert backend.requests[0].content.messages[0].content.startswith("Q: 1?\nA: The answer is 1.")
    with pytest.raises(UserMistake, match=r"the exemplars nobodys\.txt are not there"):
        load_suite("mine", tmp_path, exemplars="nobodys.txt")


def test_tasks_lie_over_the_eval(tmp_path: Path) -> None:
    tasks = {"words": {"kind": "text", "scorer": "em"}, "sums": {"kind": "number"}}
    folder = written(tmp_path, data={"file": "rows.jsonl"}, tasks=tasks)
    suite = suite_at(folder, tmp_path, task="words")
    assert (suite.name, suite.card.kind, suite.card.scorer) == ("mine:words", "text", "em")
    assert load_suite("mine:sums", tmp_path).card.kind == "number"
    with pytest.raises(UserMistake, match="mine has several tasks: write mine:sums"):
        load_suite("mine", tmp_path)
    with pytest.raises(UserMistake, match="unknown task of mine 'sum': did you mean sums"):
        load_suite("mine:sum", tmp_path)
    written(tmp_path, ROWS)
    with pytest.raises(UserMistake, match="unknown task of mine 'sums'"):
        load_suite("mine:sums", tmp_path)
