"""The calculator, the python tool and ask_user: what they are told, and what they tell."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from reasoning_chains import ReAct, ScriptedBackend
from reasoning_chains.errors import UnknownName, UserMistake
from reasoning_chains.names import TOOLS, open_tool
from reasoning_chains.tools.ask_user import ask_user
from tests.tools.calling import act


def test_the_calculator_is_what_the_small_model_was_trained_on() -> None:
    tool = open_tool("calculator")
    assert (tool.name, tool.description) == ("calculator", "Works out an expression.")
    assert json.dumps(tool.parameters) == (
        '{"type": "object", "properties": {"expression": {"type": "string"}}, '
        '"required": ["expression"]}'
    )


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("17 * 23", "391"),
        (" (2 + 3) * 4 ", "20"),
        ({"expression": "2 ** 10"}, "1024"),
        ({"expression": 7}, "7"),
        ('{"expression": "10 - 4"}', "6"),
    ],
)
def test_the_calculator_works_out(written: Any, text: str) -> None:
    seen = act(open_tool("calculator"), written)
    assert (seen.text, seen.failed) == (text, False)


@pytest.mark.parametrize(
    "written", ["", "1 / 0", "2 +", "__import__('os').getpid()", "9 ** 9 ** 9", "(" * 5_000]
)
def test_what_cannot_be_worked_out_is_told(written: str) -> None:
    seen = act(open_tool("calculator"), written)
    assert seen.failed
    assert seen.text
    assert len(seen.text) < 1_000


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("print(6 * 7)", "42"),
        ("6 * 7", "42"),
        ("answer = [1, 2]", "[1, 2]"),
        ("print('a')\nanswer = 'b'", "a\nb"),
        ("x = 1", "done"),
    ],
)
def test_python_gives_what_was_printed_and_the_value(code: str, text: str) -> None:
    seen = act(open_tool("python"), code)
    assert (seen.text, seen.failed) == (text, False)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("print('before')\n1 / 0", "before\n"),
        ("1 / 0", "ZeroDivisionError"),
        ("def", "SyntaxError"),
        ("", "code is missing"),
        ("while True: pass", ""),
    ],
)
def test_a_program_that_fails_is_told(code: str, told: str) -> None:
    seen = act(open_tool("python"), code)
    assert seen.failed
    assert told in seen.text


def test_a_person_is_asked() -> None:
    asked: list[str] = []

    def sync(question: str) -> str:
        asked.append(question)
        return "blue"

    async def later(question: str) -> str:
        await asyncio.sleep(0)
        return question.upper()

    def silent(question: str) -> None:
        del question

    def gone(question: str) -> str:
        raise EOFError(question)

    assert act(ask_user(sync), "Which colour?").text == "blue"
    assert asked == ["Which colour?"]
    assert act(ask_user(later), {"question": "why"}).text == "WHY"
    assert "gave no answer" in act(ask_user(silent), "x").text
    assert act(ask_user(gone), "x").text == "ask_user failed: EOFError: x"
    assert act(ask_user(sync, seconds=3), "").failed
    assert ask_user(sync, seconds=3).seconds == 3


def test_ask_user_asks_by_the_function_of_the_verb() -> None:
    replies = ["Action: ask_user[Which town?]", "Action: Finish[Oslo]"]
    chain = ReAct(tools=["ask_user"])
    told = chain.invoke("?", ScriptedBackend(replies), ask_user=lambda asked: f"{asked} Oslo")
    assert told.trace.acts[0].data["observation"] == "Which town? Oslo"
    lost = chain.invoke("?", ScriptedBackend(replies)).trace.acts[0].data
    assert lost["observation"] == "nobody can be asked: the application gave no ask_user=…"
    with pytest.raises(UserMistake, match="ask_user must be a function of a question"):
        chain.invoke("?", ScriptedBackend(replies), ask_user="me")  # type: ignore[arg-type]
    with pytest.raises(UserMistake, match="ask_user needs a function"):
        ask_user("me")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("calculater", "did you mean calculator"),
        ("", "known are ask_user, calculator, lookup, python, sqlite"),
        ("os:system", "unknown tool 'os'"),
        ("reasoning_chains.tools.python:python", "unknown tool"),
    ],
)
def test_only_names_of_the_table_are_opened(name: str, told: str) -> None:
    with pytest.raises(UnknownName, match=told):
        open_tool(name)


def test_what_stands_after_the_colon() -> None:
    with pytest.raises(UserMistake, match="lookup:PATH"):
        open_tool("lookup")
    with pytest.raises(UserMistake, match="lookup:PATH"):
        open_tool("lookup:")
    with pytest.raises(UserMistake, match="takes nothing after a colon"):
        open_tool("calculator:x")
    with pytest.raises(UserMistake, match="there is no file or folder"):
        open_tool("lookup:/nowhere/at/all")


def test_every_name_of_the_table_is_there() -> None:
    assert sorted(TOOLS) == ["ask_user", "calculator", "lookup", "python", "sqlite"]
