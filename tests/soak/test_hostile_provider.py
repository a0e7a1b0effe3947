"""R-13: what a hostile provider sends ends as an error of its item, and the run goes on."""

from __future__ import annotations

import asyncio
import gzip
import json
import resource
from collections.abc import Mapping

import pytest
from aiohttp import web

from reasoning_chains import BackendError, Direct, Problem, Retry, Sampling, guarded
from reasoning_chains.backends.openai import OpenAIBackend
from reasoning_chains.solution import Solution
from tests.servers.chat import ChatServer, Fault, Manner
from tests.servers.faults import answers, redirects
from tests.servers.replies import Body

BOMB = gzip.compress(b" " * 2**27, 1)
OTHER = "http://127.0.0.1:9/v1"


def endless(piece: bytes, kind: str = "application/json", pause: float = 0.0) -> Fault:
    """Send the same piece until nobody takes it any more."""

    async def fault(request: web.Request, asked: Body) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": kind})
        await response.prepare(request)
        while request.transport is not None and not request.transport.is_closing():
            await response.write(piece)
            await asyncio.sleep(pause)
        return response

    return fault


def usage(**told: object) -> Fault:
    """Answer well, and tell what cannot be."""
    reply = {"choices": [{"index": 0, "message": {"content": "7"}}], "usage": told}
    return answers(json.dumps(reply))


HOSTILE: Mapping[str, Fault] = {
    "a body without end": endless(b" " * 2**20),
    "a byte now and then": endless(b" ", pause=0.3),
    "comments without end": endless(b": hello\n\n" * 4096, "text/event-stream"),
    "events without end": endless(b"data: {}\n\n" * 4096, "text/event-stream"),
    "a bomb": answers(BOMB, headers={"Content-Encoding": "gzip"}),
    "a number of many digits": answers(b'{"choices": ' + b"9" * 100_000 + b"}"),
    "wrong charset": answers(b'{"choices": "\xff\xfe"}'),
    "a redirect": redirects(OTHER),
    "a header of a megabyte": answers("{}", headers={"X-Long": "x" * 2**20}),
    "calls that are no JSON": answers('{"choices": [{"message": {"tool_calls": [{"x": 1}]}}]}'),
    "a usage below zero": usage(prompt_tokens=-5, completion_tokens=-(10**9)),
    "a usage beyond all": usage(prompt_tokens=10**40, completion_tokens=3),
    "two choices of one index": answers(
        '{"choices": [{"index": 0, "message": {"content": "7"}}, {"index": 0, "message": {}}]}'
    ),
}
ANSWERED = ("a usage below zero", "a usage beyond all", "two choices of one index")


def answered(hostile: str, *, streaming: bool) -> list[Solution | Exception]:
    """Ask twelve questions of a server that answers every third in a hostile way."""
    fault = HOSTILE[hostile]

    async def story(url: str) -> list[Solution | Exception]:
        plain = OpenAIBackend("m", url, api_key="k", streaming=streaming, timeout=3.0)
        backend = guarded(plain, retry=Retry(attempts=1))
        asked = [Problem(f"What is {n}?", "number", id=str(n)) for n in range(12)]
        sampling = Sampling(max_tokens=40)
        batch = Direct().abatch(asked, backend, return_exceptions=True, sampling=sampling)
        found: list[Solution | Exception] = [one async for one in batch]
        await plain.aclose()
        return found

    def faulty(number: int, body: Body) -> Fault | None:
        return (
            fault if int(str(body["messages"][-1]["content"]).split()[2].rstrip("?")) % 3 else None
        )

    with ChatServer(Manner(), fault=faulty) as server:
        return asyncio.run(story(server.url))


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("hostile", HOSTILE)
def test_it_costs_its_item_and_no_other(hostile: str, streaming: bool) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = answered(hostile, streaming=streaming)
    assert len(found) == 12
    for number, one in enumerate(found):
        if number % 3 and hostile not in ANSWERED:
            assert isinstance(one, BackendError)
        else:
            assert isinstance(one, Solution)
            assert 0 <= one.bill.tokens < 10_000
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 700 * 1024  # eight bodies at once, of 64 MB at most
