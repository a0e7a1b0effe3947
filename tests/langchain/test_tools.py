"""LangChain tools as the library's tools, and chains as LangChain tools."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from typing import Any

import pytest
from langchain_core.tools import BaseTool, StructuredTool, ToolException, tool

from reasoning_chains import (
    Direct,
    ReAct,
    ScriptedBackend,
    ToolFailed,
    UserMistake,
    ZeroShotCoT,
)
from reasoning_chains.tools.choosing import gathered
from reasoning_chains.tools.langchain import tool_of
from tests.langchain.heard import Heard


@tool
def stock(item: str, town: str = "Oslo") -> dict[str, int]:
    """Say how many of an item are in stock."""
    if item == "unicorn":
        raise ToolException("there are no unicorns")
    if item == "crash":
        raise OSError("the disk is gone")
    return {item: 4 + len(town)}


@tool
async def where() -> str:
    """Tell the thread."""
    return threading.current_thread().name


@tool(response_format="content_and_artifact")
def plan() -> tuple[list[dict[str, str]], object]:
    """Give a plan."""
    return [{"type": "text", "text": "One. "}, {"type": "text", "text": "Two."}], object()


def called(given: BaseTool, **arguments: Any) -> str:
    return asyncio.run(tool_of(given).call(arguments))  # type: ignore[arg-type]


def test_name_description_and_arguments_are_kept() -> None:
    made = tool_of(stock)
    assert (made.name, made.description) == ("stock", "Say how many of an item are in stock.")
    assert made.inputs == ("item", "town")
    assert made.parameters["required"] == ["item"]
    assert tool_of(where).inputs == ()


def test_results_of_sync_and_async_tools() -> None:
    assert called(stock, item="lamp") == '{"lamp": 8}'
    assert called(where) == threading.current_thread().name
    assert called(plan) == "One. Two."


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"item": "unicorn"}, "^there are no unicorns$"),
        ({"item": "crash"}, "^stock failed: OSError: the disk is gone$"),
        ({}, "^item: Field required$"),
    ],
)
def test_errors_are_told_the_model(arguments: dict[str, str], says: str) -> None:
    with pytest.raises(ToolFailed, match=says):
        called(stock, **arguments)


@pytest.mark.parametrize("style", ["text", "native"])
def test_react_takes_them_beside_others(style: Any) -> None:
    replies = ['Action: stock[{"item": "lamp"}]', "Action: Finish[8]"]
    chain = ReAct(tools=[stock, "calculator"], style=style)
    backend = ScriptedBackend(replies)
    if style == "text":
        solution = chain.invoke("How many lamps?", backend=backend)
        assert solution.trace.acts[0].data["observation"] == '{"lamp": 8}'
        assert solution.answer == "8"
    names = [each.name for each in asyncio.run(gathered(chain.tools))]
    assert names == ["stock", "calculator"]


def test_what_is_no_tool_is_still_refused() -> None:
    with pytest.raises(UserMistake, match="each of react tools"):
        ReAct(tools=[print])  # type: ignore[list-item]


def test_their_callbacks_fire_below_the_runnable() -> None:
    heard = Heard()
    replies = ['Action: stock[{"item": "lamp"}]', "Action: Finish[8]"]
    runnable = ReAct(tools=[stock]).as_runnable(ScriptedBackend(replies))
    runnable.invoke("How many lamps?", {"callbacks": [heard], "run_name": "counting"})
    assert heard.parent_of("stock") == "counting"


def sums(*replies: str) -> StructuredTool:
    return ZeroShotCoT().as_tool(
        ScriptedBackend(list(replies)),
        name="sums",
        description="Work out a sum.",
        problem={"kind": "number"},
    )


def test_a_chain_is_a_tool_with_one_argument() -> None:
    made = sums("3 + 4 = 7. The answer is 7.", "The answer is 8.")
    assert isinstance(made, BaseTool)
    assert (made.name, made.description, list(made.args)) == (
        "sums",
        "Work out a sum.",
        ["question"],
    )
    assert made.invoke({"question": "3 + 4?"}) == "7"
    assert asyncio.run(made.ainvoke({"question": "4 + 4?"})) == "8"


def test_a_chain_without_an_answer_says_so() -> None:
    call: Any = {"name": "sums", "args": {"question": "?"}, "id": "c1", "type": "tool_call"}
    message = sums("Hm.", "Hm.").invoke(call)
    assert (message.status, message.content) == ("error", "no answer: unparsed")


def test_mistakes_in_a_tool_are_told_at_once() -> None:
    with pytest.raises(UserMistake, match="description is empty"):
        Direct().as_tool(name="x", description=" ")
    with pytest.raises(UserMistake, match="unknown option of a verb 'sead'"):
        Direct().as_tool(name="x", description="y", sead=1)  # type: ignore[call-arg]


LIGHT = """
import asyncio, sys
import reasoning_chains as r
chain = r.ReAct(tools=["calculator"])
replies = ["Action: calculator[6 * 7]", "Action: Finish[42]"]
assert chain.invoke("6 * 7?", backend=r.ScriptedBackend(replies)).answer == "42"
r.LangChainBackend, r.as_chat_model
print(sorted(name for name in sys.modules if name.startswith(("langchain", "langgraph"))))
"""


def test_nothing_of_langchain_is_loaded_before_it_is_used() -> None:
    run = [sys.executable, "-W", "error", "-c", LIGHT]
    told = subprocess.run(run, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


ABSENT = """
import sys
sys.modules["langchain_core"] = None
sys.modules["langchain"] = None
import reasoning_chains as r
for made in (
    lambda: r.Direct().as_runnable(),
    lambda: r.Direct().as_tool(name="x", description="y"),
    lambda: r.as_chat_model(),
    lambda: r.LangChainBackend(None),
    lambda: r.open_backend("langchain:openai:x"),
):
    try:
        made()
    except r.UserMistake as mistake:
        assert "pip install 'reasoning-chains[langchain]'" in str(mistake), mistake
        print("told")
"""


def test_without_langchain_the_pip_line_is_told() -> None:
    told = subprocess.run(
        [sys.executable, "-c", ABSENT], capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["told"] * 5
