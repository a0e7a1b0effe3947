"""Servers that answer wrongly: each gives a clear error a sample and never another exception."""

import asyncio
import json
import socket
import time
from typing import Any

import pytest

from reasoning_chains.backends.openai import HostedError, OpenAIBackend
from reasoning_chains.errors import BackendError
from tests.backends.openai.asked import KEY, Got, Via, ask, asked_once, run
from tests.servers.chat import ChatServer, Fault, Manner
from tests.servers.faults import answers, drops, floods, hangs, redirects
from tests.servers.replies import Body


def choice(index: object = 0, text: str = "fine", **fields: Any) -> Body:
    return {"index": index, "message": {"content": text}, "finish_reason": "stop", **fields}


def reply(*choices: object, **fields: Any) -> str:
    usage = {"prompt_tokens": 4, "completion_tokens": 2}
    return json.dumps({"choices": list(choices), "usage": usage, **fields})


def answered(fault: Fault, n: int = 1, **options: Any) -> Got:
    with ChatServer(fault=lambda number, body: fault) as server:
        return asked_once(server.url, n=n, **options)


MALFORMED = {
    "empty": (b"", True),
    "cut": (b'{"choices": [{"mess', True),
    "not utf-8": (b'{"choices": "\xff\xfe\xfa"}', True),
    "utf-16": ('{"a": 1}'.encode("utf-16"), True),
    "deep": (b"[" * 100_000, True),
    "many digits": (b'{"choices": ' + b"9" * 100_000 + b"}", True),
    "null": (b"null", True),
    "a list": (b"[]", True),
    "a number": (b"1", True),
    "no choices": (b"{}", True),
    "empty choices": (b'{"choices": []}', True),
    "choices null": (b'{"choices": null}', True),
    "choices an object": (b'{"choices": {"0": 1}}', True),
    "a choice null": (b'{"choices": [null]}', True),
    "a choice text": (b'{"choices": ["hi"]}', True),
    "no message": (b'{"choices": [{"index": 0}]}', True),
    "message text": (b'{"choices": [{"index": 0, "message": "hi"}]}', True),
    "content a number": (reply({"message": {"content": 5}}).encode(), True),
    "tool calls text": (reply({"message": {"tool_calls": "x"}}).encode(), True),
    "tool call null": (reply({"message": {"tool_calls": [None]}}).encode(), True),
    "tool without name": (reply({"message": {"tool_calls": [{"function": {}}]}}).encode(), True),
    "failed choice": (reply(choice(finish_reason="error")).encode(), True),
    "web page": (b"<!DOCTYPE html><html><body>login</body></html>", False),
    "error inside": (b'{"error": {"message": "overloaded"}}', True),
    "error inside, 400": (b'{"error": {"message": "bad", "code": 400}}', False),
    "error inside, 502": (b'{"error": {"message": "bad", "code": "502"}}', True),
    "error text": (b'{"error": "no such thing"}', True),
}


@pytest.mark.parametrize("name", MALFORMED)
@pytest.mark.parametrize("n", [1, 3])
def test_malformed_bodies_are_one_error_a_sample(transport: Via, name: str, n: int) -> None:
    body, retryable = MALFORMED[name]
    got = answered(answers(body), n, transport=transport)
    assert len(got.errors) == n
    for error in got.errors.values():
        assert error.retryable == retryable, error
        assert str(error).startswith("http://127.0.0.1:")
        assert "\n" not in str(error)


USAGES: list[object] = [
    None,
    "many",
    [],
    {},
    {"prompt_tokens": -1, "completion_tokens": 5},
    {"prompt_tokens": 10**30, "completion_tokens": 5},
    {"prompt_tokens": True, "completion_tokens": 5},
    {"prompt_tokens": "3", "completion_tokens": 5},
    {"prompt_tokens": 1.5, "completion_tokens": 5},
]


@pytest.mark.parametrize("usage", USAGES)
def test_a_usage_that_cannot_be_true_is_estimated_and_said(usage: object) -> None:
    got = answered(answers(reply(choice(), usage=usage)))
    done = got.completions[0]
    assert done.text == "fine"
    assert 0 < done.bill.tokens < 50
    assert "usage estimated" in got.notes


def test_choices_out_of_order_lie_at_their_index() -> None:
    got = answered(answers(reply(choice(2, "c"), choice(0, "a"), choice(1, "b"))), 3)
    assert got.texts == ["a", "b", "c"]


@pytest.mark.parametrize("indices", [(0, 0, 0), (None, None, None), (1, 2, 3), ("a", -1, 10**9)])
def test_choices_without_sound_indices_lie_in_their_order(indices: tuple[object, ...]) -> None:
    items = [choice(at, text) for at, text in zip(indices, "abc", strict=True)]
    assert answered(answers(reply(*items)), 3).texts == ["a", "b", "c"]


def test_one_malformed_choice_of_three_loses_only_itself() -> None:
    got = answered(answers(reply(choice(0), {"index": 1}, choice(2))), 3)
    assert sorted(got.completions) == [0, 2]
    assert sum(done.bill.tokens for done in got.completions.values()) == 6
    assert got.error.retryable


def test_more_choices_than_asked_are_left_out() -> None:
    assert answered(answers(reply(choice(0, "a"), choice(1, "b"))), 1).texts == ["a"]


