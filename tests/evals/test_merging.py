"""Shards put together: the report of one process, and what cannot be put together."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_chains import Budget, Report, UserMistake, evaluate
from reasoning_chains.evals.folder import ended
from reasoning_chains.evals.head import CellHead, Head, agreed
from reasoning_chains.evals.lines import Lines, held
from reasoning_chains.evals.measured import Tally
from reasoning_chains.evals.merging import merge
from reasoning_chains.evals.record import Bill, Record
from reasoning_chains.evals.report import report_of
from reasoning_chains.evals.score import Outcome
from reasoning_chains.evals.sharding import Shard
from tests.evals.answering import adder, sums
from tests.evals.test_killed import figures
from tests.evals.test_running import records

KINDS: tuple[Outcome, ...] = get_args(Outcome)
CHAINS = ("direct", "self_consistency(zero_shot_cot, samples=3)")


def head(shard: str | None) -> Head:
    cells = tuple(
        CellHead(file=f"{n:03d}.jsonl", suite="s", digest="d", chain=chain, backend="b")
        for n, chain in enumerate(("one", "two"), 1)
    )
    return Head(shard=shard, cells=cells)


def written(folder: Path, rows: list[list[Record]], shard: Shard | None) -> Path:
    """Write the folder of a run that came to its end."""
    folder.mkdir(parents=True)
    made = head(None if shard is None else str(shard))
    agreed(folder, made)
    for cell, mine in zip(made.cells, rows, strict=True):
        lines = Lines(folder / cell.file)
        for record in mine:
            lines.append(record)
        lines.close()
    ended(folder, {cell.file: len(mine) for cell, mine in zip(made.cells, rows, strict=True)})
    return folder


def drawn(random: Random, name: str) -> Record:
    """Draw a record, graded and with prices whose sum depends on the order if added simply."""
    outcome = random.choice(KINDS)
    value = random.choice((0.1, 0.7, 1.0)) if outcome == "right" else 0.0
    return Record(
        id=name,
        row=int(name[1:]) + 1,
        target="t",
        outcome=outcome,
        value=value,
        groups={"level": str(random.randrange(12)), "ß": random.choice("abc")},
        calls=random.randrange(5),
        prompt_tokens=random.randrange(1000),
        completion_tokens=random.randrange(1000),
        money=random.random() * 10 ** random.randrange(-9, 9),
        bill=Bill(requests=1, money=random.random() * 1e-7),
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(2, 7), st.integers(0, 40))
def test_merged_shards_give_the_report_of_one_process_in_any_order(
    seed: int, of: int, count: int
) -> None:
    random = Random(seed)
    rows = [[drawn(random, f"q{n}") for n in range(count)] for _ in range(2)]
    with tempfile.TemporaryDirectory() as place:
        folders = []
        for number in range(1, of + 1):
            shard = Shard(number, of)
            mine = [[one for one in cell if shard.owns(one.row)] for cell in rows]
            for cell in mine:
                random.shuffle(cell)
            folders.append(written(Path(place, f"s{number}"), mine, shard))
        one = evaluate_of(written(Path(place, "one"), rows, None))
        random.shuffle(folders)
        report = merge(folders, Path(place, "out"))
        assert report.note == ""
        told, expected = (each.to_dict() for each in (report, one))
        del told["folder"], expected["folder"]
        assert told == expected
        for file, whole in zip(("001.jsonl", "002.jsonl"), rows, strict=True):
            ids = [record.id for record in Lines(Path(place, "out", file))]
            assert sorted(ids) == sorted(record.id for record in whole)


def evaluate_of(folder: Path) -> Report:
    """Give the report of a whole run's folder, as a run that goes on there counts it."""
    cells = [Tally(cell) for cell in head(None).cells]
    for cell in cells:
        for record in Lines(folder / cell.head.file):
            cell.table.add(record)
    return report_of(cells, folder)


def shards(folder: Path, of: int = 3, count: int = 10, **options: object) -> list[Path]:
    """Run each shard as a process of its own would."""
    made = []
    for number in range(1, of + 1):
        made.append(folder / f"s{number}")
        evaluate(
            sums(folder, count),
            CHAINS,
            adder(wrong=lambda n, key: (n * 7 + key.seed) % 3 == 0),
            results=made[-1],
            shard=f"{number}/{of}",
            **options,  # type: ignore[arg-type]
        )
    return made


