"""The bundled agents at work: on the embedded model with real tools, or with written replies."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest

from benchmarks.agents import same
from reasoning_chains import (
    EmbeddedBackend,
    Problem,
    ScriptedBackend,
    close_backend,
    load_agent,
)
from reasoning_chains.content import bundled_root
from reasoning_chains.problems import exercises, passages
from reasoning_chains.types import Content, SampleKey

AGENTS = bundled_root() / "agents"


@pytest.fixture(scope="module")
def embedded() -> Iterator[EmbeddedBackend]:
    backend = EmbeddedBackend()
    yield backend
    close_backend(backend)  # its thread ends, which other tests count


@pytest.mark.parametrize(
    ("agent", "task", "level", "least"),
    [("calculator", "arithmetic", 3, 8), ("researcher", "two_hop", 2, 7)],
)
def test_it_is_right_with_real_tools_on_what_it_has_not_seen(
    embedded: EmbeddedBackend, agent: str, task: str, level: int, least: int
) -> None:
    asked = list(islice(exercises(task, level, 5, split="eval"), 10))
    found = load_agent(agent).batch([exercise.problem for exercise in asked], embedded)
    pairs = list(zip(found, asked, strict=True))
    assert sum(same(solution.answer, exercise.answer) for solution, exercise in pairs) >= least
    assert all(solution.trace.acts for solution, _ in pairs)


def test_the_world_of_the_researcher_is_that_of_the_problems() -> None:
    lines = (AGENTS / "researcher" / "world.jsonl").read_text("utf-8").splitlines()
    assert {row["title"]: row["text"] for row in map(json.loads, lines)} == dict(passages())


def test_the_database_of_the_sql_analyst_is_made_by_its_script() -> None:
    script = (AGENTS / "sql_analyst" / "shop.sql").read_text("utf-8")
    made = sqlite3.connect(":memory:")
    made.executescript(script)
    file = f"{(AGENTS / 'sql_analyst' / 'shop.db').as_uri()}?mode=ro"
    kept = sqlite3.connect(file, uri=True)
    assert list(kept.iterdump()) == list(made.iterdump())
    made.close()
    kept.close()


def test_the_sql_analyst_answers_from_its_database() -> None:
    query = "SELECT COUNT(*) AS customers FROM customers WHERE city = 'Oslo'"
    said = {
        "links": "customers.city = 'Oslo'",
        "difficulty": "easy",
        "draft": f"```sql\n{query}\n```",
        "query": f"```sql\n{query}\n```",
    }
    solution = load_agent("sql_analyst").invoke(
        Problem("How many customers live in Oslo?"), ScriptedBackend(by_step(said))
    )
    assert solution.answer is not None
    assert "2" in solution.answer.splitlines()[1]
    assert query in solution.answer


def test_the_intake_sends_an_emergency_to_help() -> None:
    solution = load_agent("intake").invoke(
        "I have pressure on my chest.", ScriptedBackend(["yes"]), ask_user=lambda _: ""
    )
    assert solution.answer is not None
    assert "112" in solution.answer
    assert "no medical device" in solution.answer


def by_step(said: dict[str, str]) -> Callable[[Content, SampleKey], str]:
    def reply(_: Content, key: SampleKey) -> str:
        return next(said[str(part)] for part in reversed(key.path) if part in said)

    return reply


def test_all_agents_are_described() -> None:
    names = sorted(path.parent.name for path in Path(AGENTS).glob("*/agent.yaml"))
    page = (bundled_root() / "docs" / "agents.md").read_text("utf-8")
    assert [name for name in names if f"`{name}`" not in page] == []
