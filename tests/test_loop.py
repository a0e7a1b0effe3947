"""What ends early: signals, cancelled calls, failing sources and closers, forks, the process."""

from __future__ import annotations

import asyncio
import gc
import json
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from pathlib import Path
from types import FrameType

import pytest

from reasoning_chains import Direct, ScriptedBackend, Solution, UserMistake, Workflow
from reasoning_chains.loop import background_loop
from reasoning_chains.types import Content, SampleKey
from tests.backends.tiny_model import Tiny, write_model
from tests.servers.chat import ChatServer
from tests.workflow.flows import written


class AlarmError(Exception):
    """What a program's own handler of a signal raises."""


@pytest.fixture
def alarm() -> Iterator[None]:
    def handler(_: int, __: FrameType | None) -> None:
        raise AlarmError

    before = signal.signal(signal.SIGALRM, handler)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


class Dawdling(ScriptedBackend):
    """Takes its time, also to clean up; the first ask sets an alarm."""

    def __init__(self, cleaning: float, *, alarm: bool = False) -> None:
        super().__init__(self.dawdle)
        self.cleaning, self.alarm, self.cleaned = cleaning, alarm, 0

    async def dawdle(self, _: Content, __: SampleKey) -> str:
        if self.alarm:
            signal.setitimer(signal.ITIMER_REAL, 0.05)
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(self.cleaning)
            self.cleaned += 1
        return "never"


VERBS: dict[str, Callable[[ScriptedBackend], object]] = {
    "invoke": lambda backend: Direct().invoke("say 1", backend=backend),
    "batch": lambda backend: list(Direct().batch(["say 1"], backend=backend)),
    "stream": lambda backend: list(Direct().stream("say 1", backend=backend)),
}


@pytest.mark.usefixtures("alarm")
@pytest.mark.parametrize("verb", VERBS)
def test_whatever_ends_the_waiting_cancels_the_call_and_waits_for_its_end(verb: str) -> None:
    backend = Dawdling(0.1, alarm=True)
    with pytest.raises(AlarmError):
        VERBS[verb](backend)
    assert backend.cleaned == 1
    assert not asyncio.all_tasks(background_loop())


@pytest.mark.usefixtures("alarm")
def test_what_does_not_end_in_a_second_is_not_waited_for() -> None:
    backend = Dawdling(1.5, alarm=True)
    with pytest.raises(AlarmError):
        VERBS["stream"](backend)
    assert backend.cleaned == 0
    while asyncio.all_tasks(background_loop()):
        time.sleep(0.01)


def test_awaiting_a_cancelled_call_waits_for_its_request() -> None:
    async def story() -> None:
        backend = Dawdling(0.05)
        call = asyncio.create_task(Direct().ainvoke("say 1", backend=backend))
        await asyncio.sleep(0.02)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert backend.cleaned == 1
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(story())


def breaking(count: int) -> Iterator[str]:
    yield from (f"number {i}" for i in range(count))
    raise OSError("the disk is gone")


async def breaking_later(count: int) -> AsyncIterator[str]:
    for problem in breaking(count):
        yield problem


def test_a_source_that_fails_loses_no_solution_that_was_asked_for() -> None:
    backend, found = ScriptedBackend(lambda *_: "7"), list[Solution]()
    with pytest.raises(OSError, match="the disk is gone"):
        found.extend(Direct().batch(breaking(6), backend=backend, concurrency=4))
    assert len(found) == sum(request.n for request in backend.requests) == 6


@pytest.mark.parametrize("source", [breaking, breaking_later])
def test_nor_does_an_async_one(source: Callable[[int], Iterable[str]]) -> None:
    backend, found = ScriptedBackend(lambda *_: "7"), list[Solution]()

    async def story() -> None:
        async for solution in Direct().abatch(source(6), backend=backend, concurrency=4):
            found.append(solution)

    with pytest.raises(OSError, match="the disk is gone"):
        asyncio.run(story())
    assert len(found) == sum(request.n for request in backend.requests) == 6


def test_ctrl_c_while_a_problem_is_taken_cancels_the_rest() -> None:
    backend = Dawdling(0.0)

    def coming() -> Iterator[str]:
        yield "say 1"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(Direct().batch(coming(), backend=backend))
    assert not asyncio.all_tasks(background_loop())


