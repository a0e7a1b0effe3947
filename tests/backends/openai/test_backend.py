"""The hosted backend against a real server, over both transports."""

import asyncio
import json
import os
import subprocess
import sys
from typing import Any

import pytest

from reasoning_chains.backends.openai import OpenAIBackend
from reasoning_chains.errors import CapabilityMissing, UnknownName, UserMistake
from reasoning_chains.protocols import Backend
from reasoning_chains.types import Content, Json, Message, ToolSpec
from tests.backends.openai.asked import KEY, Got, Via, ask, asked_once, content, run
from tests.servers.chat import ChatServer, Manner
from tests.servers.replies import Model

CALCULATOR = ToolSpec("calculator", "adds up", {"type": "object", "properties": {}})


def test_one_sample_has_text_usage_and_bill(transport: Via) -> None:
    with ChatServer() as server:
        got = asked_once(server.url, transport=transport)
        (reply,) = got.completions.values()
    assert reply.text.startswith("I drew ")
    assert reply.finish == "stop"
    assert reply.usage == reply.bill
    assert (reply.usage.calls, reply.usage.requests) == (1, 1)
    assert reply.usage.prompt_tokens == server.ledger.prompt_tokens == 5
    assert reply.usage.completion_tokens == server.ledger.completion_tokens
    (body,) = server.ledger.bodies
    assert body["temperature"] == 0.7
    assert body["max_tokens"] == 4096
    assert "n" not in body
    assert server.ledger.headers[0]["authorization"] == f"Bearer {KEY}"


def test_both_transports_send_the_same_body_and_read_the_same_reply() -> None:
    asked = Content(
        (Message("system", "Be brief."), Message("user", "你好, 2 + 2?")),
        content(logprobs=3, stop=("\n\n",), top_p=0.9).sampling,
        schema={"type": "object", "properties": {}},
    )
    with ChatServer() as server:
        one, other = (asked_once(server.url, asked, 3, transport=t) for t in ("aiohttp", "sdk"))
    assert server.ledger.bodies[0] == server.ledger.bodies[1]
    assert one.completions == other.completions


@pytest.mark.parametrize("thinking", ["reasoning_content", "reasoning", "tags"])
@pytest.mark.parametrize("streaming", [False, True])
def test_thinking_is_a_field_of_its_own(transport: Via, thinking: str, streaming: bool) -> None:
    with ChatServer(model=Model(thinking=thinking)) as server:  # type: ignore[arg-type]
        got = asked_once(server.url, transport=transport, streaming=streaming)
    (reply,) = got.completions.values()
    assert reply.reasoning.startswith("Let me think of ")
    assert reply.text.startswith("I drew ")
    if streaming:
        assert "".join(delta.text for delta in got.deltas[0]).strip() == reply.text
        assert "".join(delta.reasoning for delta in got.deltas[0]) == reply.reasoning


@pytest.mark.parametrize("streaming", [False, True])
def test_logprobs_tools_and_schema(transport: Via, streaming: bool) -> None:
    options: dict[str, Any] = {"transport": transport, "streaming": streaming}
    turns = (Message("user", "What is 2 + 2?"),)
    with ChatServer() as server:
        priced = asked_once(server.url, content(logprobs=2), **options).completions[0]
        called = asked_once(server.url, Content(turns, tools=(CALCULATOR,)), **options)
        schema: Json = {"type": "object", "properties": {"answer": {"type": "number"}}}
        assert isinstance(schema, dict)
        shaped = asked_once(server.url, Content(turns, schema=schema), **options)
    assert len(priced.logprobs) == 7
    assert [len(token.top) for token in priced.logprobs] == [2] * 7
    (call,) = called.completions[0].tool_calls
    assert call.name == "calculator"
    assert json.loads(call.arguments)["expression"].isdigit()
    assert called.completions[0].finish == "tool_calls"
    assert "answer" in json.loads(shaped.completions[0].text)


def test_temperature_none_is_not_sent_and_zero_is_sent_as_zero() -> None:
    with ChatServer() as server:
        for temperature in (None, 0):
            asked_once(server.url, content(temperature=temperature))
    first, second = server.ledger.bodies
    assert "temperature" not in first
    assert second["temperature"] == 0


@pytest.mark.parametrize("dialect", ["vllm", "sglang"])
def test_prefill_and_top_k_where_the_address_is_declared_to_take_them(dialect: str) -> None:
    asked = Content((Message("user", "2 + 2?"),), content(top_k=5).sampling, prefill="Let me see")
    with ChatServer() as server:
        asked_once(server.url, asked, dialect=dialect)
        with pytest.raises(CapabilityMissing, match="declare dialect='vllm'"):
            asked_once(server.url, asked)
    (body,) = server.ledger.bodies
    assert body["messages"][-1] == {"role": "assistant", "content": "Let me see"}
    assert (body["continue_final_message"], body["add_generation_prompt"]) == (True, False)
    assert body["top_k"] == 5


def test_the_name_of_the_token_limit_is_learned_once(transport: Via) -> None:
    backends = []
    with ChatServer(Manner(rejects=("max_tokens",))) as server:
        backend = OpenAIBackend("m", server.url, KEY, transport=transport)
        backends.append(backend)

        async def twice() -> list[Got]:
            return [await ask(backend), await ask(backend)]

        assert all(got.completions for got in run(twice))
    spelled = ["max_tokens" in body for body in server.ledger.bodies]
    assert spelled == [True, False, False]
    assert server.ledger.bodies[1]["max_completion_tokens"] == 4096


def test_a_refused_seed_is_left_out_and_said(transport: Via) -> None:
    with ChatServer(Manner(rejects=("seed", "stream_options"))) as server:
        got = asked_once(server.url, transport=transport, streaming=True)
    assert "does not take seed" in got.notes
    assert "seed" not in server.ledger.bodies[-1]


