"""Sources become one list without double names, and of many tools the fitting ones are kept."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from reasoning_chains.errors import UnknownName, UserMistake
from reasoning_chains.toolbox import Tool
from reasoning_chains.tools.choosing import gathered, relevant


async def nothing(arguments: Mapping[str, Any]) -> str:
    return str(dict(arguments))


def made(name: str, description: str = "", *inputs: str) -> Tool:
    properties = {each: {"type": "string"} for each in inputs}
    return Tool(name, description, {"type": "object", "properties": properties}, nothing)


TOOLS = (
    made("get_weather", "Gives the forecast.", "city"),
    made("sendMail", "Sends a message to somebody.", "address", "text"),
    made("stock_price", "Says what a share costs.", "ticker"),
    made("translate", "Puts a text into another language.", "text", "language"),
    made("route", "查找两个城市之间的路线。", "起点"),
)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("What will the weather be in Oslo?", "get_weather"),
        ("Send Ann a mail.", "sendMail"),
        ("What does a share of ACME cost?", "stock_price"),
        ("Which ticker does ACME have?", "stock_price"),
        ("从北京到上海的路线是什么?", "route"),
    ],
)
def test_the_tool_that_suits_is_kept(question: str, first: str) -> None:
    assert [tool.name for tool in relevant(TOOLS, question, 1)] == [first]


def test_few_tools_are_all_kept_in_order() -> None:
    tools = (made("b", "weather"), made("a", "mail"), made("c", "weather weather"))
    assert relevant(tools, "weather", 3) == tools
    assert [tool.name for tool in relevant(tools, "weather", 2)] == ["b", "c"]
    assert [tool.name for tool in relevant(tools, "nothing of it", 2)] == ["b", "a"]
    assert relevant((), "x", 2) == ()


@dataclass(frozen=True)
class Box:
    held: Sequence[Any]

    async def tools(self) -> Sequence[Tool]:
        await asyncio.sleep(0)
        return self.held


def test_tools_boxes_and_names_become_one_list() -> None:
    sources = (made("b"), Box([made("x"), made("y")]), "calculator", Box([]))
    assert [tool.name for tool in asyncio.run(gathered(sources))] == ["b", "x", "y", "calculator"]
    assert asyncio.run(gathered([])) == ()


def test_double_names_are_refused() -> None:
    with pytest.raises(UserMistake, match="two tools are called Calculator"):
        asyncio.run(gathered(["calculator", Box([made("Calculator")])]))


@pytest.mark.parametrize("source", [3, None, nothing, Tool])
def test_what_is_no_source_is_refused(source: Any) -> None:
    with pytest.raises(UserMistake):
        asyncio.run(gathered([source]))


def test_a_box_of_other_things_is_refused() -> None:
    with pytest.raises(UserMistake, match="each of the tools of Box"):
        asyncio.run(gathered([Box([nothing])]))


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(UnknownName, match="calculator"):
        asyncio.run(gathered(["calc"]))
