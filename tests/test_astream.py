"""The async stream: typed events, the solution last, and nothing left behind."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any, cast

from reasoning_chains import Direct, Problem, ScriptedBackend, SelfConsistency
from reasoning_chains.solution import Answered, AskStarted, Event


def test_astream_gives_typed_events_and_the_solution_last() -> None:
    async def told() -> list[Event]:
        backend = ScriptedBackend(["The answer is 7.", "The answer is 7."])
        chain = SelfConsistency(Direct(), samples=2)
        return [event async for event in chain.astream(Problem("3 + 4?", "number"), backend)]

    events = asyncio.run(told())
    assert isinstance(events[0], AskStarted)
    last = events[-1]
    assert isinstance(last, Answered)
    assert last.solution.answer == "7"
    assert sum(isinstance(event, Answered) for event in events) == 1


def test_leaving_an_async_stream_early_cancels_the_rest() -> None:
    ended: list[str] = []

    async def slowly(_: object, __: object) -> str:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("cancelled")
        return "late"

    async def leave() -> set[Any]:
        events = Direct().astream("say 1", ScriptedBackend(slowly))
        async with aclosing(cast(Any, events)) as stream:
            async for event in stream:
                assert isinstance(event, AskStarted)
                await asyncio.sleep(0.05)
                break
        await asyncio.sleep(0.05)
        return asyncio.all_tasks() - {asyncio.current_task()}

    assert asyncio.run(leave()) == set()
    assert ended == ["cancelled"]
