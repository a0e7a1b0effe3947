"""What was bought once is not bought again: over runs, offline, and where nobody waits any more."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from reasoning_chains import (
    Direct,
    Problem,
    ScriptedBackend,
    SelfConsistency,
    UserMistake,
    ZeroShotCoT,
    aclose_backend,
    open_backend,
)
from reasoning_chains.backends.coalesce import Coalescing
from reasoning_chains.backends.guard.guarding import stored
from reasoning_chains.backends.guard.pace import Pace
from reasoning_chains.backends.guard.pacer import Pacer
from reasoning_chains.backends.guard.pacing import Pacing
from reasoning_chains.backends.guard.recalling import Recalling
from reasoning_chains.errors import BackendError
from reasoning_chains.pricing import Price
from reasoning_chains.protocols import Emit
from reasoning_chains.store.managing import counted_by_backend
from reasoning_chains.store.store import Store
from reasoning_chains.types import Capabilities, Completion, Request, SampleKey
from tests.backends.guard.flaky import CONTENT, Flaky, asked, failed, landed
from tests.backends.guard.test_pacing import Slow, requests

SUM = Problem("What is 3 + 4?", "number")


def test_sixteen_samples_after_eight_buy_eight(tmp_path: Path) -> None:
    scripted = ScriptedBackend([f"The answer is {n % 3}." for n in range(40)])
    backend = stored(scripted, tmp_path / "s.db")
    eight = SelfConsistency(ZeroShotCoT(), samples=8).invoke(SUM, backend)
    assert len(scripted.requests) == 8 or sum(r.n for r in scripted.requests) == 8
    sixteen = SelfConsistency(ZeroShotCoT(), samples=16).invoke(SUM, backend)
    assert sum(request.n for request in scripted.requests) == 16
    assert [c.text for c in sixteen.candidates][:8] == [c.text for c in eight.candidates]
    again = SelfConsistency(ZeroShotCoT(), samples=16).invoke(SUM, backend)
    assert sum(request.n for request in scripted.requests) == 16
    assert (again.answer, again.confidence) == (sixteen.answer, sixteen.confidence)
    assert again.usage.tokens == sixteen.usage.tokens
    assert again.bill.tokens == again.bill.requests == 0


def test_offline_nothing_is_asked_and_what_is_missing_is_told(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    Direct().invoke(SUM, stored(ScriptedBackend(["7"]), path))
    silent = ScriptedBackend([])
    offline = stored(silent, path, offline=True)
    assert Direct().invoke(SUM, offline).answer == "7"
    with pytest.raises(BackendError, match=r"the reply to 'What is 5 \+ 4.* is not in .*s.db"):
        Direct().invoke("What is 5 + 4?", offline)
    assert silent.requests == []


def test_failures_are_not_kept(tmp_path: Path) -> None:
    inner = Flaky(lambda sample, attempt: [landed(sample) if attempt else failed()])
    store = Store(tmp_path / "s.db")
    assert isinstance(asked(Recalling(inner, store))[0][0], BackendError)
    assert asked(Recalling(inner, store)) == [[landed(0)]]
    (found,) = asked(Recalling(inner, store))[0]
    assert isinstance(found, Completion)
    assert (found.text, found.notes, found.bill.tokens) == ("reply 0", ("from the store",), 0)
    assert len(inner.requests) == 2
    store.close()


class Sold(Slow):
    """One that has a price, and takes each sample alone."""

    capabilities = Capabilities(n=False)

    def __init__(self, seconds: float, price: Price) -> None:
        super().__init__(seconds)
        self.price = price


def left(
    tmp_path: Path, inner: Slow, pace: Pace | None, seconds: float = 0.02
) -> tuple[int, list[int]]:
    """Ask for three samples at once, leave, and tell what is kept and was sent in the end."""
    store = Store(tmp_path / "s.db")
    asks = requests((0, "p", 1), (0, "p", 2), (0, "p", 3))

    async def story() -> int:
        guarded = inner if pace is None else Pacing(inner, Pacer(pace))
        backend = Coalescing(Recalling(guarded, store))
        made = [backend.complete(ask, lambda at, news: None) for ask in asks]
        task = asyncio.gather(*made)
        await asyncio.sleep(seconds)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await backend.aclose()
        return len(store.find([ask.samples[0] for ask in asks]))

    kept = asyncio.run(story())
    store.close()
    return kept, [int(path[-1]) for path in inner.order]


@pytest.mark.parametrize(("paid", "kept"), [(True, 3), (False, 0)])
def test_who_stops_waiting_has_what_was_paid_for_kept(
    tmp_path: Path, paid: bool, kept: int
) -> None:
    inner = Sold(0.1, Price(1, 1) if paid else Price())
    assert left(tmp_path, inner, None) == (kept, [1, 2, 3])


def test_closing_a_backend_waits_for_what_was_paid_for(tmp_path: Path) -> None:
    backend = stored(Sold(0.1, Price(1, 1)), tmp_path / "s.db")

    async def story() -> None:
        task = asyncio.create_task(Direct().ainvoke(SUM, backend))
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await aclose_backend(backend)

    asyncio.run(story())
    assert [count.replies for count in counted_by_backend(tmp_path / "s.db")] == [1]


def test_what_was_not_sent_yet_is_not_bought_when_nobody_waits(tmp_path: Path) -> None:
    one = Pace(concurrency=1, adaptive=False)
    assert left(tmp_path, Sold(0.1, Price(1, 1)), one) == (1, [1])


def test_who_comes_back_finds_the_reply_on_its_way(tmp_path: Path) -> None:
    store, inner = Store(tmp_path / "s.db"), Sold(0.1, Price(1, 1))
    (ask,) = requests((0, "p", 1))
    heard: list[object] = []

    async def story() -> None:
        backend = Coalescing(Recalling(Pacing(inner), store))
        first = asyncio.create_task(backend.complete(ask, lambda at, news: None))
        await asyncio.sleep(0.02)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await backend.complete(ask, lambda at, news: heard.append(news))

    asyncio.run(story())
    assert len(inner.order) == len(heard) == 1
    store.close()


@pytest.mark.parametrize("chance", range(6))
def test_leaving_at_any_moment_keeps_what_was_sent(tmp_path: Path, chance: int) -> None:
    inner = Sold(0.03, Price(1, 1))
    kept, sent = left(tmp_path, inner, Pace(concurrency=2), 0.01 * chance)
    assert kept == len(sent)


class Ordered:
    """Tells when each reply was handed on, and whether it was safe by then."""

    name = "ordered"
    capabilities = Capabilities()
    defaults = CONTENT.sampling

    async def complete(self, request: Request, emit: Emit) -> None:
        for at, _ in enumerate(request.samples):
            emit(at, landed(at))


def test_a_reply_is_safe_before_anybody_reads_it(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.db")
    keys = tuple(SampleKey("ordered", CONTENT.digest, (0, at)) for at in range(5))
    safe: list[bool] = []

    async def story() -> None:
        backend = Recalling(Ordered(), store)
        await backend.complete(
            Request(CONTENT, keys), lambda at, _: safe.append(keys[at] in store.find(keys))
        )

    asyncio.run(story())
    assert safe == [True] * 5
    store.close()


def test_a_project_declares_its_store(tmp_path: Path) -> None:
    (tmp_path / "reasoning.toml").write_text(
        '[backends.mine]\nuse = "embedded"\nstore = true\n'
        '[backends.both]\nroute = ["mine", "embedded"]\nstore = "other.db"\n'
    )
    opened: Any = open_backend("mine", project=str(tmp_path))
    assert isinstance(opened, Recalling)
    assert opened.store.path == (tmp_path / ".reasoning" / "store.db").resolve()
    first = Direct().invoke(SUM, "mine", project=str(tmp_path))
    again = Direct().invoke(SUM, "mine", project=str(tmp_path))
    assert (first.answer, first.bill.tokens > 0) == (again.answer, True)
    assert again.bill.tokens == 0
    both: Any = open_backend("both", project=str(tmp_path))
    assert both.store.path.name == "other.db"
    offline: Any = open_backend("mine", project=str(tmp_path), offline=True)
    assert offline.offline
    assert offline.store is opened.store
    bare = open_backend("mine", project=str(tmp_path), store=False)
    assert not isinstance(bare, Recalling)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"store": 5}, "store must be"),
        ({"store": True, "offline": "yes"}, "offline must be True or False"),
        ({"store": False, "offline": True}, "offline answers from a store"),
    ],
)
def test_a_store_that_cannot_be_is_told(tmp_path: Path, options: dict[str, Any], told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        open_backend("embedded", project=str(tmp_path), **options)
