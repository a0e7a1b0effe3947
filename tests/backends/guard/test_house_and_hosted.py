"""A local server first and a hosted one behind it: two processes, of which one dies."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

from reasoning_chains import Direct, Retry, Router, guarded
from reasoning_chains.backends.openai import OpenAIBackend
from tests.servers.chat import ChatServer, Manner
from tests.servers.faults import answers
from tests.servers.process import ServerProcess
from tests.servers.replies import Model

TABLES = """
[backends.house]
use = "openai:local"
base_url = "HOUSE"

[backends.hosted]
use = "openai:hosted"
base_url = "HOSTED"

[backends.main]
route = ["house", "hosted"]
"""


def test_the_hosted_one_takes_over_within_a_second_and_gives_back(tmp_path: Path) -> None:
    with ServerProcess("house", 0.02) as house, ServerProcess("hosted", 0.02) as hosted:
        told = TABLES.replace("HOUSE", house.url).replace("HOSTED", hosted.url)
        (tmp_path / "reasoning.toml").write_text(told)
        found, slowest = asyncio.run(story(house, tmp_path))
    before, while_down, after = found
    assert set(before) == {"house"}
    assert set(while_down[-20:]) == {"hosted"}
    assert None not in while_down
    assert after[-1] == "house"
    assert slowest < 1.0


async def story(house: ServerProcess, folder: Path) -> tuple[list[list[str | None]], float]:
    """Ask without a break; kill the house server under load, and start it again."""
    slowest, number = 0.0, 0

    async def ask(count: int) -> list[str | None]:
        nonlocal slowest, number
        began = time.monotonic()
        asked = [f"{at}?" for at in range(number, number + count)]
        number += count
        found = [
            solution.answer
            async for solution in Direct().abatch(asked, "main", concurrency=8, project=str(folder))
        ]
        slowest = max(slowest, time.monotonic() - began)
        return found

    before = await ask(20)
    running = asyncio.create_task(ask(40))
    await asyncio.sleep(0.05)
    await asyncio.to_thread(house.kill)
    while_down = await running + await ask(20)
    await asyncio.to_thread(house.start)
    await asyncio.sleep(1.1)
    after = [answer for _ in range(3) for answer in await ask(5)]
    return [before, while_down, after], slowest


def test_what_one_target_asks_to_wait_delays_no_call_of_the_other() -> None:
    asks = answers("{}", 429, {"retry-after": "30"})
    with (
        ChatServer(fault=lambda number, body: asks) as tired,
        ChatServer(Manner(), Model(text="7")) as other,
    ):
        backends = [OpenAIBackend("m", one.url, api_key="k") for one in (tired, other)]
        first: Any = guarded(backends[0], retry=Retry(attempts=1))
        router = Router({"a": first, "b": guarded(backends[1])})

        async def ask() -> float:
            began = time.monotonic()
            asked = [f"{at}?" for at in range(40)]
            found = [one async for one in Direct().abatch(asked, router, concurrency=8)]
            assert [one.answer for one in found] == ["7"] * 40
            for one in backends:
                await one.aclose()
            return time.monotonic() - began

        assert asyncio.run(ask()) < 5
        assert 0 < len(tired.ledger.bodies) < 9
        assert len(other.ledger.bodies) == 40
        assert first.inner.pacer.attempts == len(tired.ledger.bodies)
