from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import weakref
from pathlib import Path

import pytest

from reasoning_chains import Direct, Problem, ScriptedBackend, UserMistake
from reasoning_chains.session import identity, leased
from tests.servers.chat import ChatServer


@pytest.fixture
def spec(tmp_path: Path) -> str:
    row = {"question": "say", "completions": [str(i) for i in range(9)]}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row) + "\n")
    return f"replay:{tmp_path}/rows.jsonl"


def test_a_named_backend_is_opened_once_a_loop_and_closed_with_its_last_holder(spec: str) -> None:
    async def story() -> None:
        async with leased(spec) as first, leased(spec) as second:
            assert first is second
        async with leased(spec) as third:
            assert third is not first

    asyncio.run(story())


def test_async_verbs_by_name_leave_nothing_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAT_KEY", "k")
    with ChatServer() as server:
        (tmp_path / "reasoning.toml").write_text(
            f'[backends.chat]\nuse = "openai:m"\nbase_url = "{server.url}"\n'
            'api_key_env = "CHAT_KEY"\n'
        )
        asyncio.run(Direct().ainvoke("say 1", backend="chat", project=str(tmp_path)))
    assert server.ledger.answered == 1


def test_a_backend_that_is_dropped_after_a_sync_verb_is_freed() -> None:
    backend = ScriptedBackend(["1"])
    gone = weakref.ref(backend)
    Direct().invoke("say", backend=backend)
    del backend
    for _ in range(3):
        gc.collect()
    assert gone() is None


FORKED = """
import os
from reasoning_chains import Direct, ScriptedBackend
def solve():
    return Direct().invoke("say", backend=ScriptedBackend(["7"])).answer
assert solve() == "7"
child = os.fork()
if child == 0:
    os._exit(0 if solve() == "7" else 3)
assert os.waitpid(child, 0)[1] == 0
assert solve() == "7"
"""


def test_sync_verbs_work_in_a_forked_child() -> None:
    subprocess.run([sys.executable, "-c", FORKED], check=True, timeout=60)


def test_a_problem_is_known_by_its_id_or_by_what_it_asks() -> None:
    assert identity(Problem("q", id="mine")) == "mine"
    assert identity(Problem("q")) == identity(Problem("q"))
    assert identity(Problem("q")) != identity(Problem("q", context="c"))


def test_a_project_that_is_not_there_is_told() -> None:
    with pytest.raises(UserMistake, match="project folder 'nowhere' is not there"):
        Direct().invoke("say", backend=ScriptedBackend(["1"]), project="nowhere")
