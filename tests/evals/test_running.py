"""Runs over suites: recorded, gone on with, shared, contained."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from reasoning_chains import (
    BackendError,
    Budget,
    Chain,
    Problem,
    Retry,
    Run,
    ScriptedBackend,
    Solution,
    UserMistake,
    evaluate,
    guarded,
)
from reasoning_chains.evals.options import Progress
from reasoning_chains.types import Completion, Content, SampleKey, Usage
from tests.evals.answering import adder, number, sums


def records(folder: Path, file: str = "001.jsonl") -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / file).read_text().splitlines()]


def test_every_item_ends_as_a_record_and_in_the_report(tmp_path: Path) -> None:
    backend = adder(wrong=lambda n, key: n % 4 == 0)
    seen: list[int] = []
    report = evaluate(
        sums(tmp_path, 12),
        "direct",
        backend,
        store=False,
        results=tmp_path / "r",
        watch=lambda progress: seen.append(progress.done),
    )
    (cell,) = report.cells
    assert (cell.questions, cell.accuracy, cell.parsed) == (12, 0.75, 1.0)
    assert cell.outcomes["wrong"] == 3
    assert [(g.column, g.value, g.questions) for g in cell.groups] == [
        ("level", "1", 4),
        ("level", "2", 4),
        ("level", "3", 4),
    ]
    assert seen == list(range(1, 13))
    rows = {row["id"]: row for row in records(tmp_path / "r")}
    assert set(rows) == {f"s{n}" for n in range(12)}
    assert (rows["s4"]["answer"], rows["s4"]["target"], rows["s4"]["outcome"]) == (
        "6",
        "5",
        "wrong",
    )
    assert rows["s4"]["calls"] == 1


def test_the_tokens_of_thinking_are_counted_where_they_are_told(tmp_path: Path) -> None:
    def thinking(content: Content, key: SampleKey) -> Completion:
        usage = Usage(1, 1, 10, 40, reasoning_tokens=30)
        return Completion(f"The answer is {number(content) + 1}.", usage=usage, bill=usage)

    suite, voted = sums(tmp_path, 3), "self_consistency(direct, samples=2)"
    asked = (suite, ["direct", voted], ScriptedBackend(thinking))
    report = evaluate(*asked, store=tmp_path / "s.db", results=tmp_path / "r")
    assert [cell.cost.reasoning_tokens for cell in report.cells] == [30, 60]
    assert [cell["cost"]["reasoning_tokens"] for cell in report.to_dict()["cells"]] == [30, 60]
    assert "| tokens | thinking | money |" in report.to_markdown()
    (row, *_) = records(tmp_path / "r", "002.jsonl")
    assert row["reasoning_tokens"] == 60
    assert row["bill"] == {
        "requests": 2,
        "prompt_tokens": 20,
        "completion_tokens": 80,
        "reasoning_tokens": 60,
    }
    assert [ballot["reasoning_tokens"] for ballot in row["candidates"]] == [30, 30]  # type: ignore[attr-defined]
    again = evaluate(*asked, store=tmp_path / "s.db", results=tmp_path / "again")
    assert [cell.cost.reasoning_tokens for cell in again.cells] == [30, 60]
    assert [cell.cost.requests for cell in again.cells] == [0, 0]
    plain = evaluate(suite, "direct", adder(), store=False, results=tmp_path / "plain")
    assert "thinking" not in plain.to_markdown()


def test_what_did_not_count_for_the_answer_is_counted(tmp_path: Path) -> None:
    def reply(content: Content, key: SampleKey) -> Completion | BackendError:
        if key.path[-1] == 1 and "general principle" not in content.messages[-1].content:
            return BackendError("no reply")
        right = number(content) + 1 + (key.path[-1] == 3)
        used = Usage(1, 1, 10, 5)
        return Completion(f"The answer is {right}.", usage=used, bill=used)

    early = "self_consistency(direct, samples=8, stop=beta_rule(0.6, window=4))"
    broken = "self_consistency(step_back, samples=3)"
    suite, backend = sums(tmp_path, 2), ScriptedBackend(reply)
    report = evaluate(suite, [early, broken], backend, store=False, results=tmp_path / "r")
    stopped, failed = report.cells
    # one of four failed, one was outvoted, and no second window was drawn
    assert (stopped.cost.calls, stopped.cost.tokens, stopped.accuracy) == (3, 45, 1)
    # of the voter that failed at its second ask the first one counts
    assert (failed.cost.calls, failed.cost.tokens, failed.accuracy) == (5, 75, 1)
    assert [cell.cost.lost for cell in report.cells] == [0, 0]


def test_replies_that_were_lost_are_told(tmp_path: Path) -> None:
    tried = Counter[int]()

    def reply(content: Content, key: SampleKey) -> str | BackendError:
        tried[number(content)] += 1
        if number(content) == 1 and tried[1] < 3:
            error = BackendError("cut", retryable=True)
            error.lost = True
            return error
        return f"The answer is {number(content) + 1}."

    backend = guarded(ScriptedBackend(reply), Retry(first=0.001))
    report = evaluate(sums(tmp_path, 3), "direct", backend, store=False, results=tmp_path / "r")
    assert (report.cells[0].accuracy, report.cells[0].cost.lost) == (1, 2)
    assert [row["bill"].get("lost") for row in records(tmp_path / "r")].count(2) == 1  # type: ignore[attr-defined]
    assert "2 replies were lost on their way and may have been billed" in report.to_markdown()


def test_samples_of_different_voters_are_bought_once(tmp_path: Path) -> None:
    backend = adder()
    chains = [f"self_consistency(zero_shot_cot, samples={k})" for k in (4, 8, 16)]
    report = evaluate(
        sums(tmp_path, 5), chains, backend, store=tmp_path / "s.db", results=tmp_path / "r"
    )
    assert dict(backend.asked) == dict.fromkeys(range(5), 16)
    assert [cell.cost.calls for cell in report.cells] == [4, 8, 16]
    assert sum(cell.cost.requests for cell in report.cells) <= 5 * 3


def test_a_run_begun_again_asks_only_for_the_rest(tmp_path: Path) -> None:
    suite, folder = sums(tmp_path, 20), tmp_path / "r"

    def stop(progress: Progress) -> None:
        if progress.done == 7:
            raise ZeroDivisionError

    first, whole = adder(), adder()
    with pytest.raises(ZeroDivisionError):
        evaluate(suite, "direct", first, store=False, results=folder, watch=stop, concurrency=1)
    kept = len(records(folder))
    assert kept == 7
    with (folder / "001.jsonl").open("a") as file:
        file.write('{"id":"s7","targ')  # as a kill leaves it
    report = evaluate(suite, "direct", whole, store=False, results=folder)
    assert set(whole.asked) == set(range(kept, 20))
    assert report.cells[0].accuracy == 1.0
    assert [row["id"] for row in records(folder)[:7]] == [f"s{n}" for n in range(7)]
    again = adder()
    assert evaluate(suite, "direct", again, store=False, results=folder).cells == report.cells
    assert not again.asked


@dataclass(frozen=True, slots=True)
class Stumbling(Chain):
    """Raises on every tenth problem, as a chain with a bug does."""

    async def solve(self, problem: Problem, run: Run) -> Solution:
        if problem.question.startswith(("0", "10 ", "20 ")):
            raise KeyError("steps")
        return run.conclude(problem, await run.ask("direct", problem=problem))


def test_a_chain_that_raises_costs_its_item_alone(tmp_path: Path) -> None:
    suite, folder, backend = sums(tmp_path, 30), tmp_path / "r", adder()
    report = evaluate(suite, Stumbling(), backend, store=False, results=folder)
    assert report.cells[0].chain == "Stumbling()"
    assert report.cells[0].outcomes["error"] == 3
    assert report.cells[0].accuracy == 0.9
    noted = {row.get("note") for row in records(folder) if row["outcome"] == "error"}
    assert noted == {"KeyError: 'steps'"}
    assert "- mine × Stumbling() × scripted: 3 error" in report.to_markdown()
    again = adder()
    evaluate(suite, Stumbling(), again, store=False, results=folder)
    assert not again.asked


def test_errors_are_asked_again_on_request_only(tmp_path: Path) -> None:
    suite, folder = sums(tmp_path, 10), tmp_path / "r"
    evaluate(suite, "direct", adder(broken=lambda n, key: n < 3), store=False, results=folder)
    kept, retried = adder(), adder()
    told = evaluate(suite, "direct", kept, store=False, results=folder)
    assert (told.cells[0].outcomes["error"], not kept.asked) == (3, True)
    mended = evaluate(suite, "direct", retried, store=False, results=folder, retry_errors=True)
    assert set(retried.asked) == {0, 1, 2}
    assert (mended.cells[0].accuracy, mended.cells[0].questions) == (1.0, 10)
    assert len(records(folder, "001.errors.jsonl")) == 3


def test_a_backend_that_dies_ends_its_cell_and_the_run_goes_on_later(tmp_path: Path) -> None:
    suite, folder = sums(tmp_path, 200), tmp_path / "r"
    dead = adder(broken=lambda n, key: n >= 50)
    report = evaluate(suite, "direct", dead, store=False, results=folder, concurrency=4)
    assert report.cells[0].outcomes["error"] < 40
    assert "ended after 25 errors in a row, the last: BackendError: no reply to" in report.notes[0]
    alive = adder()
    whole = evaluate(suite, "direct", alive, store=False, results=folder, retry_errors=True)
    assert set(alive.asked) == set(range(50, 200))
    assert (whole.cells[0].accuracy, whole.notes) == (1.0, ())


def test_one_budget_ends_the_whole_run_and_is_not_begun_anew(tmp_path: Path) -> None:
    suite, folder = sums(tmp_path, 40), tmp_path / "r"
    backend = adder()
    told = evaluate(
        suite,
        ["direct", "zero_shot_cot"],
        backend,
        store=False,
        results=folder,
        budget=Budget(calls=50),
    )
    assert sum(cell.questions for cell in told.cells) == 50 == backend.asked.total()
    assert told.cells[0].outcomes["cut"] == told.cells[1].outcomes["cut"] == 0
    assert told.notes[0].startswith("the budget of the run is spent")
    again = adder()
    same = evaluate(
        suite,
        ["direct", "zero_shot_cot"],
        again,
        store=False,
        results=folder,
        budget=Budget(calls=60),
    )
    assert sum(cell.questions for cell in same.cells) == 60
    assert again.asked.total() == 10


def test_another_runs_folder_is_refused_in_words(tmp_path: Path) -> None:
    suite, folder = sums(tmp_path, 3), tmp_path / "r"
    evaluate(suite, "direct", adder(), store=False, results=folder)
    with pytest.raises(UserMistake, match=r"another run's results \(seed was 0 and is now 1\)"):
        evaluate(suite, "direct", adder(), store=False, results=folder, seed=1)
    with pytest.raises(UserMistake, match="each chain was direct and is now zero_shot_cot"):
        evaluate(suite, "zero_shot_cot", adder(), store=False, results=folder)
    changed = sums(tmp_path, 4)
    with pytest.raises(UserMistake, match="the card or the rows of mine were changed"):
        evaluate(changed, "direct", adder(), store=False, results=folder)
    (tmp_path / "r" / "001.jsonl").write_text(
        '{"id": "s0", "row": 1, "target": "1", "outcome": "great"}\n'
    )
    sums(tmp_path, 3)
    with pytest.raises(UserMistake, match=r"001.jsonl, line 1 is no record \(outcome"):
        evaluate(suite, "direct", adder(), store=False, results=folder)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"suites": []}, "suites is empty"),
        ({"suites": ["coin_flp"]}, "did you mean coin_flip"),
        ({"suites": ["slope", "slope"]}, "the suite 'slope' is given twice"),
        ({"chains": ["direkt"]}, "did you mean direct"),
        ({"chains": [3]}, "each of chains must be a chain"),
        ({"backends": []}, "backends is empty"),
        ({"n": 0}, "n=0: it must be at least 1"),
        ({"concurrency": 0}, "concurrency=0"),
        ({"nn": 3}, "unknown option of evaluate 'nn'"),
        ({"seed": "x"}, "seed must be a whole number"),
        ({"watch": 3}, "watch must be a function"),
    ],
    ids=lambda given: next(iter(given)) if isinstance(given, dict) else "",
)
def test_what_cannot_be_is_told_before_anything_is_asked(
    tmp_path: Path, given: dict[str, object], told: str
) -> None:
    asked = {"suites": ["slope"], "chains": ["direct"], "backends": [adder()], "n": 2, **given}
    with pytest.raises(UserMistake, match=told):
        evaluate(results=tmp_path / "r", store=False, **asked)  # type: ignore[arg-type]
    assert not (tmp_path / "r").exists()


def test_a_row_that_breaks_off_ends_its_cell_with_its_place(tmp_path: Path) -> None:
    suite = sums(tmp_path, 5)
    with (suite.folder / "rows.jsonl").open("a") as file:
        file.write('{"id": "late", "question": "9 + 1?"}\n')
    report = evaluate(suite, "direct", adder(), store=False, results=tmp_path / "r")
    assert report.cells[0].questions == 5
    assert "the suite ended: " in report.notes[0]
    assert "row 6" in report.notes[0]


def test_two_runs_do_not_write_into_one_folder(tmp_path: Path) -> None:
    suite, folder = sums(tmp_path, 3), tmp_path / "r"
    refused: list[str] = []

    def meanwhile(progress: Progress) -> None:
        from reasoning_chains.evals.lines import held

        with pytest.raises(UserMistake, match="another run is at work") as told, held(folder):
            pass
        refused.append(str(told.value))

    evaluate(suite, "direct", adder(), store=False, results=folder, watch=meanwhile)
    assert len(refused) == 3


def test_without_a_folder_the_same_run_finds_its_own(tmp_path: Path) -> None:
    suite, first, second = sums(tmp_path, 4), adder(), adder()
    made = evaluate(suite, "direct", first, project=tmp_path)
    assert made.folder.parent == tmp_path / ".reasoning" / "evals"
    assert evaluate(suite, "direct", second, project=tmp_path) == made
    assert not second.asked
    other = evaluate(suite, "direct", second, project=tmp_path, n=3)
    assert other.folder != made.folder
    assert not second.asked  # the project's store has the replies
