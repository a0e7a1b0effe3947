"""A LangChain chat model as a backend: what is sent, what is read, what goes wrong."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import (
    FakeListChatModel,
    GenericFakeChatModel,
    ParrotFakeChatModel,
)
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.messages.ai import OutputTokenDetails, UsageMetadata
from langchain_openai import ChatOpenAI

from reasoning_chains import (
    BackendError,
    Budget,
    Direct,
    LangChainBackend,
    ReAct,
    Sampling,
    UserMistake,
    ZeroShotCoT,
    open_backend,
    tool,
)
from reasoning_chains.errors import CapabilityMissing, HostedError
from reasoning_chains.loop import run_sync
from reasoning_chains.types import Content, Delta, Message, Request, SampleKey, Usage
from tests.langchain.heard import Telling
from tests.servers.chat import ChatServer, refuse
from tests.servers.replies import Model

KEY = "sk-of-a-test-0123456789"


def request(content: Content, n: int = 1) -> Request:
    return Request(content, tuple(SampleKey("x", content.digest, (at,)) for at in range(n)))


def told(backend: Any, content: Content, n: int = 1) -> list[tuple[int, Any]]:
    news: list[tuple[int, Any]] = []
    # on the loop that sync verbs use: the connections of `langchain_openai` outlive a call
    run_sync(backend.complete(request(content, n), lambda at, one: news.append((at, one))))
    return news


def chat(server: ChatServer, **options: Any) -> ChatOpenAI:
    return ChatOpenAI(model="gpt-x", api_key=KEY, base_url=server.url, **options)  # type: ignore[arg-type]


ASK = Content((Message("system", "Be brief."), Message("user", "Draw.")))


def test_a_reply_of_a_real_chat_model_with_its_sampling_and_usage() -> None:
    sampling = Sampling(temperature=0.5, max_tokens=33, stop=("END",), top_k=4)
    with ChatServer() as server:
        backend = LangChainBackend(chat(server))
        assert backend.name == "langchain:openai-chat:gpt-x"
        assert backend.capabilities.tools
        assert backend.capabilities.stream
        assert not backend.capabilities.n
        ((_, completion),) = told(backend, Content(ASK.messages, sampling))
        (body,) = server.ledger.bodies
    assert completion.text.endswith(".")
    assert completion.finish == "stop"
    assert completion.usage == completion.bill
    assert completion.usage.completion_tokens == server.ledger.completion_tokens > 0
    assert completion.notes == ("top_k not sent: ChatOpenAI has no such field",)
    assert (body["temperature"], body["stop"]) == (0.5, ["END"])
    assert body["max_completion_tokens"] == 33
    assert 0 <= body["seed"] < 2**31
    assert [turn["role"] for turn in body["messages"]] == ["system", "user"]


def test_several_samples_are_asked_at_once_each_with_its_seed() -> None:
    with ChatServer() as server:
        news = told(LangChainBackend(chat(server)), ASK, n=3)
        seeds = {body["seed"] for body in server.ledger.bodies}
    assert sorted(at for at, _ in news) == [0, 1, 2]
    assert len(seeds) == 3


def test_a_stream_gives_deltas_and_the_same_reply() -> None:
    with ChatServer(model=Model(text="one two three")) as server:
        backend = LangChainBackend(chat(server))
        *deltas, (_, completion) = told(backend.streamed(), ASK)
        assert server.ledger.bodies[0]["stream_options"] == {"include_usage": True}
    assert "".join(delta.text for _, delta in deltas) == completion.text == "one two three"
    assert len(deltas) > 1
    assert completion.usage.completion_tokens == 3
    assert completion.notes == ()


def test_it_never_asks_twice_by_itself_and_tells_the_status() -> None:
    with ChatServer(fault=lambda number, body: _busy) as server:
        model = chat(server, max_retries=3)
        ((_, error),) = told(LangChainBackend(model), ASK)
        assert len(server.ledger.bodies) == 1
        assert model.max_retries == 3
    assert isinstance(error, HostedError)
    assert (error.status, error.retryable) == (503, True)
    assert "busy" in str(error)


async def _busy(request: Any, body: Any) -> Any:
    return refuse(503, "busy now")


async def _unknown(request: Any, body: Any) -> Any:
    return refuse(401, f"Incorrect API key provided: {KEY}")


def test_a_refused_key_is_told_without_it() -> None:
    server = ChatServer(fault=lambda number, body: _unknown)
    with server, pytest.raises(BackendError) as raised:
        Direct().invoke("Hello?", backend=LangChainBackend(chat(server)))
    assert raised.value.status == 401
    assert not raised.value.retryable
    assert KEY not in str(raised.value)
    assert raised.value.__cause__ is None


def test_an_address_that_is_not_there_may_be_there_later() -> None:
    with ChatServer() as server:
        model = chat(server)
    ((_, error),) = told(LangChainBackend(model), ASK)
    assert isinstance(error, BackendError)
    assert error.retryable


def test_cancelling_ends_the_request() -> None:
    async def impatient(backend: LangChainBackend) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await Direct().ainvoke("Hello?", backend=backend)
        await asyncio.sleep(0.2)

    with ChatServer() as server:
        server.behave(delay=30.0)
        run_sync(impatient(LangChainBackend(chat(server))))
        assert server.ledger.answered == 0


def test_open_backend_opens_a_chat_model_by_provider_and_name() -> None:
    with ChatServer() as server:
        name = "langchain:openai:gpt-x"
        backend = open_backend(name, base_url=server.url, api_key=KEY, temperature=0.25)
        assert backend.name == name
        ((_, completion),) = told(backend, ASK)
        assert server.ledger.bodies[0]["temperature"] == 0.25
    assert completion.text


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("langchain:", "write langchain:PROVIDER:MODEL"),
        ("langchain:nobody:x", "'langchain:nobody:x' cannot be opened: "),
    ],
)
def test_a_name_that_cannot_be_opened_says_why(name: str, says: str) -> None:
    with pytest.raises(UserMistake, match=says):
        open_backend(name)


def test_an_option_that_is_wrong_is_told_without_the_key() -> None:
    with pytest.raises(UserMistake, match=r"temperature: .* a valid number") as raised:
        open_backend("langchain:openai:gpt-x", api_key=KEY, temperature="warm")
    assert KEY not in str(raised.value)


def test_what_is_no_chat_model_is_refused() -> None:
    model = GenericFakeChatModel(messages=iter([]))
    for wrong, says in (
        ("openai:gpt-x", r"open_backend\('langchain:openai:gpt-x'\)"),
        (model.bind(stop=["x"]), "give the chat model itself"),
    ):
        with pytest.raises(UserMistake, match=says):
            LangChainBackend(wrong)  # type: ignore[arg-type]


def test_what_no_chat_model_declares_is_refused_before_it_is_asked() -> None:
    backend = LangChainBackend(FakeListChatModel(responses=["x"]))
    assert not backend.capabilities.tools
    for content in (
        Content(ASK.messages, prefill="I"),
        Content(ASK.messages, schema={"type": "object"}),
        Content(ASK.messages, Sampling(logprobs=0)),
    ):
        with pytest.raises(CapabilityMissing):
            told(backend, content)


def test_settings_go_into_the_fields_that_a_model_has() -> None:
    model = Telling(responses=[AIMessage("Hi.")])
    backend = LangChainBackend(model, defaults=Sampling(max_tokens=9))
    ((_, completion),) = told(backend, Content(ASK.messages, Sampling(temperature=0.0)))
    (options,) = model.options
    assert (options["temperature"], options["num_predict"]) == (0.0, 9)
    assert model.temperature is None
    assert completion.notes == ("usage estimated: the chat model told none",)
    assert completion.usage.prompt_tokens > 0


@pytest.mark.parametrize(("reasoning", "counted"), [(7, 7), (0, 0), (10, 0)])
def test_the_tokens_of_thinking_are_told(reasoning: int, counted: int) -> None:
    details = OutputTokenDetails(reasoning=reasoning)
    usage = UsageMetadata(
        input_tokens=5, output_tokens=9, total_tokens=14, output_token_details=details
    )
    model = Telling(responses=[AIMessage("Hi.", usage_metadata=usage)])
    ((_, completion),) = told(LangChainBackend(model), ASK)
    assert completion.usage == completion.bill == Usage(1, 1, 5, 9, reasoning_tokens=counted)


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        (AIMessage("4", additional_kwargs={"reasoning_content": "2+2"}), ("4", "2+2", "stop")),
        (
            AIMessage([{"type": "reasoning", "reasoning": "2+2"}, {"type": "text", "text": "4"}]),
            ("4", "2+2", "stop"),
        ),
        (AIMessage("<think>2+2</think>\n\n4"), ("4", "2+2", "stop")),
        (AIMessage("4", response_metadata={"finish_reason": "length"}), ("4", "", "length")),
        (AIMessage("4", response_metadata={"stop_reason": "max_tokens"}), ("4", "", "length")),
        (
            AIMessage("4", response_metadata={"finish_reason": "SAFETY"}),
            ("4", "", "content_filter"),
        ),
        (AIMessage("4", response_metadata={"done_reason": "stop"}), ("4", "", "stop")),
        (
            AIMessage("", additional_kwargs={"refusal": "I cannot."}),
            ("I cannot.", "", "content_filter"),
        ),
    ],
)
def test_thinking_and_the_finish_are_read(reply: AIMessage, wanted: tuple[str, str, str]) -> None:
    ((_, completion),) = told(LangChainBackend(Telling(responses=[reply])), ASK)
    assert (completion.text, completion.reasoning, completion.finish) == wanted


@tool
def double(number: int) -> int:
    """Double a number."""
    return 2 * number


def test_a_message_with_calls_goes_back_as_it_came_with_its_thinking() -> None:
    signed: Any = [{"type": "reasoning", "reasoning": "Double it.", "extras": {"signature": "s1"}}]
    calling = AIMessage(signed, tool_calls=[{"name": "double", "args": {"number": 21}, "id": "c1"}])
    model = Telling(responses=[calling, AIMessage("The answer is 42.")])
    chain = ReAct(tools=[double], style="native")
    solution = chain.invoke("Double 21.", backend=LangChainBackend(model))
    assert solution.trace.acts[0].data["observation"] == "42"
    back, seen = model.sent[1][-2:]
    assert back == calling
    assert isinstance(seen, ToolMessage)
    assert (seen.content, seen.tool_call_id) == ("42", "c1")
    assert model.options[0]["tools"][0]["function"]["name"] == "double"


def test_arguments_that_are_no_json_are_told_the_model() -> None:
    broken: Any = {"name": "double", "args": "{21", "id": "c1", "error": None}
    calling = AIMessage("", invalid_tool_calls=[broken])
    model = Telling(responses=[calling, AIMessage("Sorry.")])
    ReAct(tools=[double], style="native").invoke("Double 21.", backend=LangChainBackend(model))
    seen = model.sent[1][-1]
    assert isinstance(seen, ToolMessage)
    assert "number" in str(seen.content)


def test_native_tool_calls_of_a_real_chat_model() -> None:
    content = Content(ASK.messages, tools=(double.spec,))
    with ChatServer() as server:
        backend = LangChainBackend(chat(server))
        ((_, whole),) = told(backend, content)
        *_, (_, streamed) = told(backend.streamed(), content)
    for completion in (whole, streamed):
        (call,) = completion.tool_calls
        assert call.name == "double"
        assert call.id.startswith("call-")
        assert completion.finish == "tool_calls"


def test_what_is_no_reply_and_what_breaks_are_errors_of_the_backend() -> None:
    ((_, error),) = told(LangChainBackend(ParrotFakeChatModel()), ASK)
    assert "gave HumanMessage" in str(error)
    breaking = FakeListChatModel(responses=["one two"], error_on_chunk_number=3)
    *deltas, (_, cut) = told(LangChainBackend(breaking).streamed(), ASK)
    assert [type(delta) for _, delta in deltas] == [Delta] * 3
    assert isinstance(cut, HostedError)
    assert cut.received == "one"
    assert isinstance(cut.__cause__, Exception)


def test_a_token_budget_reserves_the_longest_reply_of_the_model() -> None:
    budget = Budget(tokens=10_000)
    with ChatServer() as server:
        for own, longest in ((None, 4096), (50, 50)):
            backend = LangChainBackend(chat(server, max_tokens=own))
            assert backend.defaults.max_tokens == longest
            assert Direct().invoke("Draw.", backend=backend, budget=budget).answer is not None
    endless = LangChainBackend(FakeListChatModel(responses=["a"]))
    with pytest.raises(UserMistake, match="limit of each reply"):
        Direct().invoke("Draw.", backend=endless, budget=budget)


def test_chains_run_on_it() -> None:
    backend = LangChainBackend(FakeListChatModel(responses=["3 + 4 = 7. The answer is 7."]))
    solution = ZeroShotCoT().invoke({"question": "3 + 4?", "kind": "number"}, backend=backend)
    assert solution.answer == "7"
    assert solution.usage.calls == 1
