"""What every engine has in common, shown with one that carries out orders in turn."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

import pytest

from reasoning_chains import (
    Budget,
    ScriptedBackend,
    SelfConsistency,
    UserMistake,
    ZeroShotCoT,
    evaluate,
)
from reasoning_chains.evals.engines.engine import Answer, Order
from reasoning_chains.evals.engines.work import carried_out
from reasoning_chains.evals.options import Progress
from reasoning_chains.evals.revoting import revote
from reasoning_chains.evals.suite import load_suite
from reasoning_chains.types import Sampling
from tests.evals.answering import adder, sums
from tests.evals.spreading import BACKEND, CHAINS, bought, project
from tests.evals.test_killed import figures
from tests.evals.test_running import Stumbling, records


class InTurn:
    """Carries out one order after the other; `given` holds them."""

    def __init__(self, *, local: bool = True, most: int = 99) -> None:
        self.local, self._most = local, most
        self.given: list[Order] = []

    async def size(self) -> int:
        return 3

    async def answers(self, orders: Sequence[Order]) -> AsyncGenerator[Answer, None]:
        for order in orders[: self._most]:
            self.given.append(json.loads(json.dumps(order)))
            yield await asyncio.to_thread(carried_out, self.given[-1])
        if self._most < len(orders):
            raise ZeroDivisionError


def spread(folder: Path, engine: InTurn, **options: Any) -> Any:
    given = {"suites": "mine", "chains": CHAINS, "backends": BACKEND, "project": folder}
    return evaluate(**{**given, "results": folder / "r", **options}, engine=engine)


@pytest.mark.parametrize("local", [True, False])
@pytest.mark.parametrize("shards", [None, 1, 2, 30])
def test_the_report_is_that_of_one_process_however_it_is_parted(
    tmp_path: Path, local: bool, shards: int | None
) -> None:
    suite, engine, seen = project(tmp_path, 12), InTurn(local=local), list[int]()
    one = evaluate(suite, CHAINS, BACKEND, project=tmp_path, results=tmp_path / "1", store=False)
    (tmp_path / "asked").unlink()
    report = spread(tmp_path, engine, shards=shards, watch=lambda told: seen.append(told.done))
    assert figures(report) == figures(one)
    assert len(engine.given) == (shards or 3)
    assert seen == list(range(1, 25))
    assert set(bought(tmp_path).values()) == {1}
    assert figures(spread(tmp_path, engine, shards=5)) == figures(one)  # parted otherwise
    assert bought(tmp_path).total() == 12 * 4
    assert (tmp_path / ".reasoning" / "store.db").exists()


def test_texts_are_kept_by_every_shard(tmp_path: Path) -> None:
    project(tmp_path, 6)
    report = spread(tmp_path, InTurn(), texts=True)
    kept = [str(row["text"]) for row in records(report.folder)]
    assert len(kept) == 6
    assert all(text.startswith("The answer is") for text in kept)
    anew = revote(report.folder, pick="last", project=tmp_path)
    assert [cell.outcomes for cell in anew.cells] == [cell.outcomes for cell in report.cells]


def test_one_process_and_an_engine_go_on_where_the_other_ended(tmp_path: Path) -> None:
    project(tmp_path, 20)
    options: dict[str, Any] = {"project": tmp_path, "results": tmp_path / "r", "concurrency": 1}

    def stop(progress: Progress) -> None:
        if progress.done == 7:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        evaluate("mine", CHAINS, BACKEND, watch=stop, **options)
    with pytest.raises(ZeroDivisionError):
        spread(tmp_path, InTurn(local=False, most=2))  # the third shard is never run
    there = len(records(tmp_path / "r"))
    assert (there, (tmp_path / "r" / "shards").exists()) == (7, True)
    report = evaluate("mine", CHAINS, BACKEND, **options)
    assert report.cells[1].questions == 20
    assert len({row["id"] for row in records(tmp_path / "r")}) == len(records(tmp_path / "r")) == 20
    assert set(bought(tmp_path).values()) == {1}  # the stores were put together, too


def test_what_watches_ends_the_run_by_raising(tmp_path: Path) -> None:
    project(tmp_path, 4)

    def stop(progress: Progress) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        spread(tmp_path, InTurn(), watch=stop)
    assert spread(tmp_path, InTurn()).cells[0].questions == 4


@pytest.mark.parametrize(
    ("budget", "more"),
    [
        (Budget(calls=30), Budget(calls=200)),
        (Budget(tokens=800), Budget(tokens=8000)),
        (Budget(money=0.001), Budget(money=0.2)),
    ],
    ids=["calls", "tokens", "money"],
)
def test_a_budget_of_the_whole_run_holds_over_all_shards(
    tmp_path: Path, budget: Budget, more: Budget
) -> None:
    project(tmp_path, 20)
    usual = {"sampling": Sampling(max_tokens=8)}
    first = spread(tmp_path, InTurn(), budget=budget, **usual)
    assert first.notes[0].startswith("the budget of the run is spent")
    for _ in range(3):  # begun again, it is the same budget
        report = spread(tmp_path, InTurn(local=False), budget=budget, **usual)
    calls = sum(round(cell.cost.calls * cell.questions) for cell in report.cells)
    tokens = sum(round(cell.cost.tokens * cell.questions) for cell in report.cells)
    money = sum(cell.cost.bought for cell in report.cells)
    assert 0 < calls <= (budget.calls or 200)
    assert tokens <= (budget.tokens or 8000)
    assert 0 < money <= (budget.money or 0.2)
    whole = spread(tmp_path, InTurn(), budget=more, **usual)
    assert ([cell.questions for cell in whole.cells], whole.notes) == ([20, 20], ())


def test_a_ledger_of_the_users_own_is_kept(tmp_path: Path) -> None:
    project(tmp_path, 20)
    budget = Budget(money=0.002, ledger=tmp_path / "spent.db")
    report = spread(tmp_path, InTurn(), budget=budget, sampling=Sampling(max_tokens=8))
    assert 0 < sum(cell.cost.bought for cell in report.cells) <= 0.002
    assert not (tmp_path / "r" / "ledger.db").exists()
    other = spread(tmp_path, InTurn(), budget=budget, results=tmp_path / "2", seed=1)
    assert sum(cell.cost.bought for cell in other.cells) == 0


def test_errors_are_asked_again_on_request_only(tmp_path: Path) -> None:
    project(tmp_path, 6)
    module = tmp_path / "counting.py"
    good = module.read_text()
    module.write_text(good.replace("n = int(", "n = int('x') if '0 +' in str(content) else int("))
    failed = spread(tmp_path, InTurn())
    assert failed.cells[0].outcomes["error"] == 1
    module.write_text(good)
    assert spread(tmp_path, InTurn()).cells == failed.cells
    mended = spread(tmp_path, InTurn(), retry_errors=True)
    assert (mended.cells[0].outcomes["error"], mended.cells[0].questions) == (0, 6)


def test_a_suite_that_breaks_off_is_told_once(tmp_path: Path) -> None:
    suite = project(tmp_path, 5)
    with (suite.folder / "rows.jsonl").open("a") as file:
        file.write('{"id": "late", "question": "9 + 1?"}\n')
    report = spread(tmp_path, InTurn(), chains="direct")
    assert report.cells[0].questions == 5
    assert report.cells[0].note.count("the suite ended") == 1


def test_suites_with_rows_of_the_users_own_are_opened_anew(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    project(tmp_path, 4)
    folder.mkdir()
    rows = sums(folder, 9).folder / "rows.jsonl"
    mine = load_suite("mine", tmp_path, data=rows, size=7)
    engine = InTurn()
    report = spread(tmp_path, engine, suites=[mine], chains=SelfConsistency(ZeroShotCoT(), 2))
    assert report.cells[0].questions == 7
    assert engine.given[0]["suites"][0]["data"] == str(rows)
    assert engine.given[0]["chains"] == ["self_consistency(chain=zero_shot_cot, samples=2)"]
    slope = load_suite("slope", size=2).sized(2, seed=5)
    assert spread(tmp_path, engine, suites=slope, results=tmp_path / "2").cells[0].questions == 2
    assert engine.given[-1]["suites"][0]["seed"] == 5


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"backends": adder()}, "other processes open backends by their names, found an Adder"),
        ({"backends": [ScriptedBackend([])]}, "found a ScriptedBackend"),
        ({"backends": "openia"}, "did you mean openai"),
        ({"chains": Stumbling()}, "Stumbling has no spelling"),
        ({"chains": []}, "chains is empty"),
        ({"suites": 3}, "each of suites must be a Suite or a name"),
        ({"suites": "mien"}, "did you mean mine"),
        ({"shards": 0}, "number of shards=0"),
        ({"shards": "2"}, "shards must be a whole number"),
        ({"shard": "1/2"}, "leave one out"),
        ({"budget": Budget(steps=3)}, "steps and repeats of a whole run are counted in one"),
        ({"backends": []}, "backends is empty"),
    ],
    ids=lambda given: next(iter(given)) if isinstance(given, dict) else "",
)
def test_what_other_processes_cannot_do_is_told_before_any_begins(
    tmp_path: Path, given: dict[str, Any], told: str
) -> None:
    project(tmp_path, 2)
    engine = InTurn()
    with pytest.raises(UserMistake, match=told):
        spread(tmp_path, engine, **given)
    assert not engine.given


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"shards": 2}, "shards are for engine='processes' or 'ray'"),
        ({"engine": 3}, "engine must be one, processes, ray or an Engine"),
        ({"engine": "rai"}, "did you mean ray"),
    ],
    ids=["no engine", "a number", "a name"],
)
def test_engines_that_are_none_are_told(tmp_path: Path, options: Any, told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        evaluate(sums(tmp_path, 1), "direct", adder(), store=False, **options)


def test_a_worker_that_does_not_see_the_folder_says_so(tmp_path: Path) -> None:
    project(tmp_path, 2)
    engine = InTurn()
    spread(tmp_path, engine)
    told = carried_out(engine.given[0])["mistake"]  # the shard's folder is gone by now
    assert "does not see" in told
    assert "--shard 1/3, and so on, on each machine, and merge" in told


def test_another_runs_shards_are_not_taken_in(tmp_path: Path) -> None:
    project(tmp_path, 4)
    with pytest.raises(ZeroDivisionError):
        spread(tmp_path, InTurn(most=1))
    file = next((tmp_path / "r" / "shards").glob("*/run.json"))
    file.write_text(file.read_text().replace('"seed": 0', '"seed": 1'))
    with pytest.raises(UserMistake, match="holds a shard of another run"):
        spread(tmp_path, InTurn())
