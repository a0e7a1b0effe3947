"""How long an address is waited for is learned: hangs end soon, and slow servers are let be."""

from __future__ import annotations

import asyncio
import time
from typing import Literal

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_chains.backends.openai import OpenAIBackend
from reasoning_chains.backends.openai.patience import Slowest
from reasoning_chains.errors import HostedError
from reasoning_chains.types import Completion, Content, Message, Request, SampleKey, Sampling
from tests.servers.chat import ChatServer, Fault, Manner
from tests.servers.replies import Body

CONTENT = Content((Message("user", "?"),), Sampling(temperature=0.7, max_tokens=40))


@settings(derandomize=True, deadline=None, database=None)
@given(st.lists(st.floats(0, 100), min_size=1), st.integers(1, 20))
def test_the_slowest_of_the_last_so_many(values: list[float], window: int) -> None:
    slowest = Slowest(window)
    for at, value in enumerate(values):
        slowest.add(value)
        if at + 1 >= 32:
            assert slowest.limit() == max(5.0, 3 * max(values[max(0, at + 1 - window) : at + 1]))
        else:
            assert slowest.limit() is None


def test_what_is_given_up_makes_it_more_patient() -> None:
    slowest = Slowest()
    for _ in range(40):
        slowest.add(0.2)
    assert slowest.limit() == 5.0
    slowest.add(5.0)  # one that was given up
    assert slowest.limit() == 15.0


def hangs(seconds: float, after: bytes = b"") -> Fault:
    """Send a beginning and then nothing for a while."""

    async def fault(request: web.Request, asked: Body) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        if after:
            await response.prepare(request)
            await response.write(after)
        await asyncio.sleep(seconds)
        return web.Response(status=504)

    return fault


async def ask(backend: OpenAIBackend, number: int) -> object:
    heard: list[object] = []
    key = SampleKey(backend.name, CONTENT.digest, (0, number))
    try:
        await backend.complete(Request(CONTENT, (key,)), lambda _, news: heard.append(news))
    except HostedError as error:
        return error
    return heard[-1]


@pytest.mark.parametrize(
    ("transport", "after"), [("aiohttp", b""), ("aiohttp", b'{"choices": ['), ("sdk", b"")]
)
def test_a_hang_ends_long_before_the_time_for_a_whole_reply(
    transport: Literal["aiohttp", "sdk"], after: bytes
) -> None:
    async def story(url: str) -> tuple[object, float]:
        backend = OpenAIBackend("m", url, api_key="k", transport=transport)
        for number in range(33):
            assert isinstance(await ask(backend, number), Completion)
        began = time.monotonic()
        news = await ask(backend, 99)
        await backend.aclose()
        return news, time.monotonic() - began

    faults = {33: hangs(20.0, after)}
    with ChatServer(Manner(), fault=lambda number, body: faults.get(number)) as server:
        error, seconds = asyncio.run(story(server.url))
    assert isinstance(error, HostedError)
    assert (error.retryable, error.lost) == (True, True)
    assert "sent nothing for 5" in str(error)
    assert seconds < 15