def test_tool_arguments_that_are_no_json_come_as_the_model_wrote_them() -> None:
    call = {"id": "x", "function": {"name": "add", "arguments": '{"a": '}}
    got = answered(answers(reply({"message": {"content": None, "tool_calls": [call]}})))
    (made,) = got.completions[0].tool_calls
    assert made.arguments == '{"a": '
    assert got.completions[0].finish == "tool_calls"
    assert "no JSON" in got.notes


STATUSES = [
    (400, {}, False, None),
    (403, {}, False, None),
    (404, {}, False, None),
    (408, {}, True, None),
    (413, {}, False, None),
    (422, {}, False, None),
    (429, {"Retry-After": "2"}, True, 2.0),
    (429, {"Retry-After": "0.5"}, True, 0.5),
    (429, {"retry-after-ms": "1500"}, True, 1.5),
    (429, {"Retry-After": "-3"}, True, None),
    (429, {"Retry-After": "nan"}, True, None),
    (429, {"Retry-After": "soon"}, True, None),
    (429, {"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}, True, 0.0),
    (429, {"x-should-retry": "false"}, False, None),
    (500, {}, True, None),
    (501, {}, False, None),
    (502, {}, True, None),
    (503, {"Retry-After": "1e9"}, True, 1e9),
    (529, {}, True, None),
]


@pytest.mark.parametrize(("status", "headers", "retryable", "wait"), STATUSES)
def test_statuses(
    status: int, headers: dict[str, str], retryable: bool, wait: float | None
) -> None:
    for transport in ("aiohttp", "sdk"):
        got = answered(answers('{"error": {}}', status, headers), transport=transport)
        assert isinstance(got.error, HostedError)
        found = (got.error.status, got.error.retryable, got.error.retry_after)
        assert found == (status, retryable, wait)


def test_a_spent_quota_is_not_asked_again() -> None:
    body = '{"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}'
    error = answered(answers(body, 429)).error
    assert not error.retryable
    assert "exceeded your quota" in str(error)


def test_404_names_model_and_address_without_the_query(transport: Via) -> None:
    with ChatServer(fault=lambda number, body: answers("{}", 404)) as server:
        error = asked_once(f"{server.url}?key=hidden-word", transport=transport).error
    assert "no model 'm'" in str(error)
    assert server.url in str(error)
    assert "hidden-word" not in str(error)


def test_401_says_where_the_key_came_from(transport: Via, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    with ChatServer(Manner(key="another")) as server:
        named = asked_once(server.url, transport=transport, api_key=None, api_key_env="MY_KEY")
        given = asked_once(server.url, transport=transport)
    assert "environment variable MY_KEY" in str(named.error)
    assert "argument api_key" in str(given.error)
    assert (named.error.status, named.error.retryable) == (401, False)


def test_an_unreachable_address(transport: Via) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: connecting is refused
        got = asked_once(f"http://127.0.0.1:{taken.getsockname()[1]}/v1", transport=transport)
    assert "cannot be reached" in str(got.error)
    assert got.error.retryable


def test_a_host_that_does_not_exist(transport: Via) -> None:
    got = asked_once("https://no-such-host.invalid/v1", transport=transport)
    assert "cannot be reached" in str(got.error)
    assert "no-such-host.invalid" in str(got.error)


def test_tls_where_there_is_none(transport: Via) -> None:
    with ChatServer() as server:
        got = asked_once(server.url.replace("http:", "https:"), transport=transport)
    assert isinstance(got.error, BackendError)


def test_a_server_that_hangs_ends_by_the_timeout(transport: Via) -> None:
    begun = time.monotonic()
    got = answered(hangs(), transport=transport, timeout=0.3)
    assert "within 0.3 s" in str(got.error)
    assert got.error.retryable
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("after", [b"", b'{"choices": ['])
def test_a_connection_that_breaks_off(transport: Via, after: bytes) -> None:
    got = answered(drops(after), transport=transport)
    assert got.error.retryable
    assert "broke off" in str(got.error)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(transport: Via, status: int) -> None:
    with ChatServer() as other:
        fault = redirects(f"{other.url}/chat/completions?key=x", status)
        got = answered(fault, transport=transport)
    assert not other.ledger.headers
    assert "redirect" in str(got.error)
    assert not got.error.retryable


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("status", [200, 500])
def test_a_flood_is_cut(transport: Via, compressed: bool, status: int) -> None:
    got = answered(floods(80 * 2**20, compressed), transport=transport)
    assert not got.error.retryable
    assert "64 MiB" in str(got.error) or "compressed" in str(got.error)


def test_headers_without_end_are_refused(transport: Via) -> None:
    got = answered(
        answers(reply(choice()), headers={"X-Long": "a" * 1_000_000}), transport=transport
    )
    assert isinstance(got.error, BackendError)


@pytest.mark.parametrize("streaming", [False, True])
def test_cancelling_closes_the_connection_within_a_second(transport: Via, streaming: bool) -> None:
    async def cancelled(server: ChatServer) -> float:
        backend = OpenAIBackend(
            "m",
            server.url,
            KEY,
            n=False,
            transport=transport,
            streaming=streaming,
        )
        task = asyncio.create_task(ask(backend, n=4))
        while server.ledger.open < 4:
            await asyncio.sleep(0.01)
        begun = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        while server.ledger.broken_off < 4:
            await asyncio.sleep(0.01)
        return time.monotonic() - begun

    with ChatServer(fault=lambda number, body: hangs()) as server:
        assert run(lambda: cancelled(server)) < 1
