"""The canary: the key is in no repr, error, log, traceback, completion or note."""

import base64
import dataclasses
import json
import logging
import traceback
from typing import Any

import pytest

from reasoning_chains.backends.openai import OpenAIBackend
from reasoning_chains.errors import UserMistake
from reasoning_chains.secrets import Secret
from tests.backends.openai.asked import KEY, Got, Via, ask, asked_once, content, run
from tests.servers.chat import ChatServer, Fault, Manner, event, refuse
from tests.servers.faults import answers, drops, hangs, redirects, streams

FORMS = (KEY, KEY[3:], KEY[:12], KEY[-8:], base64.b64encode(KEY.encode()).decode()[:20])


def echo(status: int) -> Fault:
    """Answer with all that the server saw, as debugging servers do."""

    async def fault(request: Any, body: Any) -> Any:
        seen = json.dumps(dict(request.headers))
        coded = base64.b64encode(request.headers["Authorization"][7:].encode()).decode()
        return refuse(status, f"saw {seen} and {coded} and {KEY[:12]}****{KEY[-8:]}")

    return fault


def repeats(stream: bool) -> Fault:
    """Answer with the key as the model's text."""
    if stream:
        cuts = [KEY[:9], KEY[9:15], KEY[15:]]
        events = [event({"choices": [{"index": 0, "delta": {"content": cut}}]}) for cut in cuts]
        return streams(*events, b"data: [DONE]\n\n")
    return answers(json.dumps({"choices": [{"message": {"content": f"It is {KEY}!"}}]}))


FAULTS: dict[str, Fault | None] = {
    "none": None,
    **{f"echo {status}": echo(status) for status in (400, 401, 403, 404, 422, 429, 500)},
    "repeats": repeats(False),
    "hangs": hangs(),
    "drops": drops(b"{"),
    "redirects": redirects("http://127.0.0.1:1/"),
    "page": answers(f"<html>{KEY}</html>"),
    "inside": answers(json.dumps({"error": {"message": f"bad {KEY}"}})),
}


