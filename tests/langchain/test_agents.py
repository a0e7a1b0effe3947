"""Agents and graphs of LangChain: on our backends, with chains as tools and as nodes."""

from __future__ import annotations

import asyncio
import operator
from itertools import islice
from typing import Annotated, Any, TypedDict

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages

from reasoning_chains import ScriptedBackend, ZeroShotCoT, as_chat_model
from reasoning_chains.problems import exercises
from reasoning_chains.types import Completion, ToolCall

SUM = "17 + 25 = 42. The answer is 42."
ASKED = {"messages": [HumanMessage("What is 17 + 25?")]}


def adding(*replies: str) -> Any:
    return ZeroShotCoT().as_tool(
        ScriptedBackend(list(replies)),
        name="adder",
        description="Work out a sum that is given in words.",
        problem={"kind": "number"},
    )


def calling(question: str) -> Completion:
    call = ToolCall("c1", "adder", f'{{"question": "{question}"}}')
    return Completion("", "I ask the adder.", (call,), finish="tool_calls")


@pytest.mark.parametrize("goes", ["sync", "async", "stream"])
def test_an_agent_on_a_backend_calls_a_chain(goes: str) -> None:
    backend = ScriptedBackend([calling("What is 17 + 25?"), "It is 42."])
    agent: Any = create_agent(as_chat_model(backend), tools=[adding(SUM)])
    if goes == "sync":
        messages = agent.invoke(ASKED)["messages"]
    elif goes == "async":
        messages = asyncio.run(agent.ainvoke(ASKED))["messages"]
    else:
        messages = list(agent.stream(ASKED, stream_mode="values"))[-1]["messages"]
    _, called, seen, said = messages
    assert isinstance(called, AIMessage)
    assert called.tool_calls[0]["args"] == {"question": "What is 17 + 25?"}
    assert isinstance(seen, ToolMessage)
    assert seen.content == "42"
    assert said.content == "It is 42."
    (offered,) = backend.requests[0].content.tools
    assert offered.name == "adder"
    back = backend.requests[1].content.messages[-2]
    assert back.reasoning == "I ask the adder."


def test_tokens_of_an_agent_are_streamed() -> None:
    backend = ScriptedBackend(["It is 42."])
    agent: Any = create_agent(as_chat_model(backend), tools=[])
    pieces = [chunk.text for chunk, _ in agent.stream(ASKED, stream_mode="messages")]
    assert "".join(pieces) == "It is 42."
    assert len(pieces) > 1


def test_an_agent_runs_on_the_embedded_model_with_a_chain_as_a_tool() -> None:
    described = "Answers a question step by step."
    tool = ZeroShotCoT().as_tool(name="solve", description=described, problem={"kind": "number"})
    agent: Any = create_agent(as_chat_model("embedded", max_tokens=160), tools=[tool])
    right = 0
    for exercise in islice(exercises("running", 2, 5, split="eval"), 4):
        asked = {"messages": [("user", exercise.question)]}
        messages = agent.invoke(asked, {"recursion_limit": 9})["messages"]
        (call,) = messages[1].tool_calls
        assert (call["name"], list(call["args"])) == ("solve", ["question"])
        assert messages[1].usage_metadata["output_tokens"] > 0
        assert isinstance(messages[2], ToolMessage)
        right += exercise.answer in messages[-1].content
    assert right >= 3


class Facts(TypedDict, total=False):
    """The state of a graph with keys of its own."""

    query: str
    total: str
    log: Annotated[list[str], operator.add]


def test_a_chain_is_a_node_that_reads_and_writes_keys() -> None:
    node = ZeroShotCoT().as_runnable(
        ScriptedBackend([SUM] * 2),
        output="answer",
        input_key="query",
        output_key="total",
        problem={"kind": "number"},
    )

    def note(state: Facts) -> Facts:
        return {"log": [f"it is {state['total']}"]}

    graph = StateGraph(Facts)
    graph.add_node("add", node)
    graph.add_node("note", note)
    graph.add_edge(START, "add")
    graph.add_edge("add", "note")
    graph.add_edge("note", END)
    ready = graph.compile()
    given: Facts = {"query": "What is 17 + 25?", "log": []}
    wanted = {**given, "total": "42", "log": ["it is 42"]}
    assert ready.invoke(given) == wanted
    assert asyncio.run(ready.ainvoke(given)) == wanted


class Talk(TypedDict):
    """The state of a graph of messages."""

    messages: Annotated[list[AnyMessage], add_messages]


def test_a_chain_is_a_node_in_a_graph_of_messages() -> None:
    node = ZeroShotCoT().as_runnable(
        ScriptedBackend([SUM]), output_key="messages", problem={"kind": "number"}
    )
    graph = StateGraph(Talk)
    graph.add_node("add", node)
    graph.add_edge(START, "add")
    graph.add_edge("add", END)
    state = graph.compile().invoke({"messages": [HumanMessage("What is 17 + 25?")]})
    assert [message.content for message in state["messages"]] == ["What is 17 + 25?", "42"]
