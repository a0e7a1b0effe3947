"""A chain as a runnable: what it takes and gives, its callbacks, its stream, its batches."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, SystemMessage
from langchain_core.output_parsers import JsonOutputParser, PydanticOutputParser, StrOutputParser
from langchain_core.prompts import ChatPromptTemplate, PromptTemplate
from langchain_core.runnables import Runnable, RunnableLambda
from pydantic import BaseModel

from reasoning_chains import (
    BackendError,
    Direct,
    LangChainBackend,
    Message,
    Problem,
    ScriptedBackend,
    SelfConsistency,
    Solution,
    UserMistake,
    ZeroShotCoT,
)
from reasoning_chains.langchain.shape import OneVoice
from reasoning_chains.protocols import Emit
from reasoning_chains.types import Completion, Delta, Request
from tests.langchain.heard import Heard

WORKED = "3 + 4 = 7. The answer is 7."
NUMBER = {"kind": "number"}


def asked(backend: ScriptedBackend) -> list[tuple[str, str]]:
    (request,) = backend.requests
    return [(turn.role, turn.content) for turn in request.content.messages]


@pytest.mark.parametrize(
    "given",
    [
        "What is 3 + 4?",
        {"question": "What is 3 + 4?"},
        Problem("What is 3 + 4?", "number"),
        PromptTemplate.from_template("What is {a} + {b}?").invoke({"a": 3, "b": 4}),
        [("human", "What is 3 + 4?")],
        HumanMessage("What is 3 + 4?"),
        {"messages": [HumanMessage([{"type": "text", "text": "What is 3 + 4?"}])]},
    ],
)
def test_every_form_of_a_question_is_taken(given: Any) -> None:
    backend = ScriptedBackend([WORKED])
    runnable = ZeroShotCoT().as_runnable(backend, problem=NUMBER)
    assert isinstance(runnable, Runnable)
    message = runnable.invoke(given)
    assert isinstance(message, AIMessage)
    assert message.content == "7"
    assert message.response_metadata["text"] == WORKED
    assert message.response_metadata["stop_reason"] == "answered"
    assert message.usage_metadata is not None
    assert message.usage_metadata["output_tokens"] == len(WORKED.split())
    assert [block["type"] for block in message.content_blocks] == ["reasoning", "text"]
    assert "What is 3 + 4?" in asked(backend)[-1][1]


def test_earlier_messages_are_the_history() -> None:
    backend = ScriptedBackend(["Paris."])
    given = [
        SystemMessage("Be brief."),
        HumanMessage("Capital of Norway?"),
        AIMessage("Oslo."),
        HumanMessage("And of France?"),
    ]
    assert Direct().as_runnable(backend).invoke(given).content == "Paris"
    roles = [role for role, _ in asked(backend)]
    assert roles[0] == "system"
    assert ("user", "Capital of Norway?") in asked(backend)
    assert ("assistant", "Oslo.") in asked(backend)
    assert asked(backend)[-1][0] == "user"


def test_what_was_said_after_the_question_is_not_lost() -> None:
    backend = ScriptedBackend(["Yes."])
    Direct().as_runnable(backend).invoke([("human", "Is it 4?"), ("ai", "I think so.")])
    said = [text for _, text in asked(backend)]
    assert said.index("Is it 4?") < said.index("I think so.") < len(said) - 1
    assert "Is it 4?" in said[-1]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (42, "found 42"),
        ([("ai", "Hello")], "no human message"),
        ({"q": "?"}, "no question"),
        ([HumanMessage([{"type": "image_url", "image_url": "x"}])], "image_url"),
    ],
)
def test_what_holds_no_question_is_told(given: Any, told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        Direct().as_runnable(ScriptedBackend([])).invoke(given)


class Person(BaseModel):
    """A person."""

    name: str
    age: int


def test_it_stands_between_a_prompt_and_a_parser() -> None:
    prompt = ChatPromptTemplate.from_template("What is {a} + {b}?")
    adding = ZeroShotCoT().as_runnable(ScriptedBackend([WORKED]), problem=NUMBER)
    assert (prompt | adding | StrOutputParser()).invoke({"a": 3, "b": 4}) == "7"

    spoken = '{"name": "Ada", "age": 36}'
    typed = {"kind": "json", "schema": Person}
    reading = Direct().as_runnable(ScriptedBackend([spoken, spoken]), problem=typed)
    told = {"a": 1, "b": 2}
    parser = PydanticOutputParser(pydantic_object=Person)
    assert (prompt | reading | parser).invoke(told) == Person(name="Ada", age=36)
    assert (prompt | reading | JsonOutputParser()).invoke(told) == {"name": "Ada", "age": 36}


def test_the_other_outputs() -> None:
    def given(output: Any) -> Any:
        backend = ScriptedBackend([WORKED])
        return ZeroShotCoT().as_runnable(backend, output=output, problem=NUMBER).invoke("3 + 4?")

    assert given("answer") == "7"
    assert given("text") == WORKED
    assert isinstance(given("solution"), Solution)
    with pytest.raises(UserMistake, match="unknown output of a runnable"):
        given("json")


def test_a_key_is_read_and_a_key_is_given() -> None:
    runnable = ZeroShotCoT().as_runnable(
        ScriptedBackend([WORKED]),
        output="answer",
        input_key="query",
        output_key="sum",
        problem=NUMBER,
    )
    assert runnable.invoke({"query": "3 + 4?", "id": 5, "context": ["x"]}) == {"sum": "7"}
    with pytest.raises(UserMistake, match="'query', which input_key names; it holds question"):
        runnable.invoke({"question": "?"})


def test_without_an_answer_the_content_is_empty_and_says_why() -> None:
    runnable = ZeroShotCoT().as_runnable(ScriptedBackend(["Hm.", "Hm."]), problem=NUMBER)
    message = runnable.invoke("3 + 4?")
    assert (message.content, message.response_metadata["stop_reason"]) == ("", "unparsed")


def test_what_is_streamed_adds_up_to_what_is_given() -> None:
    runnable = ZeroShotCoT().as_runnable(ScriptedBackend([WORKED] * 2), problem=NUMBER)
    chunks: list[AIMessageChunk] = list(runnable.stream("3 + 4?"))
    assert len(chunks) > 1
    whole = chunks[0] + chunks[1:]
    given = runnable.invoke("3 + 4?")
    assert (whole.content, whole.chunk_position) == (given.content, "last")
    assert whole.additional_kwargs == {"reasoning_content": WORKED} == given.additional_kwargs
    assert whole.response_metadata == given.response_metadata
    assert whole.usage_metadata == given.usage_metadata


def test_text_passes_through_a_parser_as_it_is_written() -> None:
    backend = LangChainBackend(GenericFakeChatModel(messages=iter([WORKED])))
    runnable = ZeroShotCoT().as_runnable(backend, output="text", problem=NUMBER)
    prompt = ChatPromptTemplate.from_template("{q}")
    pieces = list((prompt | runnable | StrOutputParser()).stream({"q": "3 + 4?"}))
    assert len(pieces) > 5
    assert "".join(pieces) == WORKED


def test_astream_and_ainvoke() -> None:
    async def both() -> tuple[list[Any], Any]:
        runnable = ZeroShotCoT().as_runnable(ScriptedBackend([WORKED] * 2), problem=NUMBER)
        return [c async for c in runnable.astream("3 + 4?")], await runnable.ainvoke("3 + 4?")

    chunks, message = asyncio.run(both())
    assert (chunks[0] + chunks[1:]).content == message.content == "7"


def test_a_stream_may_be_left_early() -> None:
    async def first() -> Any:
        runnable = ZeroShotCoT().as_runnable(ScriptedBackend([WORKED]), problem=NUMBER)
        stream = runnable.astream("3 + 4?")
        chunk = await anext(stream)
        await stream.aclose()  # type: ignore[attr-defined]
        return chunk

    assert asyncio.run(first()).content == ""
    runnable = ZeroShotCoT().as_runnable(ScriptedBackend([WORKED]), problem=NUMBER)
    assert next(iter(runnable.stream("3 + 4?"))).content == ""


def test_voters_who_speak_at_once_are_heard_one_after_the_other() -> None:
    voice = OneVoice()
    said = [*voice.hear((0,), "a"), *voice.hear((1,), "x"), *voice.hear((0,), "b")]
    said += [*voice.hear((2,), "1"), *voice.end((2,)), *voice.end((0,)), *voice.hear((1,), "y")]
    said += [*voice.end((1,)), *voice.hear((3,), "end"), *voice.end((3,))]
    assert "".join(said) == "ab\n\nxy\n\n1\n\nend"

    backend = ScriptedBackend([f"I say {n}. The answer is {n % 2}." for n in range(3)])
    runnable = SelfConsistency(ZeroShotCoT(), samples=3).as_runnable(backend, problem=NUMBER)
    chunks = list(runnable.stream("Odd?"))
    whole = chunks[0] + chunks[1:]
    assert whole.content == "0"
    assert whole.additional_kwargs["reasoning_content"].count("\n\n") == 2
    assert whole.response_metadata["calls"] == 3


class Slow:
    """Answers with the question's last word, later for smaller numbers, and counts who waits."""

    def __init__(self) -> None:
        self.now = self.most = 0

    async def __call__(self, request: Request) -> Sequence[Completion]:
        self.now += 1
        self.most = max(self.most, self.now)
        number = int(request.content.messages[-1].content.split()[1])
        await asyncio.sleep(0.05 - number / 100)
        self.now -= 1
        return [Completion(str(number))] * request.n