def shown(got: Got) -> str:
    """Render all that a user, a log or a crash report could see of an outcome."""
    parts = [repr(got.completions), repr(got.errors)]
    for error in got.errors.values():
        seen: BaseException | None = error
        while seen is not None:
            parts += [str(seen), repr(vars(seen))]
            trace = traceback.TracebackException.from_exception(seen, capture_locals=True)
            parts += trace.format(chain=True)
            seen = seen.__cause__ or seen.__context__
    return "\n".join(parts)


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("streaming", [False, True])
def test_the_canary_is_nowhere(
    transport: Via, name: str, streaming: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with ChatServer(Manner(n="refuses"), fault=lambda number, body: FAULTS[name]) as server:
        options: dict[str, Any] = {"transport": transport, "streaming": streaming, "timeout": 0.5}
        backend = OpenAIBackend("m", server.url, KEY, headers={"api-key": KEY}, **options)
        got = run(lambda: ask(backend, n=2))
    assert server.ledger.headers[0]["api-key"] == KEY
    everything = "\n".join([shown(got), caplog.text, repr(backend), repr(vars(backend))])
    assert not [form for form in FORMS if form in everything]


def test_a_key_that_comes_back_in_pieces_is_taken_out_of_the_whole() -> None:
    with ChatServer(fault=lambda number, body: repeats(True)) as server:
        got = asked_once(server.url, streaming=True)
    assert got.texts == ["[key removed]"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_second_listener_sees_nothing(transport: Via, status: int) -> None:
    with ChatServer() as other:
        fault = redirects(f"{other.url}/chat/completions", status)
        with ChatServer(fault=lambda number, body: fault) as server:
            asked_once(server.url, transport=transport)
    assert other.ledger.headers == []


def test_a_key_of_another_address_is_refused_at_once() -> None:
    secret = Secret(KEY, "https://api.openai.com")
    with pytest.raises(UserMistake, match=r"belongs to https://api\.openai\.com"):
        OpenAIBackend("m", "http://127.0.0.1:1/v1", secret)


def test_nothing_of_the_environment_leaves_with_the_package(
    monkeypatch: pytest.MonkeyPatch, transport: Via
) -> None:
    for name in ("OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "from-the-environment")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Mine: from-the-environment")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with ChatServer() as server:
        got = asked_once(server.url, transport=transport)
    assert got.completions
    assert "from-the-environment" not in repr(server.ledger.headers)


def test_a_key_in_the_query_is_sent_and_never_shown(
    transport: Via, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    queries: list[str] = []

    async def fault(request: Any, body: Any) -> Any:
        queries.append(request.query_string)
        return refuse(429, "slow down")

    with ChatServer(fault=lambda number, body: fault) as server:
        backend = OpenAIBackend("m", f"{server.url}?key={KEY}", "k" * 20, transport=transport)
        got = run(lambda: ask(backend))
    assert queries == [f"key={KEY}"]
    assert "canary" not in shown(got) + repr(backend) + backend.name + caplog.text


def test_a_changed_copy_keeps_key_headers_and_query() -> None:
    with ChatServer() as server:
        backend = OpenAIBackend("m", f"{server.url}?v=1", KEY, headers={"api-key": KEY})
        other = dataclasses.replace(backend, model="other")
        assert run(lambda: ask(other)).completions
    assert server.ledger.bodies[0]["model"] == "other"
    assert server.ledger.headers[0]["api-key"] == KEY


def test_plain_headers_may_stand_in_replies() -> None:
    with ChatServer() as server:
        got = asked_once(server.url, headers={"X-Title": "answer"})
    assert "answer" in got.texts[0]
    assert server.ledger.headers[0]["x-title"] == "answer"


@pytest.mark.parametrize("given", [{"api_key_env": KEY}, {"headers": f"X-Key: {KEY}"}])
def test_a_key_in_the_wrong_place_is_not_shown(given: dict[str, Any]) -> None:
    with pytest.raises(UserMistake) as caught:
        OpenAIBackend("m", "https://example.org/v1", **given)
    assert KEY not in str(caught.value)


class Spelled:
    """A key in the ways in which JSON and a list of parts can spell it."""

    escaped = "".join(f"\\u{ord(letter):04x}" for letter in KEY)
    parts = json.dumps([{"type": "text", "text": KEY[:9]}, {"type": "text", "text": KEY[9:]}])
    reply = '{"choices": [{"message": {"content": %s}, "finish_reason": "stop"}]}'


@pytest.mark.parametrize("told", [f'"It is {Spelled.escaped}!"', Spelled.parts])
def test_a_key_that_json_spells_otherwise_is_taken_out(transport: Via, told: str) -> None:
    with ChatServer(fault=lambda number, body: answers(Spelled.reply % told)) as server:
        got = asked_once(server.url, transport=transport)
    assert "[key removed]" in got.texts[0]
    assert "canary" not in shown(got)


def test_a_key_in_a_calls_arguments_or_its_tokens_is_taken_out() -> None:
    call = {"id": "1", "function": {"name": "f", "arguments": "@"}}
    tokens = [{"token": part, "logprob": -0.1} for part in (KEY[:9], KEY[9:])]
    choice = {"message": {"tool_calls": [call]}, "logprobs": {"content": tokens}}
    reply = json.dumps({"choices": [choice]}).replace("@", Spelled.escaped)
    with ChatServer(fault=lambda number, body: answers(reply)) as server:
        got = asked_once(server.url, content(logprobs=0))
    assert got.completions[0].tool_calls[0].arguments == "[key removed]"
    assert got.completions[0].logprobs == ()
    assert "canary" not in shown(got)
    assert "their tokens spell a key" in got.notes


@pytest.mark.parametrize("field", ["content", "reasoning_content"])
@pytest.mark.parametrize("size", [1, 4, 9])
def test_a_key_that_is_streamed_in_pieces_is_in_no_delta(field: str, size: int) -> None:
    text = f"sk is {KEY}, or {KEY[:8]}"
    cuts = [text[at : at + size] for at in range(0, len(text), size)]
    events = [event({"choices": [{"index": 0, "delta": {field: cut}}]}) for cut in cuts]
    fault = streams(*events, b"data: [DONE]\n\n")
    with ChatServer(fault=lambda number, body: fault) as server:
        got = asked_once(server.url, streaming=True)
    told = "".join(delta.text + delta.reasoning for delta in got.deltas[0])
    assert told == f"sk is [key removed], or {KEY[:8]}"