def test_shards_that_ran_apart_merge_with_their_stores_and_the_run_goes_on(tmp_path: Path) -> None:
    folders = shards(tmp_path)
    suite, backend = sums(tmp_path, 10), adder(wrong=lambda n, key: (n * 7 + key.seed) % 3 == 0)
    one = evaluate(suite, CHAINS, backend, results=tmp_path / "one", store=False)
    report = merge(reversed(folders), tmp_path / "out")
    assert figures(report) == figures(one)
    assert 0 < (report.cells[1].accuracy or 0) < 1
    again = adder()
    options = {"results": tmp_path / "out", "store": tmp_path / "out" / "store.db"}
    assert figures(evaluate(suite, CHAINS, again, **options)) == figures(one)  # type: ignore[arg-type]
    options["results"] = tmp_path / "anew"
    assert figures(evaluate(suite, CHAINS, again, **options)) == figures(one)  # type: ignore[arg-type]
    assert not again.asked  # the merged store has every reply


def refused(folders: list[Path], into: Path) -> str:
    with pytest.raises(UserMistake) as told:
        merge(folders, into)
    assert not into.exists()  # nothing, and nothing half
    assert not list(into.parent.glob(f".{into.name}*"))
    return str(told.value)


def _twice(folders: list[Path]) -> list[Path]:
    return [*folders, folders[1]]


def _copied(folders: list[Path]) -> list[Path]:
    return [*folders, Path(shutil.copytree(folders[1], folders[1].with_name("copy")))]


def _missing(folders: list[Path]) -> list[Path]:
    return [folders[0], folders[2]]


def _none(folders: list[Path]) -> list[Path]:
    return []


def _no_folder(folders: list[Path]) -> list[Path]:
    return [*folders, folders[0].with_name("nothing")]


def _unended(folders: list[Path]) -> list[Path]:
    (folders[0] / "ended.json").unlink()
    return folders


def _cut(folders: list[Path]) -> list[Path]:
    file = folders[2] / "002.jsonl"
    file.write_bytes(file.read_bytes()[:-5])
    return folders


def _lost(folders: list[Path]) -> list[Path]:
    (folders[2] / "002.jsonl").unlink()
    return folders


def _swapped(folders: list[Path]) -> list[Path]:
    shutil.copy(folders[2] / "001.jsonl", folders[1] / "001.jsonl")
    return folders


def _broken(folders: list[Path]) -> list[Path]:
    file = folders[1] / "001.jsonl"
    file.write_text(file.read_text().replace('"outcome":"', '"outcome":"x', 1))
    return folders


def _odd_shard(folders: list[Path]) -> list[Path]:
    file = folders[1] / "run.json"
    file.write_text(file.read_text().replace('"2/3"', '"5/3"'))
    return folders


def _odd_end(folders: list[Path]) -> list[Path]:
    (folders[1] / "ended.json").write_text("[]")
    return folders


def _damaged_store(folders: list[Path]) -> list[Path]:
    (folders[1] / "store.db").write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    return folders


def _other_seed(folders: list[Path]) -> list[Path]:
    file = folders[1] / "run.json"
    file.write_text(file.read_text().replace('"seed": 0', '"seed": 7'))
    return folders


def _other_rows(folders: list[Path]) -> list[Path]:
    file = folders[1] / "run.json"
    text = file.read_text()
    digest = text.partition('"digest": "')[2][:16]
    file.write_text(text.replace(digest, "0" * 16))
    return folders


def _of_four(folders: list[Path]) -> list[Path]:
    file = folders[1] / "run.json"
    file.write_text(file.read_text().replace('"2/3"', '"2/4"'))
    return folders


def _whole(folders: list[Path]) -> list[Path]:
    file = folders[1] / "run.json"
    file.write_text(file.read_text().replace('"2/3"', "null"))
    return folders


