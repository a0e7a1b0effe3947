"""Self-consistency over real HTTP: what travels, what is paid for, and that the answer is one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from reasoning_chains import Problem, SelfConsistency, Solution, ZeroShotCoT, open_backend
from reasoning_chains.protocols import Backend
from reasoning_chains.solution import Answered, TextDelta
from tests.servers.chat import ChatServer, Fault, Manner, refuse
from tests.servers.replies import Body, Model

SUM = Problem("What is 3 + 4?", kind="number")
EIGHT = SelfConsistency(ZeroShotCoT(), samples=8)
Way = Callable[[Backend], Coroutine[Any, Any, Solution]]
MANNERS = {"takes": 1, "refuses": 8, "one": 8}
"""How a server treats n, and how many requests it then answers."""


class Sevens(Model):
    """Reasons differently for every seed and choice, and comes to seven."""

    def choice(self, body: Body, request: int, index: int) -> Body:
        choice = super().choice(body, request, index)
        drawn = choice["message"]["content"].split(". ")[0]
        choice["message"]["content"] = f"{drawn}. The answer is 7."
        return choice


def solve(server: ChatServer, **options: Any) -> Solution:
    backend = open_backend("openai:m", base_url=server.url, api_key="k", **options)
    return EIGHT.invoke(SUM, backend=backend)


@pytest.mark.parametrize("n", MANNERS)
@pytest.mark.parametrize("transport", ["aiohttp", "sdk"])
def test_eight_samples_are_eight_whatever_the_server_does_with_n(n: Any, transport: str) -> None:
    with ChatServer(Manner(n=n), Sevens()) as server:
        solution = solve(server, transport=transport)
    assert (solution.answer, solution.confidence) == ("7", 1.0)
    assert len({candidate.text for candidate in solution.candidates}) == 8
    assert server.ledger.answered == MANNERS[n]
    assert (solution.usage.calls, solution.usage.requests) == (8, MANNERS[n])


@pytest.mark.parametrize("n", MANNERS)
def test_nothing_that_was_paid_for_is_thrown_away(n: Any) -> None:
    with ChatServer(Manner(n=n), Sevens()) as server:
        solution = solve(server)
    paid = (server.ledger.prompt_tokens, server.ledger.completion_tokens)
    assert (solution.bill.prompt_tokens, solution.bill.completion_tokens) == paid


@pytest.mark.parametrize("n", ["refuses", "one"])
def test_what_the_server_does_with_n_is_learned_once_and_told(n: Any) -> None:
    with ChatServer(Manner(n=n), Sevens()) as server:
        backend = open_backend("openai:m", base_url=server.url, api_key="k")
        first = EIGHT.invoke(SUM, backend=backend)
        seen = len(server.ledger.bodies)
        EIGHT.invoke(Problem("What is 4 + 4?", kind="number"), backend=backend)
    assert seen == 8 + (n == "refuses")
    assert len(server.ledger.bodies) == seen + 8
    assert any(ask.data["notes"] for ask in first.trace.asks)


def test_one_failing_sample_of_eight_loses_only_itself() -> None:
    def third_fails(number: int, body: Body) -> Fault | None:
        async def fail(request: Any, body: Body) -> Any:
            return refuse(500, "out of order")

        return fail if number == 3 else None

    with ChatServer(Manner(n="takes"), Sevens(), third_fails) as server:
        solution = solve(server, n=False, retry=False)
    assert (solution.answer, solution.usage.calls) == ("7", 7)
    assert [c.stop_reason for c in solution.candidates].count("failed") == 1


def test_streaming_over_the_wire_gives_deltas_as_they_come() -> None:
    with ChatServer(Manner(), Sevens()) as server:
        backend = open_backend("openai:m", base_url=server.url, api_key="k")
        events = list(ZeroShotCoT().stream(SUM, backend=backend))
    said = "".join(event.text for event in events if isinstance(event, TextDelta))
    assert said.endswith("The answer is 7.")


async def streamed(backend: Backend) -> Solution:
    events = [event async for event in ZeroShotCoT().astream(SUM, backend=backend)]
    said = "".join(event.text for event in events if isinstance(event, TextDelta))
    last = events[-1]
    assert isinstance(last, Answered)
    assert said == last.solution.text
    return last.solution


async def invoked(backend: Backend) -> Solution:
    return await ZeroShotCoT().ainvoke(SUM, backend=backend)


@pytest.mark.parametrize("n", [True, False])
@pytest.mark.parametrize("pause", [0.0, 0.1])
@pytest.mark.parametrize("ways", [(streamed, streamed), (streamed, invoked), (invoked, streamed)])
def test_a_stream_and_what_else_is_in_flight_buy_equal_samples_once(
    n: bool, pause: float, ways: tuple[Way, Way]
) -> None:
    async def story(backend: Backend) -> list[Solution]:
        first = asyncio.create_task(ways[0](backend))
        await asyncio.sleep(pause)
        return [await ways[1](backend), await first]

    with ChatServer(Manner(delay=0.3), Sevens()) as server:
        backend = open_backend("openai:m", base_url=server.url, api_key="k", n=n)
        solutions = asyncio.run(story(backend))
    assert len({solution.text for solution in solutions}) == 1
    assert server.ledger.answered == 1
    assert sum(solution.bill.requests for solution in solutions) == 1
