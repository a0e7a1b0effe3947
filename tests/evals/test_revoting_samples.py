"""Samples that others recorded, as files of JSON lines, decided and scored by a suite."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reasoning_chains import UserMistake
from reasoning_chains.cli.revote import RevoteOptions
from reasoning_chains.evals.revoting_samples import revote_samples
from reasoning_chains.evals.suite import Suite
from tests.cli.test_cli import run
from tests.evals.answering import sums
from tests.evals.writing import opened

Rows = list[dict[str, Any]]


def recorded(folder: Path, rows: Rows, name: str = "some.jsonl") -> Path:
    file = folder / name
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def texts(*answers: int) -> list[str]:
    return [f"That makes 99. The answer is {answer}." for answer in answers]


def three(folder: Path) -> tuple[Suite, Rows]:
    """Give three sums, and samples of which the majority is right in two, the first in one."""
    rows: Rows = [
        {"id": "s0", "question": "0 + 1?\nThink.", "completions": texts(1, 1, 2)},
        {"id": "s1", "question": " 1  + 1?", "completions": texts(3, 2, 2)},
        {"id": "s2", "question": "2 + 1?", "completions": texts(4, 5, 3)},
    ]
    return sums(folder, 3), rows


def right(folder: Path, rows: Rows, rule: str = "majority", **how: Any) -> int:
    cell = revote_samples(recorded(folder, rows), sums(folder, 3), rule, **how).cells[0]
    return cell.outcomes["right"]


def test_files_are_cells_and_are_compared(tmp_path: Path) -> None:
    suite, rows = three(tmp_path)
    good = [{**row, "completions": texts(n + 1, n + 1)} for n, row in enumerate(rows)]
    files = [recorded(tmp_path, rows, "a.jsonl"), recorded(tmp_path, good, "b.jsonl")]
    report = revote_samples(files, suite)
    told = [(cell.chain, cell.backend, cell.outcomes["right"]) for cell in report.cells]
    assert told == [("a", "recorded", 2), ("b", "recorded", 3)]
    assert [cell.cost.calls for cell in report.cells] == [3, 2]
    assert (report.comparisons[0].first, report.comparisons[0].only_first) == ("b", 1)
    assert [group.questions for group in report.cells[0].groups] == [1, 1, 1]


def test_rules_over_the_same_samples(tmp_path: Path) -> None:
    _, rows = three(tmp_path)
    found = {rule: right(tmp_path, rows, rule) for rule in ("majority", "first", "any")}
    assert found == {"majority": 2, "first": 1, "any": 3}
    report = revote_samples(recorded(tmp_path, rows), sums(tmp_path, 3), "each")
    assert report.cells[0].score == pytest.approx((2 + 2 + 1) / 9)
    assert "| score |" in report.to_markdown()
    assert "tokens" not in report.to_markdown()  # nobody knows them


def test_rows_are_found_by_their_ids_and_kept_by_their_values(tmp_path: Path) -> None:
    _, rows = three(tmp_path)
    mixed = [*reversed(rows), {"id": 4, "completions": [], "kind": 1}]
    kept = [{"kind": 2, **row} for row in mixed]
    assert right(tmp_path, kept, by="id", where={"kind": "2"}) == 2


@pytest.mark.parametrize("name", ["replies", "samples", "completion", "reply", "text"])
def test_texts_stand_in_columns_of_usual_names(tmp_path: Path, name: str) -> None:
    rows: Rows = [{name: texts(n + 1)[0]} for n in range(3)]
    assert right(tmp_path, rows) == 3
    odd = [{"mine": row[name], "text": "x", "reply": "y"} for row in rows]
    assert right(tmp_path, odd, column="mine") == 3


def test_what_was_cut_gives_nothing_half(tmp_path: Path) -> None:
    half: Rows = [{"reply": f"So we have {n + 1}"} for n in range(3)]
    assert right(tmp_path, half) == 3
    for told in ({"cut": True}, {"finish_reason": "length"}, {"finish_reason": ["length"]}):
        report = revote_samples(
            recorded(tmp_path, [{**row, **told} for row in half]), sums(tmp_path, 3)
        )
        assert report.cells[0].outcomes["cut"] == 3
    refused = [{**row, "finish_reason": "content_filter"} for row in half]
    report = revote_samples(recorded(tmp_path, refused), sums(tmp_path, 3))
    assert report.cells[0].outcomes["refused"] == 3


def test_answers_are_read_otherwise(tmp_path: Path) -> None:
    rows: Rows = [{"reply": f"The answer is {n + 1}. No, the answer is 0."} for n in range(3)]
    assert right(tmp_path, rows) == 0
    assert right(tmp_path, rows, pick="first") == 3
    words: Rows = [{"reply": f"The answer is {n + 1} apples"} for n in range(3)]
    assert right(tmp_path, words, kind="text", scorer="exact") == 0
    assert right(tmp_path, words, kind="number", scorer="exact") == 3


def test_weights_and_log_probabilities_are_columns(tmp_path: Path) -> None:
    _, rows = three(tmp_path)
    weighed = [{**row, "weights": [0, 0, 1], "logprobs": [-1, -2, -0.5]} for row in rows]
    assert right(tmp_path, weighed, "weighted") == 2  # the last: wrong, right, right
    assert right(tmp_path, weighed, "likeliest") == 2
    odd = [{**row, "logprobs": [{"token": "x"}]} for row in rows]
    assert right(tmp_path, odd) == 2  # read only where a rule needs it


WRONG: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (r"row 2: there are 3 texts and 2 of cut", {"cut": [True, False]}, {}),
    (r"row 2: cut must be true or false, found 1", {"cut": [1, 1, 1]}, {}),
    (r"row 2: finish_reason must be a text", {"finish_reason": [1, 1, 1]}, {}),
    (r"row 2: completions holds no text", {"completions": []}, {}),
    (r"row 2: completions must be a text or a list of texts, found 5", {"completions": 5}, {}),
    (r"row 2: completions must be .*, found None", {"completions": ["a", None]}, {}),
    (r"row 2: it has 1 samples, and those before have 3", {"completions": ["a"]}, {}),
    (r"row 2: it has completions and text: say which", {"text": "a"}, {}),
    (r"row 2: its question '7 \+ 7\?' does not begin with", {"question": "7 + 7?"}, {}),
    (r"row 2: id 's0' stands in row 1 too", {"id": "s0"}, {"by": "id"}),
    (r"row 2: mine has no problem 's9', which is its id", {"id": "s9"}, {"by": "id"}),
    (r"row 1: there is no column 'nr'", {}, {"by": "nr"}),
    (r"row 1: there is no column 'completion': did you mean", {}, {"column": "completion"}),
    (r"row 1: there is no column 'idd': did you mean id", {}, {"where": {"idd": "s0"}}),
    (r"0 rows with id=s: of id, did you mean", {}, {"where": {"id": "s"}}),
    (r"has 1 rows with id=s0, and none for problem s1", {}, {"where": {"id": "s0"}}),
    (r"row 1: the rule needs the column weights", {}, {"rule": "weighted"}),
    (r"row 1: the rule needs the column logprobs", {}, {"rule": "probable"}),
    (r"did you mean majority", {}, {"rule": "majorty"}),
    (r"unknown pick 'middle'", {}, {"pick": "middle"}),
    (r"unknown kind of answer 'numbr': did you mean number", {}, {"kind": "numbr"}),
    (r"the scorer judge needs a run", {}, {"scorer": "judge"}),
    (r"unknown option of revote_samples 'colum': did you mean column", {}, {"colum": "a"}),
    (r"where must be a mapping", {}, {"where": "id=s0"}),
]


@pytest.mark.parametrize(("told", "second", "how"), WRONG, ids=[f"{n}" for n in range(len(WRONG))])
def test_what_is_wrong_is_told(
    tmp_path: Path, told: str, second: dict[str, Any], how: dict[str, Any]
) -> None:
    _, rows = three(tmp_path)
    rows[1] |= second
    with pytest.raises(UserMistake, match=told):
        right(tmp_path, rows, **how)


@pytest.mark.parametrize(
    ("rule", "beside", "told"),
    [
        ("weighted", {"weights": [1, -1, 1]}, "must be one number a text, not below 0, found -1"),
        ("weighted", {"weights": [1, None, 1]}, "must be a number for each text, found None"),
        ("likeliest", {"logprobs": [0.5, -1, -1]}, "not above 0, found 0.5"),
        ("likeliest", {"logprobs": [None, -1, -1]}, "1 of 3 samples have no log-probability"),
    ],
)
def test_numbers_that_cannot_be_are_told(
    tmp_path: Path, rule: str, beside: dict[str, Any], told: str
) -> None:
    _, rows = three(tmp_path)
    with pytest.raises(UserMistake, match=f"row 1: .*{told}"):
        right(tmp_path, [{**row, **beside} for row in rows], rule)


def test_missing_and_extra_rows_and_files_are_told(tmp_path: Path) -> None:
    suite, rows = three(tmp_path)
    with pytest.raises(UserMistake, match="has 2 rows, and none for problem s2 of mine"):
        right(tmp_path, rows[:2])
    with pytest.raises(UserMistake, match="has 2 rows, and none for problem s2 of mine"):
        right(tmp_path, rows[:2], by="id")
    with pytest.raises(UserMistake, match="row 4: mine has 3 problems, and this row is one more"):
        right(tmp_path, [*rows, rows[0]])
    with pytest.raises(UserMistake, match=r"none\.jsonl cannot be read: No such file"):
        revote_samples(tmp_path / "none.jsonl", suite)
    with pytest.raises(UserMistake, match="files is empty"):
        revote_samples([], suite)
    file = recorded(tmp_path, rows)
    with pytest.raises(UserMistake, match="is given twice"):
        revote_samples([file, file], suite)
    with pytest.raises(UserMistake, match="files must be text or a"):
        revote_samples([5], suite)  # type: ignore[list-item]


def test_the_command_line_reads_them_too(tmp_path: Path) -> None:
    _, rows = three(tmp_path)
    recorded(tmp_path, rows)
    done = run("revote", "some.jsonl", "--suite", "mine", "--rule", "any", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "| mine | some | recorded | 3 | 100.0 % |" in done.stdout


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"places": ["some.jsonl"]}, "some.jsonl is a file: of recorded samples, add --suite NAME"),
        ({"places": ["r"], "by": "id"}, "--by is for recorded samples"),
        ({"places": ["r"], "n": 2}, "--n is for recorded samples"),
        ({"places": ["r", "s"]}, "takes one folder of results"),
        ({"suite": "mine", "where": ["id"]}, "write a column and its value"),
        ({"suite": "mine", "where": ["id=1", "id=2"]}, "--where id is given twice"),
        ({"suite": "mine", "data": ["other=x"]}, "the suite is mine"),
        ({"suite": "min"}, "did you mean mine"),
    ],
    ids=str,
)
def test_options_that_do_not_go_together_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], told: str
) -> None:
    _, rows = three(tmp_path)
    recorded(tmp_path, rows)
    monkeypatch.chdir(tmp_path)
    options = RevoteOptions(**{"places": ["some.jsonl"], **given})
    with pytest.raises(UserMistake, match=told):
        options.report()


def test_a_kind_that_a_problem_cannot_be_of_is_told(tmp_path: Path) -> None:
    row = '{"question": "Which?", "answer": "A", "choices": ["x", "y"]}\n'
    suite = opened(tmp_path, row, kind="choice", scorer="exact")
    file = recorded(tmp_path, [{"reply": "The answer is (A)."}])
    assert revote_samples(file, suite).cells[0].accuracy == 1.0
    with pytest.raises(UserMistake, match="row 1: kind 'text': a problem with choices is"):
        revote_samples(file, suite, kind="text")
    with pytest.raises(UserMistake, match="row 1: choices are given with kind 'number'"):
        revote_samples(file, suite, kind="number")
