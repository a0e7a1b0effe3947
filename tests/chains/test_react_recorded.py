"""The 20 recorded FEVER runs of ReAct (ysymyth/ReAct, MIT), replayed through the chain."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from reasoning_chains import Problem, ReAct, ScriptedBackend
from reasoning_chains.toolbox import Tool
from reasoning_chains.types import Content, SampleKey

DATA = os.environ.get("REASONING_CHAINS_DATA")
SOURCE = "set REASONING_CHAINS_DATA to a folder with react/ of github.com/ysymyth/ReAct"
SCHEMA: dict[str, Any] = {"type": "object", "properties": {"entity": {"type": "string"}}}
pytestmark = pytest.mark.skipif(not DATA, reason=SOURCE)


@dataclass
class Recorded:
    """One run: replies up to each action, and observations given out only for that very action."""

    replies: list[str]
    observations: list[str]
    asked: int = 0
    observed: int = 0
    wanted: list[str] = field(default_factory=list)

    def reply(self, content: Content, key: SampleKey) -> str:
        self.asked += 1
        return self.replies[self.asked - 1]

    def tool(self, name: str) -> Tool:
        async def call(arguments: Mapping[str, Any]) -> str:
            place = self.asked - 1
            action = f"{name}[{arguments['entity']}]"
            assert self.replies[place].endswith(action), action
            self.observed += 1
            return self.observations[place]

        return Tool(name, "Finds text.", SCHEMA, call)


def recorded(trajectory: str) -> Recorded:
    replies, observations = [], []
    rest = trajectory[trajectory.index("Thought 1:") :]
    number = 1
    while rest.startswith(f"Thought {number}:"):
        reply, _, rest = rest.partition(f"\nObservation {number}: ")
        seen, mark, after = rest.partition(f"\nThought {number + 1}:")
        replies.append(reply)
        observations.append(seen.strip())
        rest = f"Thought {number + 1}:{after}" if mark else ""
        number += 1
    return Recorded(replies, observations)


def test_the_same_answers_in_the_same_steps() -> None:
    lines = Path(DATA or "", "react", "react_fever_first20.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in lines.splitlines()]
    right = 0
    for row in rows:
        run = recorded(row["trajectory"])
        chain = ReAct([run.tool("Search"), run.tool("Lookup")], max_steps=7, numbered=True)
        solution = chain.invoke(Problem(row["claim"]), backend=ScriptedBackend(run.reply))
        assert (solution.answer or "") == row["answer"]
        forced = solution.answer is None  # the recorded program ended such a run by finish[]
        assert run.asked + forced == row["steps"]
        assert run.observed == sum(
            not o.startswith(("Invalid", "Episode")) for o in run.observations
        )
        right += solution.answer == row["gold"]
    assert (len(rows), right) == (20, 13)
