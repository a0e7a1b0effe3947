"""A limit of money that outlives the process: runs, processes and kills share what is left."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from reasoning_chains import (
    Budget,
    Direct,
    ScriptedBackend,
    SelfConsistency,
    UserMistake,
    load_agent,
)
from reasoning_chains.errors import BudgetSpent
from reasoning_chains.store.ledger import Ledger, ledger_at
from reasoning_chains.types import Completion, Sampling, Usage
from tests.servers.chat import ChatServer

BILL = Usage(1, 1, 40, 100)
PRICE = {"input": 10, "output": 100}  # 0.0104 a reply of BILL
SAMPLING = Sampling(max_tokens=100)
ROOT = Path(__file__).parents[2]


def sold(path: Path, samples: int = 4, money: float = 0.065) -> int:
    """Ask for some samples within what the ledger leaves, and count those that came."""
    replies = [Completion("7", usage=BILL, bill=BILL) for _ in range(samples)]
    chain = SelfConsistency(Direct(), samples=samples)
    budget = Budget(money=money, ledger=path)
    backend = ScriptedBackend(replies, price=PRICE)
    return chain.invoke("?", backend=backend, budget=budget, sampling=SAMPLING).usage.calls


def test_runs_share_what_is_left(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    assert [sold(path) for _ in range(3)] == [4, 2, 0]
    assert ledger_at(path).total == pytest.approx(6 * 0.0104)
    assert sold(path, money=0.1) == 3


def test_another_process_goes_on_from_there(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    code = "import sys, tests.store.test_ledger as t; print(t.sold(t.Path(sys.argv[1])))"
    given = [sys.executable, "-c", code, str(path)]
    told = [subprocess.check_output(given, cwd=ROOT, text=True).strip() for _ in range(3)]
    assert told == ["4", "2", "0"]


def test_what_a_killed_process_held_counts_as_spent(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    child = os.fork()
    if child == 0:  # pragma: no cover - another process
        asyncio.run(Ledger(path).hold(0.05, 0.065))
        os.kill(os.getpid(), 9)
    os.waitpid(child, 0)
    assert ledger_at(path).total == pytest.approx(0.05)
    assert sold(path) == 1


def test_it_waits_for_what_is_in_flight_and_serves_in_order(tmp_path: Path) -> None:
    async def story() -> list[str]:
        ledger, told = Ledger(tmp_path / "l.db"), list[str]()

        async def spend(name: str, money: float) -> None:
            try:
                await ledger.hold(money, 1.0)
            except BudgetSpent as spent:
                told.append(f"{name}: {spent}")
                return
            told.append(name)
            await asyncio.sleep(0.01)
            ledger.settle(money, 0.2)

        await asyncio.gather(*(spend(name, 0.6) for name in "abcd"))
        assert ledger.total == pytest.approx(0.6 if len(told) == 4 else -1)
        return told

    *names, refused = asyncio.run(story())
    assert names == ["a", "b", "c"]
    assert refused.startswith("d: an ask costs up to 0.6, and 0.4 of the money is left")


def test_who_leaves_while_waiting_holds_nothing(tmp_path: Path) -> None:
    async def story() -> float:
        ledger = Ledger(tmp_path / "l.db")
        for turns in range(40):
            task = asyncio.create_task(ledger.hold(0.5, 1.0))
            for _ in range(turns):
                await asyncio.sleep(0.0002)
            if not task.done():
                task.cancel()
            if not (await asyncio.gather(task, return_exceptions=True))[0]:
                ledger.settle(0.5, 0.0)
        ledger.flush()
        return ledger.total

    assert asyncio.run(story()) == 0


def test_eight_threads_on_two_ledgers_of_one_file_stay_within(tmp_path: Path) -> None:
    ledgers = [Ledger(tmp_path / "l.db") for _ in range(2)]
    spent: list[float] = []

    def work(ledger: Ledger) -> None:
        async def story() -> None:
            for _ in range(20):
                try:
                    await ledger.hold(0.01, 0.5)
                except BudgetSpent:
                    continue
                spent.append(0.01)
                ledger.settle(0.01, 0.01)

        asyncio.run(story())

    threads = [threading.Thread(target=work, args=(ledgers[n % 2],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for ledger in ledgers:
        ledger.flush()
    base = sqlite3.connect(tmp_path / "l.db")
    (total,) = base.execute("SELECT sum(spent) + sum(held) FROM spending").fetchone()
    base.close()
    assert sum(spent) == pytest.approx(total)
    assert 0.4 < total <= 0.5 + 1e-9


def test_a_ledger_without_money_or_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserMistake, match="a ledger keeps money: set Budget"):
        Budget(calls=3, ledger=tmp_path / "l.db")
    with pytest.raises(UserMistake, match="budget ledger must be"):
        Budget(money=3, ledger=5)  # type: ignore[arg-type]
    (tmp_path / "text").write_text("no database, but rather a long text " * 100)
    with pytest.raises(UserMistake, match="is damaged, or no store"):
        sold(tmp_path / "text")


def test_a_ledger_is_named_on_the_command_line_and_by_an_agent(tmp_path: Path) -> None:
    with ChatServer() as server:
        (tmp_path / "reasoning.toml").write_text(
            f'[backends.dear]\nuse = "openai:m"\nbase_url = "{server.url}"\n'
            "price = {input = 10, output = 100}\ndefaults = {max_tokens = 100}\n"
        )
        words = ["ask", "What is 3 + 4?", "-b", "dear", "--budget-money", "0.015"]
        given = [sys.executable, "-m", "reasoning_chains", *words, "--ledger", "l.db"]
        told = [subprocess.check_output(given, cwd=tmp_path, text=True) for _ in range(9)]
        asked = len(server.ledger.bodies)
        folder = tmp_path / "agents" / "saving"
        folder.mkdir(parents=True)
        card = "description: Saves.\nchain: direct\nlimits: {money: 0.015, ledger: LEDGER}\n"
        (folder / "agent.yaml").write_text(card.replace("LEDGER", str(tmp_path / "l.db")))
        agent = load_agent("saving", project=tmp_path)
        assert agent.invoke("What is 3 + 4?", backend="dear").stop_reason == "budget"
        assert len(server.ledger.bodies) == asked
    assert 0 < asked < 9
    assert "of the money is left by what" in " ".join(told[-1].split())
