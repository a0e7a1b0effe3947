"""How many problems a suite has is no matter: they come one after the other."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from reasoning_chains import Budget, ScriptedBackend, UserMistake, evaluate, load_suite
from reasoning_chains.types import Content, Message, Request, SampleKey
from tests.evals.writing import opened


def test_of_ten_million_problems_as_many_are_asked_as_the_budget_pays(tmp_path: Path) -> None:
    suite = load_suite("word_problems", size=10_000_000)
    backend = ScriptedBackend(lambda content, key: "The answer is 4.")
    report = evaluate(
        suite, "direct", backend, budget=Budget(calls=40), store=False, results=tmp_path / "r"
    )
    assert report.cells[0].questions == 40
    assert "the budget of the run is spent" in report.note
    assert len(backend.requests) == 40


def test_a_suite_without_a_problem_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    backend = ScriptedBackend([])
    with pytest.raises(UserMistake, match="holds no problem"):
        evaluate(opened(tmp_path, "\n"), "direct", backend, store=False, results=tmp_path / "r")
    assert backend.requests == []


def test_the_script_keeps_its_last_requests_only() -> None:
    backend, content = ScriptedBackend(lambda content, key: "4"), Content((Message("user", "?"),))
    sent = [Request(content, (SampleKey("scripted", str(n)),)) for n in range(25_000)]

    async def ask() -> None:
        for request in sent:
            await backend.complete(request, lambda index, news: None)

    asyncio.run(ask())
    assert 10_000 <= len(backend.requests) <= 20_000
    assert backend.requests == sent[-len(backend.requests) :]
