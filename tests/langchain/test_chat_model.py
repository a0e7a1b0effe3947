"""A backend as a LangChain chat model: messages, calls, thinking, streams, settings."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.tools import tool
from pydantic import BaseModel

from reasoning_chains import (
    BackendError,
    ScriptedBackend,
    UserMistake,
    ZeroShotCoT,
    as_chat_model,
)
from reasoning_chains.backends.langchain import LangChainBackend
from reasoning_chains.errors import CapabilityMissing
from reasoning_chains.types import Capabilities, Completion, ToolCall, Usage
from tests.langchain.heard import Heard

CALL = ToolCall("c1", "double", '{"number": 21}')
CALLING = Completion("I double it.", "Twice 21.", (CALL,), finish="tool_calls")


@tool
def double(number: int) -> int:
    """Double a number."""
    return 2 * number


def test_a_reply_with_its_usage_and_finish() -> None:
    backend = ScriptedBackend([Completion("Hi.", finish="length", usage=Usage(1, 1, 5, 2))])
    model = as_chat_model(backend, max_tokens=9)
    assert isinstance(model, BaseChatModel)
    message = model.invoke([SystemMessage("Be brief."), HumanMessage("Hello?")], stop=["END"])
    assert isinstance(message, AIMessage)
    assert message.content == "Hi."
    assert message.usage_metadata == {"input_tokens": 5, "output_tokens": 2, "total_tokens": 7}
    assert message.response_metadata["finish_reason"] == "length"
    thinking = Usage(1, 1, 5, 9, reasoning_tokens=7)
    told = as_chat_model(ScriptedBackend([Completion("Hi.", usage=thinking)])).invoke("Hello?")
    assert isinstance(told, AIMessage)
    assert told.usage_metadata is not None
    assert told.usage_metadata["output_token_details"] == {"reasoning": 7}
    assert message.response_metadata["model_name"] == "scripted"
    (request,) = backend.requests
    assert [turn.role for turn in request.content.messages] == ["system", "user"]
    assert request.content.sampling.stop == ("END",)
    assert request.content.sampling.max_tokens == 9


def test_calls_and_thinking_come_and_go_back() -> None:
    backend = ScriptedBackend([CALLING, "42"])
    model = as_chat_model(backend).bind_tools([double])
    message = model.invoke("Double 21.")
    (call,) = message.tool_calls
    assert (call["name"], call["args"], call["id"]) == ("double", {"number": 21}, "c1")
    assert [block["type"] for block in message.content_blocks] == ["reasoning", "text", "tool_call"]
    result = double.invoke(call)
    assert isinstance(result, ToolMessage)
    assert model.invoke([HumanMessage("Double 21."), message, result]).content == "42"
    first, second = backend.requests
    (spec,) = first.content.tools
    assert (spec.name, spec.description) == ("double", "Double a number.")
    assert list(spec.parameters["properties"]) == ["number"]  # type: ignore[arg-type]
    _, said, seen = second.content.messages
    assert (said.role, said.reasoning, said.tool_calls) == ("assistant", "Twice 21.", (CALL,))
    assert (seen.role, seen.content, seen.tool_call_id) == ("tool", "42", "c1")


@pytest.mark.parametrize("streams", [True, False])
def test_what_is_streamed_adds_up(streams: bool) -> None:
    able = Capabilities(tools=True, stream=streams)
    backend = ScriptedBackend([CALLING, CALLING, CALLING], capabilities=able)
    model = as_chat_model(backend)
    whole = model.invoke("Double 21.")
    chunks = list(model.stream("Double 21."))

    async def astreamed() -> list[Any]:
        return [chunk async for chunk in model.astream("Double 21.")]

    for pieces in (chunks, asyncio.run(astreamed())):
        summed = pieces[0] + pieces[1:]
        assert len(pieces) > 1
        assert summed.text == whole.text
        assert summed.tool_calls == whole.tool_calls
        assert summed.usage_metadata == whole.usage_metadata
        assert summed.response_metadata["finish_reason"] == "tool_calls"
        if not streams:
            assert summed.additional_kwargs == whole.additional_kwargs


def test_a_call_that_is_no_json_is_an_invalid_one() -> None:
    broken = ToolCall("", "double", "{21")
    backend = ScriptedBackend([Completion("", tool_calls=(broken,), finish="tool_calls")])
    message = as_chat_model(backend).invoke("Double 21.")
    (call,) = message.invalid_tool_calls
    assert (call["name"], call["args"]) == ("double", "{21")
    assert call["id"]


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        ("auto", ["double", "halve"]),
        ("halve", ["halve"]),
        ("none", []),
        ("any", ["double", "halve"]),
    ],
)
def test_a_tool_may_be_chosen(choice: str, names: list[str]) -> None:
    halve = {"name": "halve", "description": "Halve it.", "parameters": {"type": "object"}}
    backend = ScriptedBackend(["Yes."])
    as_chat_model(backend).bind_tools([double, halve], tool_choice=choice).invoke("Hello?")
    assert [spec.name for spec in backend.requests[0].content.tools] == names


class Pair(BaseModel):
    """Two numbers."""

    first: int
    second: int


def test_structured_output_by_a_call() -> None:
    spoken = json.dumps({"first": 1, "second": 2})
    backend = ScriptedBackend([Completion("", tool_calls=(ToolCall("c", "Pair", spoken),))])
    model = as_chat_model(backend).with_structured_output(Pair)
    assert model.invoke("Give two numbers.") == Pair(first=1, second=2)


def test_mistakes_are_told() -> None:
    backend = ScriptedBackend(["x"], capabilities=Capabilities())
    model = as_chat_model(backend)
    with pytest.raises(UserMistake, match="unknown option of a chat model's call 'temprature'"):
        model.invoke("Hello?", temprature=1)
    with pytest.raises(CapabilityMissing):
        model.bind_tools([double]).invoke("Hello?")
    with pytest.raises(UserMistake, match="as_chat_model: temprature"):
        as_chat_model(backend, temprature=1)
    with pytest.raises(UserMistake, match="image_url"):
        model.invoke([HumanMessage([{"type": "image_url", "image_url": {"url": "x"}}])])
    with pytest.raises(BackendError, match="the line is down"):
        as_chat_model(ScriptedBackend([BackendError("the line is down")])).invoke("Hello?")


def test_each_call_is_a_new_sample_unless_it_is_greedy() -> None:
    backend = ScriptedBackend(lambda content, key: str(key.seed))
    model = as_chat_model(backend, temperature=1.0)
    drawn = [model.invoke("Draw.").content for _ in range(2)]
    again = [as_chat_model(backend, temperature=1.0).invoke("Draw.").content for _ in range(2)]
    assert drawn[0] != drawn[1]
    assert again == [drawn[0]] * 2
    greedy = [model.invoke("Draw.", temperature=0).content for _ in range(2)]
    assert greedy[0] == greedy[1]


def test_callbacks_hear_tokens_and_prompts_pipe_into_it() -> None:
    heard = Heard()
    model = as_chat_model(ScriptedBackend(["Hi there."]), tags=["ours"])
    piped = ChatPromptTemplate.from_messages([("human", "{q}")]) | model
    assert piped.invoke({"q": "Hello?"}, {"callbacks": [heard]}).content == "Hi there."
    assert ("model", "BackendChatModel") in heard.events
    assert "ours" in heard.tags


def test_there_and_back_again() -> None:
    inner = ScriptedBackend(["3 + 4 = 7. The answer is 7."])
    outer = LangChainBackend(as_chat_model(inner))
    solution = ZeroShotCoT().invoke({"question": "3 + 4?", "kind": "number"}, backend=outer)
    assert solution.answer == "7"
    mistaken = LangChainBackend(as_chat_model(ScriptedBackend(["x"]), project="/nowhere/at/all"))
    assert mistaken.name == "langchain:reasoning-chains:scripted"
