"""Earlier runs kept in files: small, plain, strict, and of the same questions or refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from reasoning_chains import UserMistake, evaluate
from reasoning_chains.evals.baseline import baseline_of, read_baseline, write_baseline
from reasoning_chains.evals.deciding import Kept, decide
from reasoning_chains.evals.fates import Ran
from reasoning_chains.evals.finding import Place
from reasoning_chains.evals.gate import Gate
from tests.evals.answering import adder, sums
from tests.evals.judging import cell

NAME = "mine × direct × scripted"


def kept(ran: Ran, path: Path, name: str = NAME) -> Path:
    """Write the baseline of a cell into a file."""
    write_baseline(baseline_of(ran, name, str(path)))
    return path


def find(place: Path, ran: Ran, name: str = NAME, alone: bool = False) -> str:
    return Place(place, "--again").find(name, ran, alone=alone).head.name


def refused(place: Path, ran: Ran, name: str = NAME) -> str:
    with pytest.raises(UserMistake) as told:
        find(place, ran, name)
    return str(told.value)


def test_a_baseline_is_a_head_and_a_short_line_for_each_question(tmp_path: Path) -> None:
    ran = cell(tmp_path, 3, wrong=[1], seed=7)
    path = kept(ran, tmp_path / "deep" / "b.jsonl")
    head, *lines = map(json.loads, path.read_text(encoding="ascii").splitlines())
    rows = head.pop("rows")
    assert head == {
        "baseline": 1,
        "name": NAME,
        "suite": "mine",
        "chain": "direct",
        "backend": "scripted",
        "seed": 7,
        "questions": 3,
    }
    assert lines == [
        {"id": "s0", "outcome": "right"},
        {"id": "s1", "outcome": "wrong"},
        {"id": "s2", "outcome": "right"},
    ]
    read = read_baseline(path)
    assert (read.head.rows, read.fates) == (rows, ran.fates)
    assert [one.name for one in path.parent.iterdir()] == ["b.jsonl"]
    assert kept(ran, tmp_path / "again.jsonl").read_bytes() == path.read_bytes()


def test_only_a_change_of_what_is_asked_makes_other_rows(tmp_path: Path) -> None:
    first = baseline_of(cell(tmp_path, 3), NAME, "").head.rows
    described = cell(tmp_path, 3, suite=sums(tmp_path, 3, description="The same, told better."))
    assert baseline_of(described, NAME, "").head.rows == first
    for changed in ({"scorer": "exact"}, {"question": "{{ question }} Think."}, {"kind": "text"}):
        other = {"scorer": "exact", **changed} if "kind" in changed else changed
        ran = cell(tmp_path, 3, suite=sums(tmp_path, 3, **other))
        assert baseline_of(ran, NAME, "").head.rows != first


Edit = Callable[[list[str]], list[str]]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        pytest.param(lambda rows: [], "line 1 is no head of a baseline (it is no line", id="empty"),
        pytest.param(
            lambda rows: ["<<<<<<< HEAD", *rows], "line 1 is no head of a baseline", id="conflict"
        ),
        pytest.param(
            lambda rows: [rows[0].replace('"seed": 0', '"seed": 0, "sed": 0'), *rows[1:]],
            "unknown key 'sed': did you mean seed",
            id="unknown key",
        ),
        pytest.param(
            lambda rows: [rows[0].replace('"seed": 0, ', ""), *rows[1:]],
            "key 'seed' is missing",
            id="missing key",
        ),
        pytest.param(
            lambda rows: [rows[0].replace('"baseline": 1', '"baseline": 2'), *rows[1:]],
            "is a baseline of form 2, and this library knows 1",
            id="other form",
        ),
        pytest.param(
            lambda rows: [rows[0].replace('"seed": 0', '"seed": "0"'), *rows[1:]],
            "key 'seed' must be a whole number, found '0'",
            id="wrong type",
        ),
        pytest.param(lambda rows: rows[:-1], "it says 3 questions and holds 2", id="line missing"),
        pytest.param(lambda rows: [*rows[:-1], rows[-1][:-6]], "line 4 is no question", id="cut"),
        pytest.param(
            lambda rows: [*rows[:-1], rows[-2]], "line 4: the id 's1' stands twice", id="twice"
        ),
        pytest.param(
            lambda rows: [*rows[:-1], '{"id": "s2", "outcome": "good"}'],
            "key 'outcome' must be",
            id="unknown outcome",
        ),
        pytest.param(
            lambda rows: [*rows[:-1], '{"id": "s2", "outcome": "unparsed", "value": 0.5}'],
            "line 4: what is unparsed has no value",
            id="value of nothing",
        ),
        pytest.param(
            lambda rows: [*rows[:-1], '{"id": "s2", "outcome": "wrong", "value": 1.5}'],
            "key 'value' must be at most 1, found 1.5",
            id="value too large",
        ),
        pytest.param(
            lambda rows: [*rows[:-1], '{"id": "s2", "outcome": "error"}'],
            "line 4: an error is nothing to compare with",
            id="error",
        ),
    ],
)
def test_a_corrupt_baseline_is_told_by_file_and_line(tmp_path: Path, edit: Edit, said: str) -> None:
    ran = cell(tmp_path, 3)
    path = kept(ran, tmp_path / "b.jsonl")
    rows = edit(path.read_text().splitlines())
    path.write_text("".join(row + "\n" for row in rows))
    told = refused(path, ran)
    assert said in told
    assert str(path) in told


def test_bytes_that_are_no_text_are_told_too(tmp_path: Path) -> None:
    ran = cell(tmp_path, 2)
    path = tmp_path / "b.jsonl"
    path.write_bytes(b"\xff\xfe\x00")
    assert "line 1 is no head" in refused(path, ran)


def test_a_folder_finds_a_cell_by_its_name_else_by_what_it_is(tmp_path: Path) -> None:
    ran, folder = cell(tmp_path, 3), Place(tmp_path / "base", "--again")
    kept(ran, folder.file_of("first"), "first")
    assert find(folder.path, ran, "first") == "first"
    assert find(folder.path, ran, "renamed") == "first"  # the same suite, chain and backend
    kept(ran, folder.file_of("second"), "second")
    assert find(folder.path, ran, "second") == "second"
    names = [folder.file_of(name).name for name in ("a/b::c[ä]", "a/b::c[ö]", "x" * 300)]
    assert len(set(names)) == 3
    assert max(map(len, names)) < 90


def test_another_chain_is_meant_only_where_it_stands_alone(tmp_path: Path) -> None:
    ran, folder = cell(tmp_path, 3), tmp_path / "base"
    suite = ran.suite
    report = evaluate(
        [suite], ["zero_shot_cot"], [adder()], store=False, results=tmp_path / "other"
    )
    kept(ran, folder / "one.jsonl", "one")
    now = Ran(report.cells[0], suite, 0, ran.fates)
    assert find(folder, now, "now", alone=True) == "one"
    assert "holds no baseline of now: write it with --again" in refused(folder, now, "now")
    assert "holds no baseline of now" in refused(folder / "one.jsonl", now, "now")
    kept(ran, folder / "two.jsonl", "two")
    with pytest.raises(UserMistake, match="holds no baseline of now"):
        find(folder, now, "now", alone=True)


def test_the_results_of_an_earlier_run_are_a_baseline(tmp_path: Path) -> None:
    suite, results = sums(tmp_path, 4), tmp_path / "results"
    evaluate([suite], ["direct"], [adder()], store=False, results=results)
    now = cell(tmp_path, 4, wrong=[0, 1, 2], suite=suite)
    found = Place(results, "--again").find("any", now)
    assert sum(fate.right for fate in found.fates.values()) == 4
    with pytest.raises(UserMistake, match="holds the results of a run: name another folder"):
        Place(results, "--again").file_of("any")
    described = cell(tmp_path, 4, suite=sums(tmp_path, 4, description="Other."))
    assert "was made of other rows of mine" in refused(results, described)


def test_results_with_errors_are_no_baseline(tmp_path: Path) -> None:
    suite, results = sums(tmp_path, 4), tmp_path / "results"
    backend = adder(broken=lambda n, key: n == 1)
    evaluate([suite], ["direct"], [backend], store=False, results=results)
    told = refused(results, cell(tmp_path, 4, suite=suite))
    assert "is no baseline of mine × direct × scripted: 1 of its problems failed" in told


def test_another_seed_size_or_rows_are_refused_in_words(tmp_path: Path) -> None:
    path = kept(cell(tmp_path, 4), tmp_path / "b.jsonl")
    assert "made with the seed 0, and this run has 5" in refused(path, cell(tmp_path, 4, seed=5))
    told = refused(path, cell(tmp_path, 4, n=3))
    assert "made of 4 questions, and this run has 3: run that again, or write it anew with" in told
    other = cell(tmp_path, 4, suite=sums(tmp_path, 4, question="{{ question }} Think."))
    assert "made of other rows of mine" in refused(path, other)
    text = path.read_text().replace('"suite": "mine"', '"suite": "yours"')
    path.write_text(text)
    assert "made of the suite 'yours', and this is 'mine'" in refused(path, cell(tmp_path, 4))


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    ran = cell(tmp_path, 2)
    assert "there is no baseline at" in refused(tmp_path / "nowhere", ran)
    (tmp_path / "empty").mkdir()
    assert "empty holds no baseline of mine × direct × scripted" in refused(tmp_path / "empty", ran)


def test_a_baseline_is_renewed_by_what_is_good_enough_only(tmp_path: Path) -> None:
    place = Place(tmp_path / "base", "--again")
    good, bad = cell(tmp_path, 10), cell(tmp_path, 10, wrong=range(9))
    renewing = Kept(place, NAME, renew=True)
    assert decide(bad, Gate(0.8, 0.0), renewing).state == "failed"
    assert not place.path.exists()
    assert decide(good, Gate(0.8, 0.0), renewing).state == "passed"
    assert decide(good, Gate(0.8, 0.0), Kept(place, NAME)).state == "passed"
    failed = decide(bad, Gate(max_regression=0.0), Kept(place, NAME))
    assert (failed.state, failed.against and failed.against.before) == ("failed", 1.0)
    broken = cell(tmp_path, 10, broken=[3])
    missing = Kept(Place(tmp_path / "nowhere", "--again"), NAME)
    assert decide(broken, Gate(max_regression=0.0), missing).state == "error"
    told = decide(bad, Gate(), Kept(place, NAME))  # without a threshold it only tells
    assert (told.state, told.against and told.against.now) == ("passed", 0.1)