@pytest.mark.parametrize("most", [None, 2])
def test_a_batch_keeps_its_order_and_its_limit(most: int | None) -> None:
    slow = Slow()

    async def backend(request: Request) -> Sequence[Completion]:
        return await slow(request)

    runnable = Direct().as_runnable(backend, output="answer", problem=NUMBER)
    wanted = [str(number) for number in range(5)]
    questions = [f"Say {number}" for number in range(5)]
    config: Any = {"max_concurrency": most} if most else None
    assert runnable.batch(questions, config) == wanted
    assert asyncio.run(runnable.abatch(questions, config)) == wanted
    assert slow.most <= (most or 5)


def test_callbacks_tags_and_names_reach_the_chat_model_inside() -> None:
    model = GenericFakeChatModel(messages=iter([WORKED] * 3), name="inside")
    runnable = ZeroShotCoT().as_runnable(LangChainBackend(model), problem=NUMBER)

    def heard_of(call: Any) -> None:
        heard = Heard()
        config: Any = {"callbacks": [heard], "tags": ["sums"], "run_name": "adding"}
        call(config)
        assert heard.events[0] == ("chain", "adding")
        assert heard.events[-1] == ("end", "adding")
        (inside,) = [name for kind, name in heard.events if kind == "model"]
        assert heard.parent_of(inside) == "adding"
        assert "sums" in heard.tags

    heard_of(lambda config: runnable.invoke("3 + 4?", config))
    heard_of(lambda config: asyncio.run(runnable.ainvoke("3 + 4?", config)))
    heard_of(lambda config: list(runnable.stream("3 + 4?", config)))