def test_none_in_a_batch_is_told_and_ends_nothing() -> None:
    problems: list[str] = ["a", None, "b"]  # type: ignore[list-item]

    async def story() -> list[object]:
        backend = ScriptedBackend(lambda *_: "7")
        return list(await Direct().abatch(problems, backend=backend, return_exceptions=True))

    backend = ScriptedBackend(lambda *_: "7")
    found = list(Direct().batch(problems, backend=backend, return_exceptions=True))
    for several in (found, asyncio.run(story())):
        assert [type(each) for each in several] == [Solution, UserMistake, Solution]


def test_a_named_backend_keeps_no_loop_that_has_ended(tmp_path: Path) -> None:
    row = {"question": "say", "completions": ["1"]}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row) + "\n")

    async def story() -> weakref.ref[asyncio.AbstractEventLoop]:
        await Direct().ainvoke("say", backend=f"replay:{tmp_path}/rows.jsonl")
        return weakref.ref(asyncio.get_running_loop())

    gone = asyncio.run(story())
    gc.collect()
    assert gone() is None


def child(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


ONE_FAILS = """
from reasoning_chains import Direct, EmbeddedBackend, ScriptedBackend, UserMistake
class Closing(ScriptedBackend):
    async def aclose(self):
        print("closing", flush=True)
        if self is first:
            raise ValueError("no")
class Client:
    async def aclose(self):
        print("a client of the caller's")
first, second, client = Closing(["1"]), Closing(["1"]), Client()
for backend in (first, second):
    Direct().invoke("say", backend=backend)
for backend in (EmbeddedBackend, client):
    try:
        Direct().invoke("say", backend=backend)
    except UserMistake:
        print("told")
"""


def test_a_closer_that_fails_is_told_and_leaves_no_other_open() -> None:
    done = child(ONE_FAILS)
    assert done.stdout.splitlines() == ["told", "told", "closing", "closing"]
    assert "closing failed as the process ended" in done.stderr
    assert done.stderr.count("Traceback") == 1


FORKED = """
import os, sys, reasoning_chains.loop as loop
from reasoning_chains import Direct, open_backend
from reasoning_chains.backends.openai import per_loop
backend = open_backend("openai:m", base_url=sys.argv[1], api_key="k")
assert Direct().invoke("say 1", backend=backend).text
if not os.fork():
    assert not loop.at_stop
    assert not list(per_loop._OPENED)
    assert Direct().invoke("say 2", backend=backend).text
    sys.exit(0)
assert os.wait()[1] == 0
assert Direct().invoke("say 3", backend=backend).text
"""


def test_a_forked_child_waits_for_no_loop_of_its_parent() -> None:
    with ChatServer() as server:
        done = child(FORKED, server.url)
        assert (done.returncode, done.stderr) == (0, "")
        assert len(server.ledger.connections) == 2  # the parent's lived on


LEFT = """
from reasoning_chains import Problem, SelfConsistency, ZeroShotCoT
problems = [Problem(f"What is {i} + 9?", kind="number") for i in range(40)]
batch = SelfConsistency(ZeroShotCoT(), samples=4).batch(problems, concurrency=8)
next(batch)
"""

DECODING = """
import sys, threading
from reasoning_chains import EmbeddedBackend
from reasoning_chains.loop import submit
from reasoning_chains.types import *
content = Content((Message("user", "hi"),), Sampling(temperature=0, max_tokens=900_000))
begun = threading.Event()
request = Request(content, (SampleKey("local", content.digest),))
submit(EmbeddedBackend(sys.argv[1]).streamed().complete(request, lambda *_: begun.set()))
begun.wait()
"""


def test_leaving_in_the_middle_of_a_batch_is_silent() -> None:
    done = child(LEFT)
    assert (done.stdout, done.stderr) == ("", "")


def test_leaving_does_not_wait_for_what_is_being_decoded(tmp_path: Path) -> None:
    done = child(DECODING, str(write_model(tmp_path / "model", Tiny(context=1_000_000))))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3)])
def test_a_function_that_raises_an_end_ends_its_own_call_alone(
    error: BaseException, tmp_path: Path
) -> None:
    def leave(*_: object) -> str:
        raise error

    flow = Workflow(written(tmp_path, "{% step name, input='Who?' %}{% endstep %}"))
    with pytest.raises((KeyboardInterrupt, UserMistake)):  # an exit is told, Ctrl-C passes
        flow.invoke("Hello", backend=ScriptedBackend([]), ask_user=leave)
    with pytest.raises(type(error)):
        Direct().invoke("Hello", backend=ScriptedBackend(leave))
    assert Direct().invoke("3 + 4?", backend=ScriptedBackend(["7"])).answer == "7"
