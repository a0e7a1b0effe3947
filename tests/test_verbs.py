from __future__ import annotations

import asyncio
import itertools
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from reasoning_chains import (
    BackendError,
    Chain,
    Direct,
    Problem,
    Run,
    Sampling,
    ScriptedBackend,
    SelfConsistency,
    Solution,
    UserMistake,
    ZeroShotCoT,
)
from reasoning_chains.loop import background_loop
from reasoning_chains.protocols import Emit
from reasoning_chains.solution import (
    Answered,
    AskStarted,
    ReplyArrived,
    TextDelta,
    VoteCounted,
)
from reasoning_chains.types import Capabilities, Completion, Content, Request, SampleKey


def echo(content: Content, _: SampleKey) -> str:
    return content.messages[-1].content.split("\n")[0].split()[-1]


def questions(count: int) -> Iterator[str]:
    return (f"number {i}" for i in range(count))


def test_sync_verbs_work_twice_in_a_row_and_in_a_running_loop() -> None:
    backend = ScriptedBackend(echo)
    assert [Direct().invoke("say 1", backend=backend).answer for _ in range(2)] == ["1", "1"]

    async def inside() -> str | None:
        return Direct().invoke("say 2", backend=backend).answer

    assert asyncio.run(inside()) == "2"


def test_sync_verbs_work_from_eight_threads() -> None:
    backend, found = ScriptedBackend(echo), list[str | None]()

    def work(number: int) -> None:
        found.append(Direct().invoke(f"say {number}", backend=backend).answer)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, found)) == [str(i) for i in range(8)]


@dataclass(frozen=True, slots=True)
class Blocking(Chain):
    async def solve(self, problem: Problem, run: Run) -> Solution:
        return Direct().invoke(problem)


def test_a_sync_verb_on_the_librarys_own_thread_names_the_async_one() -> None:
    with pytest.raises(UserMistake, match="ainvoke"):
        Blocking().invoke("say 1", backend=ScriptedBackend(echo))


INTERRUPTED = textwrap.dedent(
    """
    import asyncio, signal
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
    from reasoning_chains import Direct, ScriptedBackend
    async def slowly(content, key):
        print("asked", flush=True)
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            print("cancelled", flush=True)
            raise
    try:
        Direct().invoke("say 1", backend=ScriptedBackend(slowly))
    except KeyboardInterrupt:
        from reasoning_chains.loop import background_loop
        print("tasks left", len(asyncio.all_tasks(background_loop())), flush=True)
    """
)