def test_errors_go_through_as_they_are_and_are_told_to_callbacks() -> None:
    lost = BackendError("the line is down")
    heard = Heard()
    runnable = Direct().as_runnable(ScriptedBackend([lost] * 3))
    piped = RunnableLambda(str.strip) | runnable | StrOutputParser()
    with pytest.raises(BackendError) as raised:
        piped.invoke(" Hello? ", {"callbacks": [heard]})
    assert raised.value is lost
    assert ("error", "Direct") in heard.events
    with pytest.raises(BackendError):
        list(piped.stream(" Hello? ", {"callbacks": [heard]}))
    rescued = runnable.with_fallbacks([Direct().as_runnable(ScriptedBackend(["Hi."]))])
    assert rescued.invoke("Hello?").content == "Hi"


def test_options_may_be_bound_and_are_checked() -> None:
    backend = ScriptedBackend([WORKED])
    runnable = ZeroShotCoT().as_runnable(backend, problem=NUMBER, seed=1)
    runnable.bind(seed=2, lang="zh").invoke("3 + 4?")
    (key,) = backend.requests[0].samples
    assert key.path[:1] in ((), (2,))
    with pytest.raises(UserMistake, match="unknown option of a verb 'sead'"):
        ZeroShotCoT().as_runnable(backend, sead=1)  # type: ignore[call-arg]


def test_a_problem_keeps_its_own_history() -> None:
    backend = ScriptedBackend(["Oslo."])
    problem = Problem("And Norway?", history=[Message("user", "Hello")])  # type: ignore[arg-type]
    assert Direct().as_runnable(backend).invoke(problem).content == "Oslo"
    assert ("user", "Hello") in asked(backend)


class Breaking(ScriptedBackend):
    """Breaks off in the middle of its first reply."""

    async def complete(self, request: Request, emit: Emit) -> None:
        emit(0, Delta("half a"))
        emit(0, BackendError("the line broke"))
        rest = Request(request.content, request.samples[1:])
        await super().complete(rest, lambda index, news: emit(index + 1, news))


def test_a_voter_that_breaks_off_leaves_the_word_to_the_others() -> None:
    runnable = SelfConsistency(ZeroShotCoT(), samples=3).as_runnable(
        Breaking([WORKED, WORKED]), problem=NUMBER
    )
    *working, last = runnable.stream("3 + 4?")
    told = "".join(chunk.additional_kwargs["reasoning_content"] for chunk in working)
    assert told == f"half a\n\n{WORKED}\n\n{WORKED}"
    assert last.content == "7"
