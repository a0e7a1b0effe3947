from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path

import pytest

from reasoning_chains import (
    Direct,
    Problem,
    ScriptedBackend,
    UserMistake,
    aclose_backend,
    close_backend,
    open_backend,
)
from reasoning_chains.protocols import Backend
from reasoning_chains.session import identity, problem_of, shared
from reasoning_chains.types import Completion
from tests.servers.chat import ChatServer


@pytest.fixture
def spec(tmp_path: Path) -> str:
    row = {"question": "say", "completions": [str(i) for i in range(9)]}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row) + "\n")
    return f"replay:{tmp_path}/rows.jsonl"


def test_a_named_backend_is_opened_once_a_loop(spec: str) -> None:
    async def story() -> object:
        first = await shared(spec)
        assert await shared(spec) is first
        return first

    assert asyncio.run(story()) is not asyncio.run(story())


def test_a_name_means_what_the_project_of_the_call_declares(
    spec: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, answer in (("one", "1"), ("two", "2")):
        folder = tmp_path / name
        folder.mkdir()
        row = {"question": "say", "completions": [answer]}
        (folder / "rows.jsonl").write_text(json.dumps(row) + "\n")
        text = f'[backends.fast]\nuse = "replay:{folder}/rows.jsonl"\n'
        (folder / "reasoning.toml").write_text(text)
        monkeypatch.chdir(folder)
        assert Direct().invoke("say", backend="fast").answer == answer


def test_functions_as_backends_are_not_kept() -> None:
    def made() -> object:
        async def function(_: object) -> list[Completion]:
            return [Completion("7")]

        assert Direct().invoke("say", backend=function).answer == "7"
        return weakref.ref(function)

    gone = [made() for _ in range(5)]
    for _ in range(3):
        gc.collect()
    assert [ref() for ref in gone] == [None] * 5  # type: ignore[operator]


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


def test_a_named_backend_is_closed_once_when_the_loop_ends(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with ChatServer() as server:
        for at in range(12):  # the order in which a loop ends its generators is that of a set
            folder = tmp_path / str(at)
            folder.mkdir()
            table = f'[backends.m]\nuse = "openai:x"\nbase_url = "{server.url}"\n'
            (folder / "reasoning.toml").write_text(table)
            asyncio.run(Direct().ainvoke("say 1", "m", project=str(folder)))
        assert soon(lambda: not server.connected)
    assert caplog.records == []


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
from reasoning_chains import Direct, EmbeddedBackend, ScriptedBackend
backend = EmbeddedBackend()
def solve():
    assert Direct().invoke("What is 3 + 4?", backend=backend).text
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


ABANDONED = """
from reasoning_chains import ScriptedBackend, ZeroShotCoT
stream = ZeroShotCoT().stream("q", backend=ScriptedBackend(["a b"]))
next(stream)
batch = ZeroShotCoT().batch(["q"] * 9, backend=ScriptedBackend(["a b"] * 9))
next(batch)
"""


def test_what_is_left_open_does_not_keep_the_process_from_ending() -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", ABANDONED], check=True, timeout=60)


def soon(holds: Callable[[], bool]) -> bool:
    """Wait until something holds, which another thread brings about."""
    end = time.monotonic() + 10
    while not holds() and time.monotonic() < end:
        time.sleep(0.01)
    return holds()


def test_one_closes_a_backend_that_one_opened_and_may_use_it_again() -> None:
    async def later(backend: Backend) -> None:
        await Direct().ainvoke("say 3", backend=backend)
        await aclose_backend(backend)

    with ChatServer() as server:
        backend = open_backend("openai:m", base_url=server.url, api_key="k")
        for number in (1, 2):
            Direct().invoke(f"say {number}", backend=backend)
            assert server.connected == 1
            close_backend(backend)
            assert soon(lambda: not server.connected)
        asyncio.run(later(backend))
    assert len(server.ledger.connections) == 3


def test_a_closed_model_lets_go_of_its_thread_and_loads_again() -> None:
    def threads() -> list[str]:
        return [thread.name for thread in threading.enumerate() if "embedded" in thread.name]

    before = threads()
    backend = open_backend("embedded")
    for _ in range(2):
        assert Direct().invoke("What is 3 + 4?", backend=backend).text
        assert len(threads()) == len(before) + 1
        close_backend(backend)
        assert soon(lambda: threads() == before)


def test_what_holds_nothing_is_closed_and_what_is_no_backend_is_told() -> None:
    close_backend(ScriptedBackend([]))
    with pytest.raises(UserMistake, match="opened by the library, which closes it"):
        close_backend("embedded")
    with pytest.raises(UserMistake, match="unknown backend 'embeded': did you mean embedded"):
        close_backend("embeded")
    with pytest.raises(UserMistake, match="backend must be a name"):
        close_backend(None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"seed": 10**5_000}, "seed=a number of more than 60 digits: it must be"),
        ({"project": "a" * 5_000}, "project folder 'aaa.*…' is not there"),
        ({"sampling": {}}, "sampling must be a Sampling, found a dict"),
        ({"budget": 5}, "budget must be a Budget or None, found 5"),
        ({"seed": "x"}, "seed must be a whole number, found 'x'"),
        ({"lang": "fr"}, "unknown language 'fr'"),
        ({"temperature": 0.5}, "unknown option of a verb 'temperature'"),
        ({"bakend": "embedded"}, "unknown option of a verb 'bakend': did you mean backend"),
    ],
)
def test_a_wrong_option_of_a_verb_is_told(options: dict[str, object], told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        Direct().invoke("say", backend=ScriptedBackend(["1"]), **options)  # type: ignore[arg-type]


def test_a_mapping_holds_fields_and_inputs_and_a_slip_is_told() -> None:
    problem = problem_of({"question": "How?", "context": "c", "weight": 3, "inputs": {"age": 4}})
    assert problem == Problem("How?", context="c", inputs={"age": 4, "weight": 3})
    for slip, meant in (("contxt", "context"), ("choice", "choices"), ("kinds", "kind")):
        with pytest.raises(UserMistake, match=f"no field '{slip}': did you mean {meant}"):
            problem_of({"question": "How?", slip: "x"})
    with pytest.raises(UserMistake, match="inputs"):
        problem_of({"question": "How?", "inputs": 5})
