"""Whether an address takes n: learned once, and nothing paid for is thrown away."""

import asyncio
from typing import Any

import pytest

from reasoning_chains.backends.openai import OpenAIBackend
from tests.backends.openai.asked import KEY, Got, Via, ask, asked_once, content, run
from tests.servers.chat import ChatServer, Manner, refuse
from tests.servers.faults import answers
from tests.servers.replies import Body, Model


def sums_to_the_ledger(got: Got, server: ChatServer) -> None:
    bills = [done.bill for done in got.completions.values()]
    assert sum(bill.prompt_tokens for bill in bills) == server.ledger.prompt_tokens
    assert sum(bill.completion_tokens for bill in bills) == server.ledger.completion_tokens
    assert sum(bill.requests for bill in bills) == server.ledger.answered
    assert all(done.usage.prompt_tokens == 5 for done in got.completions.values())
    assert all(bill.calls == 1 for bill in bills)


@pytest.mark.parametrize("honours", [True, False])
@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize(
    "case",
    [("takes", 1, 1), ("refuses", 9, 8), ("one", 8, 8), ("some", 7, 7)],
)
def test_eight_samples(
    transport: Via, honours: bool, streaming: bool, case: tuple[Any, int, int]
) -> None:
    manner, requests, answered = case
    with ChatServer(Manner(n=manner), Model(honours_seeds=honours)) as server:
        got = asked_once(server.url, n=8, transport=transport, streaming=streaming)
    assert len(set(got.texts)) == 8
    assert len(server.ledger.bodies) == requests
    assert server.ledger.answered == answered
    sums_to_the_ledger(got, server)
    assert got.notes


def test_what_was_learned_is_remembered_and_declared(transport: Via) -> None:
    with ChatServer(Manner(n="refuses")) as server:
        backend = OpenAIBackend("m", server.url, KEY, transport=transport)
        assert backend.capabilities.n

        async def thrice() -> None:
            for _ in range(3):
                await ask(backend, n=4)

        run(thrice)
    assert len(server.ledger.bodies) == 1 + 3 * 4
    assert not backend.capabilities.n
    assert backend.capabilities.seed == "row"


def test_each_single_sample_carries_its_own_seed() -> None:
    with ChatServer(Manner(n="one")) as server:
        asked_once(server.url, n=8)
    assert len({body["seed"] for body in server.ledger.bodies}) == 8


def test_concurrent_requests_wait_for_the_first_to_learn(transport: Via) -> None:
    async def together(backend: OpenAIBackend) -> list[Got]:
        asks = (ask(backend, content(f"What is {k}?"), 4) for k in range(5))
        return list(await asyncio.gather(*asks))

    with ChatServer(Manner(n="refuses", delay=0.02)) as server:
        backend = OpenAIBackend("m", server.url, KEY, transport=transport)
        gots = run(lambda: together(backend))
    assert all(len(got.completions) == 4 for got in gots)
    assert len(server.ledger.bodies) == 1 + 5 * 4
    assert sum("n" in body for body in server.ledger.bodies) == 1


def test_an_unanswered_first_request_lets_the_others_go_together() -> None:
    async def together(backend: OpenAIBackend) -> list[Got]:
        return list(await asyncio.gather(*(ask(backend, content(f"{k}?"), 2) for k in range(6))))

    manner = Manner(delay=0.1)
    with ChatServer(manner, fault=lambda number, body: answers("{}", 500)) as server:
        backend = OpenAIBackend("m", server.url, KEY)
        gots = run(lambda: together(backend))
    assert all(len(got.errors) == 2 for got in gots)
    assert len(server.ledger.bodies) == 6
    assert server.ledger.most_open == 5  # the first alone, then all others at once


def test_a_cancelled_first_request_hands_its_place_on() -> None:
    async def cancelled(backend: OpenAIBackend) -> list[Got]:
        first = asyncio.create_task(ask(backend, n=2))
        await asyncio.sleep(0.05)
        others = [asyncio.create_task(ask(backend, content(f"{k}?"), 2)) for k in range(3)]
        await asyncio.sleep(0.05)
        first.cancel()
        return [await other for other in others]

    with ChatServer(Manner(n="refuses", delay=0.15)) as server:
        gots = run(lambda: cancelled(OpenAIBackend("m", server.url, KEY)))
    assert all(len(got.completions) == 2 for got in gots)
    assert sum("n" in body for body in server.ledger.bodies) == 2


def test_an_unclear_refusal_is_put_to_the_proof(transport: Via) -> None:
    def unclear(number: int, body: Body) -> Any:
        return answers('{"detail": "bad request"}', 422) if body.get("n", 1) > 1 else None

    with ChatServer(fault=unclear) as server:
        got = asked_once(server.url, n=4, transport=transport)
    assert len(got.completions) == 4
    assert len(server.ledger.bodies) == 5


def test_a_refusal_of_the_content_is_not_taken_for_one_of_n(transport: Via) -> None:
    async def twice(backend: OpenAIBackend) -> tuple[Got, Got]:
        return await ask(backend, content("too long"), 4), await ask(backend, n=4)

    def too_long(number: int, body: Body) -> Any:
        async def fault(request: object, asked: object) -> Any:
            return refuse(400, "the context is too long", code="context_length_exceeded")

        return fault if body["messages"][0]["content"] == "too long" else None

    with ChatServer(fault=too_long) as server:
        backend = OpenAIBackend("m", server.url, KEY, transport=transport)
        refused, given = run(lambda: twice(backend))
    assert len(refused.errors) == 4
    assert all(error.status == 400 and not error.retryable for error in refused.errors.values())
    assert len(given.completions) == 4
    assert len(server.ledger.bodies) == 3  # n refused, one alone refused, n taken
    assert backend.capabilities.n


@pytest.mark.parametrize(("declared", "requests"), [(True, 1), (False, 8)])
def test_the_caller_may_say_it(declared: bool, requests: int) -> None:
    with ChatServer() as server:
        backend = OpenAIBackend("m", server.url, KEY, n=declared)
        got = run(lambda: ask(backend, n=8))
    assert len(got.completions) == 8
    assert len(server.ledger.bodies) == requests


def test_one_failing_sample_of_eight_loses_only_itself(transport: Via) -> None:
    with ChatServer(
        Manner(n="one"), fault=lambda number, body: answers("{}", 500) if number == 4 else None
    ) as server:
        got = asked_once(server.url, n=8, transport=transport)
    assert len(got.completions) == 7
    assert got.error.retryable
    assert got.error.status == 500


@pytest.mark.parametrize(("n", "groups"), [(128, [128]), (129, [1, 128]), (200, [72, 128])])
def test_more_samples_than_any_n_allows_are_asked_in_groups(n: int, groups: list[int]) -> None:
    with ChatServer() as server:
        backend = OpenAIBackend("m", server.url, KEY)
        got = run(lambda: ask(backend, n=n))
    assert sorted(body.get("n", 1) for body in server.ledger.bodies) == groups
    assert len(got.completions) == n
    assert backend.capabilities.n


def test_no_samples_are_no_request() -> None:
    with ChatServer() as server:
        assert asked_once(server.url, n=0).order == []
    assert not server.ledger.bodies