def test_ctrl_c_cancels_what_is_in_flight_within_a_second() -> None:
    child = subprocess.Popen([sys.executable, "-c", INTERRUPTED], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "asked\n"
    sent = time.monotonic()
    child.send_signal(signal.SIGINT)
    told, _ = child.communicate(timeout=20)
    assert told == "cancelled\ntasks left 0\n"
    assert time.monotonic() - sent < 5
    assert child.returncode == 0


def test_cancelling_the_async_verb_leaves_no_task() -> None:
    async def story() -> None:
        async def slowly(_: Content, __: SampleKey) -> str:
            await asyncio.sleep(60)
            return "never"

        chain = SelfConsistency(Direct(), samples=3)
        call = asyncio.create_task(chain.ainvoke("say 1", backend=ScriptedBackend(slowly)))
        await asyncio.sleep(0.02)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(story())


def test_batch_keeps_the_order_and_takes_problems_only_as_they_are_needed() -> None:
    taken = 0

    def coming() -> Iterator[str]:
        nonlocal taken
        for question in questions(10**9):
            taken += 1
            yield question

    solutions = Direct().batch(coming(), backend=ScriptedBackend(echo), concurrency=4)
    first = list(itertools.islice(solutions, 50))
    assert [solution.answer for solution in first] == [str(i) for i in range(50)]
    assert taken <= 70
    solutions.close()  # type: ignore[attr-defined]
    assert not asyncio.all_tasks(background_loop())


def test_batch_hands_over_failures_where_it_is_told_to() -> None:
    def reply(content: Content, key: SampleKey) -> str | BackendError:
        said = echo(content, key)
        return BackendError("lost") if said == "2" else said

    backend = ScriptedBackend(reply)
    found = list(Direct().batch(questions(4), backend=backend, return_exceptions=True))
    assert [getattr(item, "answer", str(item)) for item in found] == ["0", "1", "lost", "3"]
    with pytest.raises(BackendError, match="lost"):
        list(Direct().batch(questions(4), backend=backend))
    odd: list[str] = ["", "say 1"]
    first, second = Direct().batch(odd, backend=backend, return_exceptions=True)
    assert isinstance(first, UserMistake)
    assert second.answer == "1"


def test_problems_are_taken_in_the_callers_thread() -> None:
    backend = ScriptedBackend(echo)
    inner = (str(s.answer) for s in Direct().batch(questions(4), backend=backend))
    outer = Direct().batch((f"say {answer}" for answer in inner), backend=backend)
    assert [solution.answer for solution in outer] == ["0", "1", "2", "3"]


def test_abatch_takes_an_async_iterable() -> None:
    async def coming() -> AsyncIterator[str]:
        for question in questions(3):
            yield question

    async def story() -> list[Solution]:
        return await Direct().abatch(coming(), backend=ScriptedBackend(echo))

    assert [s.answer for s in asyncio.run(story())] == ["0", "1", "2"]


def test_a_slow_problem_does_not_hold_up_those_behind_it() -> None:
    async def reply(content: Content, key: SampleKey) -> str:
        said = echo(content, key)
        await asyncio.sleep(0.4 if said == "0" else 0.0)
        return said

    seen: list[float] = []

    def coming() -> Iterator[str]:
        for question in questions(8):
            seen.append(time.monotonic())
            yield question

    solutions = Direct().batch(coming(), backend=ScriptedBackend(reply), concurrency=2)
    assert [s.answer for s in solutions] == [str(i) for i in range(8)]
    assert seen[7] - seen[0] < 0.4


def test_a_problem_that_is_none_ends_no_batch() -> None:
    odd: list[Any] = ["say 1", None, "say 2"]

    async def story() -> list[Any]:
        batch = Direct().abatch(odd, backend=ScriptedBackend(echo), return_exceptions=True)
        return await batch

    sync = list(Direct().batch(odd, backend=ScriptedBackend(echo), return_exceptions=True))
    for found in (sync, asyncio.run(story())):
        assert [getattr(item, "answer", "told") for item in found] == ["1", "told", "2"]
        assert isinstance(found[1], UserMistake)


def test_an_async_iterable_is_for_abatch() -> None:
    async def coming() -> AsyncIterator[str]:
        yield "say 1"

    with pytest.raises(UserMistake, match="give an async one to abatch"):
        Direct().batch(coming(), backend=ScriptedBackend(echo))  # type: ignore[arg-type]


class Odd:
    """A backend that emits what it was made with."""

    name = "odd"
    capabilities = Capabilities()
    defaults = Sampling()

    def __init__(self, index: int, news: Any) -> None:
        self.index, self.news = index, news

    async def complete(self, request: Request, emit: Emit) -> None:
        emit(self.index, self.news)


class Unfinished:
    """A backend without defaults."""

    name = "unfinished"
    capabilities = Capabilities()

    async def complete(self, request: Request, emit: Emit) -> None: ...


ODD: list[tuple[Any, str]] = [
    (Odd(0, "7"), "'odd' emitted '7': write emit"),
    (Odd(5, Completion("7")), "'odd' emitted for sample 5: write emit"),
    (Odd(-1, Completion("7")), "'odd' emitted for sample -1: write emit"),
    (Unfinished(), "an Unfinished, given as backend, has no defaults"),
    (ScriptedBackend([7]), "each scripted reply must be text .*found 7"),  # type: ignore[list-item]
]


@pytest.mark.parametrize(("backend", "told"), ODD, ids=[told[:40] for _, told in ODD])
def test_a_backend_that_breaks_the_seam_is_told_how_to_write_it(backend: Any, told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        Direct().invoke("say 1", backend=backend)


WRONG = """
from reasoning_chains import Direct, EmbeddedBackend, UserMistake, open_backend
for wrong in (EmbeddedBackend, open_backend("transformers:nowhere/at/all")):
    try:
        Direct().invoke("q", backend=wrong)
    except UserMistake as mistake:
        print("told")
"""


def test_a_backend_that_cannot_be_used_makes_no_noise_when_the_process_ends() -> None:
    done = subprocess.run([sys.executable, "-c", WRONG], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("told\ntold\n", "")


@pytest.mark.parametrize("wrong", ["say 1", Problem("say 1"), {"question": "say 1"}, 5, None])
def test_what_is_no_batch_is_refused(wrong: object) -> None:
    with pytest.raises(UserMistake, match="batch wants"):
        Direct().batch(wrong)  # type: ignore[arg-type]


def test_a_function_backend_that_breaks_loses_only_its_own_problem() -> None:
    async def flaky(request: Request) -> list[Completion]:
        if "number 1" in request.content.messages[-1].content:
            raise ConnectionResetError("gone")
        return [Completion("7")]

    found = list(Direct().batch(questions(3), backend=flaky, return_exceptions=True))
    assert [type(item).__name__ for item in found] == ["Solution", "BackendError", "Solution"]


@pytest.mark.parametrize("given", [None, Completion("7"), "7", ["7"]])
def test_a_function_backend_that_gives_no_completions_is_named(given: object) -> None:
    async def odd(_: Request) -> object:
        return given

    with pytest.raises(BackendError, match=r"backend 'function:odd' gave .*: a list of"):
        Direct().invoke("say 1", backend=odd)  # type: ignore[arg-type]


def test_abatch_is_iterated_or_awaited() -> None:
    async def story() -> tuple[list[Solution], list[Solution]]:
        backend = ScriptedBackend(echo)
        iterated = [item async for item in Direct().abatch(questions(3), backend=backend)]
        return iterated, await Direct().abatch(questions(3), backend=backend)

    iterated, awaited = asyncio.run(story())
    assert [s.answer for s in iterated] == [s.answer for s in awaited] == ["0", "1", "2"]


def test_abatch_is_awaited_twice_for_the_same_list() -> None:
    async def story() -> None:
        backend = ScriptedBackend(echo)
        batch = Direct().abatch(questions(3), backend=backend)
        first, second = await asyncio.gather(batch, batch)
        assert [s.answer for s in await batch] == ["0", "1", "2"]
        assert first == second == await batch
        assert len(backend.requests) == 3
        with pytest.raises(UserMistake, match="was awaited: iterate the list"):
            [item async for item in batch]
        await batch.aclose()

    asyncio.run(story())


def test_abatch_is_iterated_once_and_may_be_left_and_taken_up_again() -> None:
    async def story() -> None:
        batch = Direct().abatch(questions(3), backend=ScriptedBackend(echo))
        async for item in batch:
            assert item.answer == "0"
            break
        with pytest.raises(UserMistake, match="iterated before it was awaited"):
            await batch
        assert [item.answer async for item in batch] == ["1", "2"]
        with pytest.raises(UserMistake, match="to its end: its solutions are not kept"):
            [item async for item in batch]
        with pytest.raises(StopAsyncIteration):
            await anext(batch)

    asyncio.run(story())


@pytest.mark.parametrize("awaited", [True, False])
def test_a_batch_that_is_closed_leaves_no_task(awaited: bool) -> None:
    async def story() -> None:
        async def slowly(_: Content, __: SampleKey) -> str:
            await asyncio.sleep(60)
            return "never"

        batch = Direct().abatch(questions(3), backend=ScriptedBackend(slowly))
        task = asyncio.ensure_future(batch if awaited else anext(batch))
        await asyncio.sleep(0.02)
        if not awaited:
            task.cancel()
            await asyncio.wait([task])
        await batch.aclose()
        await asyncio.wait([task])
        assert task.cancelled()
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(story())


def test_stream_gives_typed_events_and_the_solution_last() -> None:
    backend = ScriptedBackend(["The answer is 7.", "The answer is 7."])
    chain = SelfConsistency(ZeroShotCoT(), samples=2)
    events = list(chain.stream(Problem("3 + 4?", kind="number"), backend=backend))
    kinds = [type(event) for event in events]
    assert kinds[:2] == [AskStarted, AskStarted]
    assert {TextDelta, ReplyArrived} <= set(kinds)
    assert kinds[-2:] == [VoteCounted, Answered]
    assert isinstance(events[-1], Answered)
    assert events[-1].solution.answer == "7"


def test_leaving_a_stream_early_cancels_the_rest() -> None:
    async def slowly(_: Content, __: SampleKey) -> str:
        await asyncio.sleep(60)
        return "never"

    stream = Direct().stream("say 1", backend=ScriptedBackend(slowly))
    assert isinstance(next(stream), AskStarted)
    stream.close()  # type: ignore[attr-defined]
    assert not asyncio.all_tasks(background_loop())


def test_a_stream_of_a_chain_that_fails_raises() -> None:
    with pytest.raises(BackendError, match="lost"):
        list(Direct().stream("say 1", backend=ScriptedBackend([BackendError("lost")])))


@pytest.mark.parametrize("wrong", [None, 7, ["say 1"]])
def test_what_is_no_problem_is_refused(wrong: object) -> None:
    with pytest.raises(UserMistake, match="a Problem, a text or a mapping is wanted"):
        Direct().invoke(wrong, backend=ScriptedBackend(echo))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (7, "7"),
        (echo, "the function echo"),
        (ScriptedBackend, r"the class ScriptedBackend: write ScriptedBackend\(...\)"),
        (object(), "an object$"),
    ],
)
def test_what_is_no_backend_is_refused(wrong: object, told: str) -> None:
    with pytest.raises(UserMistake, match=f"must be a name such as 'embedded', .*found {told}"):
        Direct().invoke("say 1", backend=wrong)  # type: ignore[arg-type]


def test_an_empty_question_is_refused() -> None:
    for question in ("", "  \n"):
        with pytest.raises(UserMistake, match="question is empty"):
            Direct().invoke(question, backend=ScriptedBackend(echo))