CHANGES: tuple[tuple[Callable[[list[Path]], list[Path]], str], ...] = (
    (_twice, "are both shard 2/3: leave one out"),
    (_copied, "are both shard 2/3: leave one out"),
    (_missing, "missing: shard 2/3: run what is not there"),
    (_none, "folders is empty"),
    (_no_folder, "holds no run.json"),
    (_unended, "not at its end: shard 1/3"),
    (_cut, "002.jsonl holds 2 records, and had 3 when it ended"),
    (_lost, "002.jsonl holds 0 records, and had 3 when it ended"),
    (_swapped, "stands here twice, or in another shard too"),
    (_broken, "001.jsonl, line 1 is no record (outcome"),
    (_odd_shard, "s2: shard=5: it must be at least 1 and at most 3"),
    (_odd_end, "ended.json was changed"),
    (_damaged_store, "store.db is damaged, or no store"),
    (_other_seed, "are not of one run (seed was 0 and is now 7)"),
    (_other_rows, "are not of one run (the card or the rows of mine were changed)"),
    (_of_four, "are not of one run: they are shards 2/4 and 1/3"),
    (_whole, "s2 holds a whole run, and no shard of one"),
)


@pytest.mark.parametrize(("change", "told"), CHANGES, ids=[one.__name__[1:] for one, _ in CHANGES])
def test_what_does_not_go_together_is_told_and_nothing_is_made(
    tmp_path: Path, change: Callable[[list[Path]], list[Path]], told: str
) -> None:
    folders = change(shards(tmp_path))
    assert told in refused(folders, tmp_path / "out")


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_a_file_changed_anywhere_is_told_or_gives_the_same_items(data: st.DataObject) -> None:
    random = Random(1)
    rows = [[drawn(random, f"q{n}") for n in range(9)] for _ in range(2)]
    with tempfile.TemporaryDirectory() as place:
        folders = [
            written(Path(place, f"s{k}"), [cell[k::3] for cell in rows], Shard(k + 1, 3))
            for k in range(3)
        ]
        names = ("run.json", "ended.json", "001.jsonl", "002.jsonl")
        file = data.draw(st.sampled_from(folders)) / data.draw(st.sampled_from(names))
        held = file.read_bytes()
        begin, end = sorted(data.draw(st.tuples(*[st.integers(0, len(held))] * 2)))
        file.write_bytes(held[:begin] + data.draw(st.binary(max_size=9)) + held[end:])
        out = Path(place, "out")
        try:
            merge(folders, out)
        except UserMistake:
            assert not out.exists()
        else:
            ids = [record.id for record in Lines(out / "001.jsonl")]
            assert len(ids) == len(set(ids)) == 9


def test_what_is_there_can_be_merged_and_the_rest_asked_for(tmp_path: Path) -> None:
    folders = _unended(_missing(shards(tmp_path, store=False)))
    report = merge(folders, tmp_path / "out", partial=True)
    assert report.cells[0].questions == 7
    told = "not all of the run is there: missing: shard 2/3; not at its end: shard 1/3"
    assert report.notes[0].startswith(told)
    rest = adder()
    whole = evaluate(sums(tmp_path, 10), CHAINS, rest, results=tmp_path / "out", store=False)
    assert (whole.cells[0].questions, set(rest.asked)) == (10, {1, 4, 7})


def test_a_shard_that_a_budget_ended_has_not_come_to_its_end(tmp_path: Path) -> None:
    folders = shards(tmp_path, store=False, budget=Budget(calls=5))
    assert "not at its end: shard 1/3" in refused(folders, tmp_path / "out")
    shards(tmp_path, store=False)
    assert merge(folders, tmp_path / "out").cells[0].questions == 10


def test_a_folder_that_holds_something_is_not_written_over(tmp_path: Path) -> None:
    folders = shards(tmp_path, store=False)
    out = tmp_path / "out"
    out.mkdir()
    assert merge(folders, out).cells[0].questions == 10
    kept = records(out)
    with pytest.raises(UserMistake, match="out is there already: name a new folder"):
        merge(folders, out)
    assert records(out) == kept


def test_a_shard_that_runs_is_not_merged(tmp_path: Path) -> None:
    folders = shards(tmp_path, store=False)
    with held(folders[0]):
        assert "another run is at work in" in refused(folders, tmp_path / "out")
