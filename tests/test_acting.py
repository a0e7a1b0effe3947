from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from typing import Any

import pytest

from reasoning_chains.acting import Observation, arguments_of, call_tool
from reasoning_chains.budget import Account, Budget
from reasoning_chains.errors import BudgetSpent, UserMistake
from reasoning_chains.toolbox import Approve, Tool, ToolFailed


def made(*inputs: str, approve: Approve | None = None, longest: int = 8_000) -> Tool:
    async def call(arguments: Mapping[str, Any]) -> str:
        if "fail" in arguments.values():
            raise ToolFailed("no such thing")
        if "hang" in arguments.values():
            await asyncio.sleep(60)
        if "late" in arguments.values():
            raise TimeoutError
        return " ".join(str(value) for value in arguments.values())

    properties: dict[str, Any] = {name: {"type": "string"} for name in inputs}
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    return Tool("echo", "Says it again.", schema, call, approve, 0.05, longest)


def called(tool: Tool, written: str | Mapping[str, Any], **limits: Any) -> Observation:
    return asyncio.run(call_tool(Account(Budget(**limits)), [tool], tool.name, written))


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("Paris", {"x": "Paris"}),
        ('"Paris"', {"x": "Paris"}),
        ("' a ' b '", {"x": "' a ' b '"}),
        ('{"x": "Paris"}', {"x": "Paris"}),
        ('{"y": 1}', {"x": '{"y": 1}'}),
        ("{broken", {"x": "{broken"}),
        ("", {"x": ""}),
        ("[" * 100_000, {"x": "[" * 100_000}),
    ],
)
def test_the_only_argument_takes_the_text(written: str, found: dict[str, str]) -> None:
    assert arguments_of(made("x"), written) == found


def test_several_arguments_are_a_json_object() -> None:
    assert arguments_of(made("x", "y"), '{"x": 1, "y": 2}') == {"x": 1, "y": 2}
    assert arguments_of(made(), " ") == {}
    for text in ("1, 2", "[1, 2]", '{"x": 1', "{" * 100_000):
        with pytest.raises(ToolFailed, match=r'echo\[{"x": …, "y": …}\]'):
            arguments_of(made("x", "y"), text)


def test_what_goes_wrong_is_told() -> None:
    assert called(made("x"), "hi") == Observation("hi")
    assert called(made("x"), "fail") == Observation("no such thing", failed=True)
    assert called(made("x"), "hang") == Observation("echo gave no result in 0.05 s", failed=True)
    assert called(made("x"), "late").text == "echo failed: its own time was over"
    unknown = asyncio.run(call_tool(Account(Budget()), [made("x")], "ecko", "hi"))
    assert unknown == Observation("there is no tool 'ecko': did you mean echo?", failed=True)


def test_a_megabyte_is_cut() -> None:
    seen = called(made("x", longest=10), "a" * 1_000_000)
    assert seen.text == "aaaaaaaaaa… (cut: 1,000,000 characters)"


def test_a_tool_may_need_approval() -> None:
    asked: list[tuple[str, Mapping[str, Any], bool]] = []
    main = threading.current_thread()

    def approve(name: str, arguments: Mapping[str, Any]) -> bool:
        asked.append((name, arguments, threading.current_thread() is main))
        return bool(arguments["x"] == "good")

    async def later(name: str, arguments: Mapping[str, Any]) -> bool:
        return approve(name, arguments)

    for way in (approve, later):
        tool = made("x", approve=way)
        assert called(tool, "good") == Observation("good")
        assert called(tool, "bad") == Observation("echo was not approved: go on without it", True)
    assert asked[0] == ("echo", {"x": "good"}, False)


def test_steps_and_seconds_are_limited() -> None:
    account = Account(Budget(steps=2), Account(Budget(steps=3)))
    for _ in range(2):
        asyncio.run(call_tool(account, [made("x")], "echo", "hi"))
    with pytest.raises(BudgetSpent, match="steps"):
        asyncio.run(call_tool(account, [made("x")], "echo", "hi"))
    assert account.parent is not None
    assert (account.steps, account.parent.steps) == (2, 2)
    with pytest.raises(BudgetSpent, match="seconds"):
        called(made("x"), "hang", seconds=0.01)
    with pytest.raises(BudgetSpent, match="seconds"):
        called(made("x"), "hi", seconds=0)


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, "naïve", "a[", "工具"])
def test_a_name_that_no_model_could_write_is_refused(name: str) -> None:
    async def call(arguments: Mapping[str, Any]) -> str:
        return ""

    with pytest.raises(UserMistake, match="letters, digits"):
        Tool(name, "", {}, call)
