"""What a real server answers wrongly, what of it is sent again, and what was paid for."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from reasoning_chains.backends.guard.guarding import guarded
from reasoning_chains.backends.guard.retry import Retry
from reasoning_chains.backends.openai import OpenAIBackend
from reasoning_chains.errors import BackendError, HostedError
from reasoning_chains.types import Completion, Delta, Request, SampleKey
from tests.backends.guard.flaky import CONTENT, News
from tests.servers.chat import ChatServer, Fault, Manner, event
from tests.servers.faults import answers, drops, floods, hangs, redirects, streams
from tests.servers.replies import Body

QUICK = Retry(first=0.01, throttled=0.01, longest=0.02, seconds=5)
WHOLE = b'{"choices": [{"index": 0, "message": {"content": "cut'


def asked(
    fault: Fault, *, streaming: bool = False, failing: int = 1, timeout: float = 5.0
) -> tuple[list[News], ChatServer, float]:
    """Ask once where the first answers are wrong; give the news, the server and the seconds."""
    heard: list[News] = []

    def faulty(number: int, body: Body) -> Fault | None:
        return fault if number < failing else None

    async def story(url: str) -> None:
        plain = OpenAIBackend("m", url, api_key="k", streaming=streaming, timeout=timeout)
        backend = guarded(plain, retry=QUICK)
        key = SampleKey(backend.name, CONTENT.digest, (0, 1))
        await backend.complete(Request(CONTENT, (key,)), lambda _, news: heard.append(news))
        await plain.aclose()

    with ChatServer(Manner(), fault=faulty) as server:
        began = time.monotonic()
        asyncio.run(story(server.url))
        return heard, server, time.monotonic() - began


def refusal(code: str = "", message: str = "no") -> str:
    """Spell an error body."""
    return json.dumps({"error": {"message": message, "code": code}})


AGAIN: Mapping[str, Fault] = {
    **{f"status {status}": answers(refusal(), status) for status in (408, 409, 425, 429)},
    **{f"status {status}": answers(refusal(), status) for status in (500, 502, 503, 504, 529)},
    "400 that may be retried": answers(refusal(), 400, {"x-should-retry": "true"}),
    "a page of a proxy": answers("<html>bad gateway</html>", 502),
    "no body": answers("", 503),
    "an error in a success": answers(refusal(), 200),
    "a 429 in a success": answers('{"error": {"message": "slow down", "code": 429}}', 200),
    "no choices": answers('{"choices": []}'),
    "other JSON": answers("[1, 2]"),
    "cut JSON": answers(WHOLE),
    "an empty success": answers(""),
    "wrong charset": answers(b'{"choices": "\xff\xfe"}'),
    "a number of 100,000 digits": answers(b'{"choices": ' + b"9" * 100_000 + b"}"),
    "reset before the body": drops(),
    "reset in the body": drops(WHOLE),
    "a message that is none": answers('{"choices": [{"index": 0, "message": 5}]}'),
}

FREE = ("400 that may be retried", "a page of a proxy", "no body", "a 429 in a success")
"""What says that nothing was made."""


@pytest.mark.parametrize("name", AGAIN)
def test_what_may_succeed_later_is_sent_again_and_lands(name: str) -> None:
    heard, server, _ = asked(AGAIN[name])
    free = name.startswith("status") or name in FREE
    assert heard[:-1] == ([] if free else [Delta(lost=True)])  # it may have been billed
    assert isinstance(heard[-1], Completion)
    assert len(server.ledger.bodies) == 2
    assert server.ledger.answered == 1  # what this server billed itself


NEVER: Mapping[str, Fault] = {
    **{f"status {status}": answers(refusal(), status) for status in (400, 401, 402, 403, 404)},
    **{f"status {status}": answers(refusal(), status) for status in (405, 413, 422, 501, 505)},
    "429 without credit": answers(refusal("insufficient_quota"), 429),
    "500 that may not be retried": answers(refusal(), 500, {"x-should-retry": "false"}),
    "a web page": answers("<!DOCTYPE html><html></html>"),
    "a redirect": redirects("http://127.0.0.1:9/other"),
    "too much": floods(80 * 2**20),
}


@pytest.mark.parametrize("name", NEVER)
def test_what_would_come_again_is_sent_once(name: str) -> None:
    heard, server, _ = asked(NEVER[name])
    *lost, error = heard
    assert lost == ([Delta(lost=True)] if name in ("a web page", "too much") else [])
    assert isinstance(error, BackendError)
    assert not error.retryable
    assert len(server.ledger.bodies) == 1


def date(seconds: float) -> str:
    """Spell a moment as HTTP does."""
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


WAITS: Mapping[str, tuple[dict[str, str], float]] = {
    "seconds": ({"retry-after": "0.3"}, 0.3),
    "milliseconds": ({"retry-after-ms": "300"}, 0.3),
    "milliseconds first": ({"retry-after-ms": "300", "retry-after": "60"}, 0.3),
    "a past moment": ({"retry-after": date(-3600)}, 0.0),
    "nothing": ({"retry-after": "0"}, 0.0),
    "negative": ({"retry-after": "-5"}, 0.0),
    "no number": ({"retry-after": "nan"}, 0.0),
    "words": ({"retry-after": "soon"}, 0.0),
}


@pytest.mark.parametrize("name", WAITS)
@pytest.mark.parametrize("status", [429, 503])
def test_a_wait_that_is_asked_for_is_kept(name: str, status: int) -> None:
    headers, least = WAITS[name]
    heard, server, seconds = asked(answers(refusal(), status, headers))
    assert isinstance(heard[-1], Completion)
    assert least <= seconds < least + 1.5
    assert len(server.ledger.bodies) == 2


def test_a_moment_that_is_asked_for_is_waited_for() -> None:
    heard, _, seconds = asked(answers(refusal(), 503, {"retry-after": date(2)}))
    assert isinstance(heard[-1], Completion)
    assert 0.9 <= seconds < 3.5  # moments are told in whole seconds


@pytest.mark.parametrize("asks", ["1000000000", "1e9", date(86_400)], ids=["s", "e", "date"])
def test_a_wait_beyond_all_patience_fails_at_once(asks: str) -> None:
    heard, server, seconds = asked(answers(refusal(), 429, {"retry-after": asks}))
    assert isinstance(heard[0], HostedError)
    assert "the next would come after" in str(heard[0])
    assert seconds < 1.5
    assert len(server.ledger.bodies) == 1


CHUNK = {"index": 0, "delta": {"content": "half a rep"}}
PIECE = event({"choices": [CHUNK]})
ENDED = event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})


def test_a_stream_that_is_cut_begins_anew() -> None:
    heard, server, _ = asked(streams(PIECE, drop=True), streaming=True)
    assert heard[0] == Delta("half a rep")
    assert heard[1] == Delta(anew=True)
    assert isinstance(heard[-1], Completion)
    assert len(server.ledger.bodies) == 2


def test_a_stream_that_is_cut_behind_its_end_is_a_reply() -> None:
    heard, server, _ = asked(streams(PIECE, ENDED, drop=True), streaming=True)
    assert isinstance(heard[-1], Completion)
    assert heard[-1].text == "half a rep"
    assert len(server.ledger.bodies) == 1


def test_a_server_that_hangs_is_given_up_and_asked_again() -> None:
    heard, server, seconds = asked(hangs(), timeout=0.5)
    assert isinstance(heard[-1], Completion)
    assert 0.5 <= seconds < 2.5
    assert len(server.ledger.bodies) == 2


def test_a_server_that_is_down_is_told_after_the_last_attempt() -> None:
    heard, server, _ = asked(answers(refusal(message="out of order"), 503), failing=99)
    assert isinstance(heard[0], HostedError)
    assert "answered HTTP 503: out of order (sent 8 times; 8 attempts are allowed)" in str(heard[0])
    assert len(server.ledger.bodies) == 8
