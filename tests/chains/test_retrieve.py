"""Retrieval: passages into the context, worked examples as earlier turns."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from reasoning_chains import (
    BackendError,
    Budget,
    Direct,
    Message,
    Problem,
    Retrieve,
    ScriptedBackend,
    SelfConsistency,
    UserMistake,
    ZeroShotCoT,
    parse_chain,
)
from reasoning_chains.spelling import spell
from reasoning_chains.toolbox import Tool, ToolFailed
from reasoning_chains.types import Json
from tests.chains.asked import said, turns

SEINE = Problem("Which river flows through Paris?")
NOTES = """# Paris

The Seine flows through Paris.

# Rome

The Tiber flows through Rome.

# Tea

Tea grows in China.
"""


@pytest.fixture
def notes(tmp_path: Path) -> str:
    (tmp_path / "notes.md").write_text(NOTES)
    return str(tmp_path)


def tool(text: str) -> Tool:
    async def call(arguments: Mapping[str, Any]) -> str:
        if not text:
            raise ToolFailed("nothing fits")
        return f"{arguments['query']}: {text}"

    schema: dict[str, Json] = {"type": "object", "properties": {"query": {"type": "string"}}}
    return Tool("find", "Finds.", schema, call)


def test_the_passages_that_fit_go_into_the_context(notes: str) -> None:
    backend = ScriptedBackend(["the Seine"])
    solution = Retrieve(Direct(), notes, k=1).invoke(SEINE, backend=backend)
    assert solution.answer == "the Seine"
    assert said(backend).startswith("The Seine flows through Paris.\n\nWhich river")
    assert "Tiber" not in said(backend)
    (act,) = solution.trace.acts
    assert act.data["observation"] == "The Seine flows through Paris."
    assert solution.usage.calls == 1


def test_more_passages_stand_behind_the_context_that_is_there(notes: str) -> None:
    problem = Problem(SEINE.question, context="Think of France.")
    backend = ScriptedBackend(["the Seine"])
    Retrieve(Direct(), notes, k=2).invoke(problem, backend=backend)
    assert said(backend).startswith("Think of France.\n\nThe Seine flows")
    assert "Tiber" in said(backend)
    assert "Tea" not in said(backend)


def test_where_nothing_fits_the_chain_goes_without(notes: str) -> None:
    backend = ScriptedBackend(["blue"])
    solution = Retrieve(Direct(), notes).invoke("xyzzy?", backend=backend)
    assert solution.answer == "blue"
    assert said(backend).startswith("xyzzy?")


@pytest.mark.parametrize("text", ["it is the Seine", ""])
def test_a_tool_of_ones_own_is_a_source(text: str) -> None:
    backend = ScriptedBackend(["the Seine"])
    Retrieve(Direct(), tool(text)).invoke(SEINE, backend=backend)
    found = f"{SEINE.question}: {text}\n\n" if text else ""
    assert said(backend) == f"{found}{SEINE.question}\nGive only the final answer."


def test_examples_become_earlier_turns_the_likest_last() -> None:
    problem = Problem(
        "Zed has 9 pens. Then he gets 2 bags of 6 pens. How many pens does Zed have?",
        "number",
        history=(Message("system", "Be brief."), Message("user", "Hello")),
    )
    backend = ScriptedBackend(["The answer is 21."])
    chain = Retrieve(ZeroShotCoT(), "word_problems", k=2, put="exemplars")
    assert chain.invoke(problem, backend=backend).answer == "21"
    roles = [role for role, _ in turns(backend)]
    assert roles == ["system", "user", "assistant", "user", "assistant", "user", "user"]
    assert turns(backend)[0] == ("system", "Be brief.")
    assert turns(backend)[3][1].startswith("Pete has 51 pens.")
    assert turns(backend)[4][1].endswith("So Pete has 51 + 12 = 63 pens. The answer is 63.")
    assert turns(backend)[5] == ("user", "Hello")


def test_examples_speak_chinese_and_come_from_a_file_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine.jsonl").write_text('{"question": "一加一？", "answer": 2}')
    backend = ScriptedBackend(["答案是3"])
    chain = Retrieve(ZeroShotCoT(), "mine.jsonl", put="exemplars")
    problem = Problem("一加二等于几？", "number")
    assert chain.invoke(problem, backend=backend, project=str(tmp_path)).answer == "3"
    assert turns(backend)[:2] == [("user", "一加一？"), ("assistant", "答案是 2。")]


def test_it_stands_before_any_chain_and_inside_of_a_vote(notes: str) -> None:
    for chain in (
        Retrieve(SelfConsistency(Direct(), samples=3), notes),
        SelfConsistency(Retrieve(Direct(), notes), samples=3),
    ):
        backend = ScriptedBackend(["Seine", "Seine", "Tiber"])
        assert chain.invoke(SEINE, backend=backend).answer == "Seine"
        assert sum(request.n for request in backend.requests) == 3
        assert "Seine flows" in said(backend)
    backend = ScriptedBackend(["Seine", "Seine", "Tiber"])
    Retrieve(SelfConsistency(Direct(), samples=3), notes).invoke(SEINE, backend=backend)
    assert [request.n for request in backend.requests] == [3]


def test_a_budget_that_ends_at_the_retrieval_or_at_the_ask(notes: str) -> None:
    for budget in (Budget(steps=0), Budget(calls=0)):
        backend = ScriptedBackend(["Seine"])
        solution = Retrieve(Direct(), notes).invoke(SEINE, backend=backend, budget=budget)
        assert (solution.answer, solution.stop_reason) == (None, "budget")


def test_a_failing_backend_raises_and_a_missing_source_is_told(notes: str) -> None:
    with pytest.raises(BackendError, match="lost"):
        Retrieve(Direct(), notes).invoke(SEINE, backend=ScriptedBackend([BackendError("lost")]))
    backend = ScriptedBackend(["Seine"])
    with pytest.raises(UserMistake, match="there is no file or folder"):
        Retrieve(Direct(), f"{notes}/none").invoke(SEINE, backend=backend)
    with pytest.raises(UserMistake, match="unknown exemplars 'word_prob'"):
        Retrieve(Direct(), "word_prob", put="exemplars").invoke(SEINE, backend=backend)
    assert backend.requests == []


def test_it_is_spelled() -> None:
    chain = Retrieve(Direct(), "notes/", k=5)
    assert spell(chain) == "retrieve(chain=direct, source='notes/', k=5)"
    assert parse_chain(spell(chain)) == chain
    with pytest.raises(UserMistake, match="Tool has no spelling"):
        spell(Retrieve(Direct(), tool("x")))


TWO = Tool("two", "", {"type": "object", "properties": {"a": {}, "b": {}}}, tool("x").call)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"chain": Direct}, "retrieve chain must be a chain"),
        ({"source": 3}, "retrieve source must be text or a Tool, found 3"),
        ({"source": tool("x"), "put": "exemplars"}, "retrieve source must be text, found a Tool"),
        ({"source": TWO}, "'two' must take one argument"),
        ({"put": "passage"}, "did you mean passages"),
        ({"k": 0}, "k=0"),
        ({"k": "3"}, "retrieve k must be a whole number"),
        ({"template": 3}, "retrieve template"),
    ],
)
def test_wrong_settings_are_refused(fields: dict[str, object], told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        Retrieve(**{"chain": Direct(), "source": "notes/", **fields})  # type: ignore[arg-type]
