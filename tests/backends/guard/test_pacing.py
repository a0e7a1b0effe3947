"""Requests wait for a slot and for their account; what is begun is finished first."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

import pytest

from reasoning_chains.backends.guard.line import Line
from reasoning_chains.backends.guard.pace import Pace
from reasoning_chains.backends.guard.pacer import Pacer
from reasoning_chains.backends.guard.pacing import Pacing
from reasoning_chains.backends.guard.retry import Retry
from reasoning_chains.backends.guard.retrying import Retrying
from reasoning_chains.errors import BackendError
from reasoning_chains.protocols import Backend, Emit
from reasoning_chains.types import Capabilities, Completion, Request, SampleKey, Sampling
from tests.backends.guard.flaky import CONTENT, Flaky, failed, landed


class Slow:
    """Answers after a while, and keeps count."""

    name = "slow"
    capabilities = Capabilities()
    defaults = Sampling()

    def __init__(self, seconds: float = 0.01, answer: Callable[[int], object] = landed) -> None:
        self.seconds, self.answer = seconds, answer
        self.inside = self.most = 0
        self.order: list[tuple[str | int, ...]] = []
        self.limits: dict[str, str] = {}

    async def complete(self, request: Request, emit: Emit) -> None:
        self.order.append(request.samples[0].path)
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            await asyncio.sleep(self.seconds)
            emit(0, self.answer(len(self.order)))  # type: ignore[arg-type]
        finally:
            self.inside -= 1


def requests(*paths: tuple[str | int, ...]) -> list[Request]:
    """Give a request of one sample for each path."""
    return [Request(CONTENT, (SampleKey("slow", CONTENT.digest, path),)) for path in paths]


async def all_of(backend: Backend, wanted: list[Request]) -> list[Completion | BackendError]:
    """Ask for all at once."""
    heard: list[Completion | BackendError] = []
    given = await asyncio.gather(
        *(backend.complete(one, lambda _, news: heard.append(news)) for one in wanted),  # type: ignore[arg-type]
        return_exceptions=True,
    )
    return heard + [error for error in given if isinstance(error, BackendError)]


def test_so_many_at_once_and_no_more() -> None:
    inner = Slow()
    pacing = Pacing(inner, Pacer(Pace(concurrency=3)))
    heard = asyncio.run(all_of(pacing, requests(*((0, at) for at in range(12)))))
    assert (len(heard), inner.most, inner.inside) == (12, 3, 0)


def test_the_first_goes_alone_and_a_refused_key_stops_the_rest() -> None:
    refusal = failed(401, retryable=False)
    inner = Slow(0.05, lambda number: refusal)
    heard = asyncio.run(all_of(Retrying(Pacing(inner)), requests(*((0, at) for at in range(50)))))
    assert len(inner.order) == 1
    assert [str(error) for error in heard] == ["it failed"] * 50
    good = Slow(0.05)
    asyncio.run(all_of(Pacing(good), requests((0, 1), (0, 2), (0, 3))))
    assert good.most == 2


def test_a_first_that_hangs_does_not_hold_the_others_for_ever() -> None:
    async def story() -> int:
        line = Line(8, alone=0.05)
        await line.enter(None)
        await asyncio.wait_for(asyncio.gather(*(line.enter(None) for _ in range(7))), 1)
        return line._inside

    assert asyncio.run(story()) == 8


def test_what_is_begun_is_finished_first() -> None:
    inner = Slow(0.005)
    pacing = Pacing(inner, Pacer(Pace(concurrency=1)))

    async def story() -> None:
        first = requests((0, "a", 1), (0, "b", 1), (0, "c", 1), (0, "d", 1))
        later = requests((0, "a", 2))
        await all_of(pacing, first[:1])
        await asyncio.gather(all_of(pacing, first[1:]), all_of(pacing, later))

    asyncio.run(story())
    assert [path[1:] for path in inner.order] == [
        ("a", 1), ("b", 1), ("a", 2), ("c", 1), ("d", 1),
    ]  # fmt: skip


def test_who_leaves_the_line_takes_no_slot() -> None:
    async def story() -> None:
        line = Line(1, alone=0.0)
        await line.enter(None)
        leaving = [asyncio.create_task(line.enter(None)) for _ in range(3)]
        staying = asyncio.create_task(line.enter(None))
        await asyncio.sleep(0.01)
        for task in leaving:
            task.cancel()
        line.leave()
        await asyncio.wait_for(staying, 1)
        line.leave()
        await asyncio.wait_for(line.enter(None), 1)

    asyncio.run(story())


def test_limits_a_minute_are_kept() -> None:
    inner = Slow(0.0)
    pacing = Pacing(inner, Pacer(Pace(requests=600)))  # ten a second, sixty at once

    async def story() -> float:
        await all_of(pacing, requests(*((0, at) for at in range(60))))
        began = time.monotonic()
        await all_of(pacing, requests(*((1, at) for at in range(5))))
        return time.monotonic() - began

    assert 0.3 <= asyncio.run(story()) < 1.5


def test_an_account_that_tells_it_is_used_up_is_left_alone_until_it_is_whole() -> None:
    inner = Slow(0.0)
    pacing = Pacing(inner)

    async def story() -> float:
        inner.limits = {
            "x-ratelimit-limit-requests": "6000",
            "x-ratelimit-remaining-requests": "0",
            "x-ratelimit-reset-requests": "300ms",
        }
        await all_of(pacing, requests((0, 0)))
        inner.limits = {}
        began = time.monotonic()
        await all_of(pacing, requests((0, 1)))
        return time.monotonic() - began

    assert 0.25 <= asyncio.run(story()) < 1


def test_tokens_a_minute_are_reserved_and_settled() -> None:
    pacer = Pacer(Pace(tokens=60_000))  # a thousand a second, six thousand at once
    assert pacer.start(0.0, 6_000) == 0
    assert pacer.start(0.0, 1) == 0
    assert pacer.start(0.0, 1) == pytest.approx(0.001)
    pacer.landed(0.0, surplus=5_000)
    assert pacer.start(0.0, 1) == 0


def test_every_attempt_passes_the_pacer_of_its_own_account() -> None:
    inner = Flaky(lambda sample, attempt: [landed(sample) if attempt > 2 else failed(429)])
    pacing = Pacing(inner)
    asyncio.run(all_of(Retrying(pacing, Retry(throttled=0.001)), requests((0, 1), (0, 2))))
    assert pacing.pacer.attempts == sum(inner.attempts.values()) == 8


def test_one_accounts_refusals_do_not_hold_up_another() -> None:
    slow = Flaky(lambda sample, attempt: [failed(429, after=30)])
    quick = Slow(0.001)

    async def story() -> float:
        stuck = asyncio.create_task(all_of(Retrying(Pacing(slow)), requests((0, 1))))
        began = time.monotonic()
        await all_of(Retrying(Pacing(quick)), requests(*((0, at) for at in range(20))))
        stuck.cancel()
        return time.monotonic() - began

    assert asyncio.run(story()) < 1


def test_two_event_loops_share_an_account_and_none_waits_for_ever() -> None:
    pacing = Pacing(Slow(0.05), Pacer(Pace(concurrency=1)))
    done: list[int] = []

    def work(number: int) -> None:
        asyncio.run(all_of(pacing, requests(*((number, at) for at in range(3)))))
        done.append(number)

    threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert sorted(done) == [0, 1, 2]


@pytest.mark.parametrize(
    "headers",
    [
        {"x-ratelimit-limit-requests": "5e-324"},
        {"x-ratelimit-limit-tokens": "1e-300"},
        {"x-ratelimit-limit-requests": "60", "x-ratelimit-remaining-requests": "0",
         "x-ratelimit-reset-requests": "1790000000"},
    ],
)  # fmt: skip
def test_limits_that_cannot_be_stop_nobody(headers: dict[str, str]) -> None:
    pacer = Pacer()
    pacer.told(headers, 0.0, 1_000_000.0)
    assert [pacer.start(0.0, 10) for _ in range(3)] == [0, 0, 0]


def test_who_leaves_before_it_is_sent_takes_nothing_of_the_account() -> None:
    inner = Slow(0.0)
    pacing = Pacing(inner, Pacer(Pace(requests=60)))  # one a second, six at once

    async def story() -> float:
        waiting = asyncio.create_task(all_of(pacing, requests(*((0, at) for at in range(40)))))
        await asyncio.sleep(0.1)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        return pacing.pacer.start(time.monotonic(), 1.0)

    assert asyncio.run(story()) < 2
