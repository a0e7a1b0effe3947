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

import pytest

from reasoning_chains import (
    BackendError,
    Chain,
    Direct,
    Problem,
    Run,
    ScriptedBackend,
    SelfConsistency,
    Solution,
    UserMistake,
    ZeroShotCoT,
)
from reasoning_chains.loop import background_loop
from reasoning_chains.solution import (
    Answered,
    AskStarted,
    ReplyArrived,
    TextDelta,
    VoteCounted,
)
from reasoning_chains.types import Completion, Content, Request, SampleKey


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


@pytest.mark.parametrize("wrong", ["say 1", Problem("say 1"), 5, None])
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


def test_abatch_is_iterated_or_awaited() -> None:
    async def story() -> tuple[list[Solution], list[Solution]]:
        backend = ScriptedBackend(echo)
        iterated = [item async for item in Direct().abatch(questions(3), backend=backend)]
        return iterated, await Direct().abatch(questions(3), backend=backend)

    iterated, awaited = asyncio.run(story())
    assert [s.answer for s in iterated] == [s.answer for s in awaited] == ["0", "1", "2"]


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
    with pytest.raises(UserMistake, match="a Problem or a text is wanted"):
        Direct().invoke(wrong, backend=ScriptedBackend(echo))  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [None, 7, echo])
def test_what_is_no_backend_is_refused(wrong: object) -> None:
    with pytest.raises(UserMistake, match="is none: give a name such as 'embedded'"):
        Direct().invoke("say 1", backend=wrong)  # type: ignore[arg-type]


def test_an_empty_question_is_refused() -> None:
    for question in ("", "  \n"):
        with pytest.raises(UserMistake, match="question is empty"):
            Direct().invoke(question, backend=ScriptedBackend(echo))
