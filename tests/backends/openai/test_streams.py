"""Streamed replies: cut anywhere, broken off, interleaved."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_chains.backends.openai import HostedError, OpenAIBackend
from reasoning_chains.backends.openai.sse import Events
from reasoning_chains.backends.openai.thinking import ThinkingStream
from tests.backends.openai.asked import KEY, Got, Via, ask, asked_once, run
from tests.servers.chat import ChatServer, Fault, Manner, event
from tests.servers.faults import answers, streams

DONE = b"data: [DONE]\n\n"


def piece(text: str = "", index: int = 0, **fields: Any) -> bytes:
    return event({"choices": [{"index": index, "delta": {"content": text}, **fields}]})


def streamed(fault: Fault, n: int = 1, **options: Any) -> Got:
    with ChatServer(fault=lambda number, body: fault) as server:
        return asked_once(server.url, n=n, streaming=True, **options)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@given(cuts=st.lists(st.integers(0, 200), max_size=12))
@settings(max_examples=60, deadline=None)
def test_events_are_the_same_however_the_bytes_are_cut(end: bytes, cuts: list[int]) -> None:
    lines = ["\ufeff: hello", "event: x", 'data: {"a": "é漢😀"}', "", "data: one", "data:two", ""]
    whole = end.join(line.encode() for line in [*lines, "data", "", ":", "", "data: 3", "", ""])
    marks = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    events = Events()
    found = [data for low, high in pairwise(marks) for data in events.feed(whole[low:high])]
    # A last lone CR may be half of a CRLF, but it ends its line all the same.
    assert found == ['{"a": "é漢😀"}'.encode(), b"one\ntwo", b"", b"3"]


def test_a_long_line_in_small_pieces_is_joined_once() -> None:
    events = Events()
    block = b"x" * 64
    events.feed(b"data: ")
    for _ in range(20_000):
        assert events.feed(block) == []
    (data,) = events.feed(b"\n\n")
    assert len(data) == 64 * 20_000


@given(text=st.text(alphabet="<>/think ab\n", max_size=60), size=st.integers(1, 9))
@settings(max_examples=200, deadline=None)
def test_thinking_is_told_alike_however_the_text_is_cut(text: str, size: int) -> None:
    def split(step: int) -> tuple[str, str]:
        stream = ThinkingStream()
        parts = [stream.feed(text[at : at + step]) for at in range(0, len(text), step)]
        parts.append(stream.close())
        return "".join(a for a, _ in parts), "".join(b for _, b in parts).lstrip("\n")

    assert split(size) == split(max(len(text), 1))


def test_deltas_come_before_the_completion_and_sum_to_it(transport: Via) -> None:
    with ChatServer() as server:
        got = asked_once(server.url, n=4, streaming=True, transport=transport)
    assert len(server.ledger.bodies) == 1
    for at, done in got.completions.items():
        assert "".join(delta.text for delta in got.deltas[at]) == done.text
    assert sum(done.bill.tokens for done in got.completions.values()) == (
        server.ledger.prompt_tokens + server.ledger.completion_tokens
    )


def test_interleaved_choices_comments_and_crlf(transport: Via) -> None:
    pieces = b"".join(
        [
            b": keep-alive\r\n\r\n",
            piece("a", 0),
            piece("x", 1),
            b": again\n\n",
            piece("b", 0, finish_reason="stop"),
            piece("y", 1, finish_reason="length"),
            DONE,
        ]
    ).replace(b"\n", b"\r\n")
    cut = [pieces[at : at + 7] for at in range(0, len(pieces), 7)]
    got = streamed(streams(*cut), 2, transport=transport)
    assert got.texts == ["ab", "xy"]
    assert got.completions[1].finish == "length"


def test_a_stream_without_its_end_mark_keeps_what_had_ended(transport: Via) -> None:
    fault = streams(piece("whole", 0, finish_reason="stop"), piece("half", 1))
    got = streamed(fault, 2, transport=transport)
    assert got.texts == ["whole"]
    assert "without [DONE]" in got.notes
    assert isinstance(got.error, HostedError)
    assert got.error.retryable
    assert got.error.received == "half"


def test_a_connection_that_breaks_off_keeps_what_had_ended(transport: Via) -> None:
    fault = streams(piece("whole", 0, finish_reason="stop"), piece("half", 1), drop=True)
    got = streamed(fault, 2, transport=transport)
    assert got.texts == ["whole"]
    assert isinstance(got.error, HostedError)
    assert "broke off" in str(got.error)
    assert got.error.received == "half"


BROKEN = {
    "nothing": (),
    "comments only": (b": x\n\n" * 1000,),
    "no json": (b"data: {nonsense\n\n",),
    "an error": (piece("half"), event({"error": {"message": "overloaded", "code": 503}})),
    "a web page": (b"data: <html></html>\n\n",),
    "wrong types": (event({"choices": [None, 5, {"index": "a"}, {"index": 7}]}), DONE),
    "end at once": (DONE,),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_streams_are_one_error_a_sample(transport: Via, name: str) -> None:
    got = streamed(streams(*BROKEN[name]), 2, transport=transport)
    assert len(got.errors) == 2


def test_tool_calls_and_thinking_in_pieces() -> None:
    call = {"index": 0, "id": "c1", "function": {"name": "add", "arguments": ""}}
    deltas: list[dict[str, Any]] = [
        {"reasoning_content": "Hm"},
        {"reasoning_content": "m."},
        {"tool_calls": [call]},
        {
            "tool_calls": [
                {"index": 0, "id": "c1", "function": {"name": "add", "arguments": '{"a"'}}
            ]
        },
        {"tool_calls": [{"index": 0, "function": {"arguments": ": 1}"}}]},
    ]
    events = [event({"choices": [{"index": 0, "delta": delta}]}) for delta in deltas]
    got = streamed(streams(*events, piece(finish_reason="tool_calls"), DONE))
    done = got.completions[0]
    (made,) = done.tool_calls
    assert (made.id, made.name, json.loads(made.arguments)) == ("c1", "add", {"a": 1})
    assert done.reasoning == "Hmm."


def test_a_server_that_does_not_stream_is_read_all_the_same(transport: Via) -> None:
    whole = '{"choices": [{"message": {"content": "all at once"}}]}'
    assert streamed(answers(whole), transport=transport).texts == ["all at once"]


def test_a_streaming_view_shares_connections_and_what_is_learned() -> None:
    async def both(backend: OpenAIBackend) -> Got:
        await ask(backend, n=2)
        return await ask(backend.streamed(), n=2)

    with ChatServer(Manner(n="refuses")) as server:
        backend = OpenAIBackend("m", server.url, KEY)
        got = run(lambda: both(backend))
    assert got.deltas
    assert backend.streamed().name == backend.name
    assert not backend.streaming
    assert len(server.ledger.bodies) == 1 + 2 + 2
    assert len(server.ledger.connections) == 2


def test_a_stream_without_usage_is_estimated() -> None:
    with ChatServer(Manner(usage=False)) as server:
        got = asked_once(server.url, n=2, streaming=True)
    assert "usage estimated" in got.notes


@pytest.mark.parametrize(
    ("opener", "closer"),
    [
        ("<think>", "</think>"),
        ("<thinking>", "</thinking>"),
        ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 100])
def test_every_kind_of_thinking_streams_as_thinking(opener: str, closer: str, size: int) -> None:
    text = f"{opener}2 < 3{closer}\n\nYes."
    cuts = [piece(text[at : at + size]) for at in range(0, len(text), size)]
    got = streamed(streams(*cuts, DONE))
    assert "".join(delta.reasoning for delta in got.deltas[0]) == "2 < 3"
    assert "".join(delta.text for delta in got.deltas[0]).strip() == "Yes."
    assert (got.completions[0].reasoning, got.texts) == ("2 < 3", ["Yes."])