def test_connections_are_reused_and_capped() -> None:
    async def many(backend: OpenAIBackend) -> None:
        for _ in range(5):
            await ask(backend)
        await asyncio.gather(*(ask(backend) for _ in range(12)))

    with ChatServer(Manner(delay=0.02)) as server:
        backend = OpenAIBackend("m", server.url, KEY, connections=3)
        run(lambda: many(backend))
    assert len(server.ledger.bodies) == 17
    assert len(server.ledger.connections) <= 3
    assert server.ledger.most_open == 3


def test_waiting_for_a_connection_is_no_part_of_the_timeout() -> None:
    async def many(backend: OpenAIBackend) -> list[Got]:
        return list(await asyncio.gather(*(ask(backend) for _ in range(6))))

    with ChatServer(Manner(delay=0.2)) as server:
        backend = OpenAIBackend("m", server.url, KEY, connections=1, timeout=0.8)
        assert all(got.completions for got in run(lambda: many(backend)))


def test_one_backend_serves_several_loops_one_after_another(transport: Via) -> None:
    with ChatServer() as server:
        backend = OpenAIBackend("m", server.url, KEY, transport=transport)
        for _ in range(3):
            assert run(lambda: ask(backend)).completions
        run(backend.aclose)


def test_it_can_be_closed_and_used_again(transport: Via) -> None:
    async def again(backend: OpenAIBackend) -> Got:
        await ask(backend)
        await backend.aclose()
        await backend.aclose()
        return await ask(backend)

    with ChatServer() as server:
        backend = OpenAIBackend("m", server.url, KEY, transport=transport)
        assert run(lambda: again(backend)).completions
    assert len(server.ledger.connections) == 2


def test_the_name_holds_the_address_where_it_is_not_the_default() -> None:
    default = OpenAIBackend("gpt-x", api_key=KEY)
    local = OpenAIBackend("gpt-x", "http://127.0.0.1:8000/v1/chat/completions?key=abcdef", KEY)
    assert default.name == "openai:gpt-x"
    assert local.name == "openai:gpt-x@http://127.0.0.1:8000/v1"
    assert isinstance(local, Backend)
    assert default.capabilities.n
    assert not default.capabilities.prefill


def test_openai_itself_is_asked_for_completion_tokens() -> None:
    backend = OpenAIBackend("gpt-x", api_key=KEY)
    assert backend._exchange.spelling.max_tokens == "max_completion_tokens"


def test_the_default_variable_is_read_for_openai_and_this_machine_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(UserMistake, match="OPENAI_API_KEY is not set"):
        OpenAIBackend("m")
    assert OpenAIBackend("m", "http://127.0.0.1:1/v1").api_key is None
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert OpenAIBackend("m").api_key is not None
    assert OpenAIBackend("m", "http://127.0.0.1:1/v1").api_key is not None
    assert OpenAIBackend("m", "https://example.org/v1").api_key is None
    named = OpenAIBackend("m", "https://example.org/v1", api_key_env="OPENAI_API_KEY")
    assert named.api_key is not None


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"base_url": "http://example.org/v1"}, "allow_http=True"),
        ({"base_url": "http://127.0.0.1.example.org/v1"}, "allow_http=True"),
        ({"base_url": "ftp://example.org"}, "not a URL"),
        ({"base_url": "sk-in-the-wrong-place"}, "not a URL"),
        ({"base_url": "https://me:word@example.org/v1"}, "user name or password"),
        ({"base_url": "https://example.org\\@evil.org/v1"}, "not a URL"),
        ({"base_url": "https://example.org:99999/v1"}, "not a URL"),
        ({"model": " "}, "openai:MODEL"),
        ({"timeout": 0}, "more than 0"),
        ({"timeout": "5"}, "timeout must be a number, found '5'"),
        ({"connections": 1.5}, "connections must be a whole number"),
        ({"base_url": 3}, "base_url must be text"),
        ({"n": "yes"}, "n must be True or False or None"),
        ({"defaults": {"temperature": 1}}, "defaults must be a Sampling"),
        ({"headers": "X-A: b"}, "headers must be names with values"),
        ({"api_key": None, "api_key_env": 3}, "api_key_env must be text"),
        ({"headers": {"X-A": "a\r\nX-B: b"}}, "characters that no key has"),
        ({"headers": {"Host": "evil.org"}}, "cannot be set"),
        ({"api_key": "sk-\n-two-lines"}, "characters that no key has"),
        ({"api_key": ""}, "is empty"),
    ],
)
def test_a_mistake_is_told_before_anything_is_sent(options: dict[str, object], says: str) -> None:
    with pytest.raises(UserMistake, match=says.replace("\\", "\\\\")):
        OpenAIBackend(**{"model": "m", "api_key": KEY, **options})  # type: ignore[arg-type]


def test_unknown_options_name_the_near_ones() -> None:
    with pytest.raises(UnknownName, match="vllm"):
        OpenAIBackend("m", api_key=KEY, dialect="vlm")  # type: ignore[arg-type]


def test_importing_the_backend_loads_no_http_library() -> None:
    code = (
        "import sys, reasoning_chains.backends.openai as b; b.OpenAIBackend('m', api_key='k' * 20);"
        "bad = {'openai', 'httpx2', 'numpy'} & set(sys.modules); assert not bad, bad"
    )
    light = "import sys, reasoning_chains.backends.openai; assert 'aiohttp' not in sys.modules"
    for program in (code, light):
        subprocess.run([sys.executable, "-c", program], check=True, env=dict(os.environ))
