from __future__ import annotations

import asyncio

import pytest

from reasoning_chains import BackendError, ScriptedBackend
from reasoning_chains.backends.coalesce import Coalescing, coalesced
from reasoning_chains.protocols import Emit
from reasoning_chains.types import (
    Capabilities,
    Completion,
    Content,
    Delta,
    Message,
    Request,
    SampleKey,
    Sampling,
)

Heard = list[Delta | Completion | BackendError]
SINGLE = Capabilities(n=False)


def content(text: str = "hi") -> Content:
    return Content((Message("user", text),), Sampling(max_tokens=8))


def key(made: Content, number: int) -> SampleKey:
    return SampleKey("scripted", made.digest, (number,))


async def ask(backend: Coalescing, number: int, text: str = "hi", turns: int = 0) -> Completion:
    for _ in range(turns):
        await asyncio.sleep(0)
    made, heard = content(text), Heard()
    await backend.complete(Request(made, (key(made, number),)), lambda _, news: heard.append(news))
    last = heard[-1]
    if isinstance(last, BackendError):
        raise last
    assert isinstance(last, Completion)
    return last


def test_asks_that_start_a_few_turns_apart_travel_as_one_request() -> None:
    inner = ScriptedBackend([str(i) for i in range(8)])

    async def story() -> list[Completion]:
        backend = Coalescing(inner)
        return await asyncio.gather(*(ask(backend, i, turns=i // 2) for i in range(8)))

    replies = asyncio.run(story())
    assert [reply.text for reply in replies] == [str(i) for i in range(8)]
    assert [request.n for request in inner.requests] == [8]
    assert sum(reply.usage.requests for reply in replies) == 1
    assert sum(reply.bill.prompt_tokens for reply in replies) == 1


def test_a_backend_without_n_gets_each_ask_alone_and_at_once() -> None:
    inner = ScriptedBackend([str(i) for i in range(3)], capabilities=SINGLE)

    async def story() -> None:
        backend = Coalescing(inner)
        tasks = [asyncio.create_task(ask(backend, i)) for i in range(3)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert [request.n for request in inner.requests] == [1, 1, 1]
        await asyncio.gather(*tasks)

    asyncio.run(story())


@pytest.mark.parametrize("n", [True, False])
def test_equal_samples_in_flight_are_bought_once_and_billed_once(n: bool) -> None:
    inner = ScriptedBackend(["one"], capabilities=Capabilities(n=n))

    async def story() -> list[Completion]:
        backend = Coalescing(inner)
        return await asyncio.gather(*(ask(backend, 7, turns=i * n) for i in range(3)))

    replies = asyncio.run(story())
    assert [reply.text for reply in replies] == ["one"] * 3
    assert [reply.usage.calls for reply in replies] == [1, 1, 1]
    assert sum(reply.bill.tokens for reply in replies) == replies[0].usage.tokens


def test_contents_that_differ_do_not_mix() -> None:
    inner = ScriptedBackend(lambda asked, _: asked.messages[0].content.upper())

    async def story() -> list[Completion]:
        backend = Coalescing(inner)
        return await asyncio.gather(*(ask(backend, i, text="ab"[i % 2]) for i in range(4)))

    assert [reply.text for reply in asyncio.run(story())] == ["A", "B", "A", "B"]
    assert sorted(request.n for request in inner.requests) == [2, 2]


def test_one_failing_sample_loses_only_itself() -> None:
    inner = ScriptedBackend(["a", BackendError("lost"), "c"])

    async def story() -> list[Completion | BaseException]:
        backend = Coalescing(inner)
        return await asyncio.gather(*(ask(backend, i) for i in range(3)), return_exceptions=True)

    first, second, third = asyncio.run(story())
    assert isinstance(first, Completion)
    assert isinstance(third, Completion)
    assert str(second) == "lost"


class Slow:
    """Emits its samples one by one, each when it is told to."""

    name = "slow"
    capabilities = Capabilities(n=True)
    defaults = Sampling()

    def __init__(self) -> None:
        self.gates = [asyncio.Event() for _ in range(4)]
        self.cancelled = False

    async def complete(self, request: Request, emit: Emit) -> None:
        try:
            for index in range(request.n):
                emit(index, Delta("…"))
                await self.gates[index].wait()
                emit(index, Completion(str(index)))
        except asyncio.CancelledError:
            self.cancelled = True
            raise


def test_there_is_no_barrier_over_the_samples() -> None:
    async def story() -> None:
        slow = Slow()
        backend = Coalescing(slow)
        tasks = [asyncio.create_task(ask(backend, i)) for i in range(2)]
        slow.gates[0].set()
        assert (await tasks[0]).text == "0"
        assert not tasks[1].done()
        slow.gates[1].set()
        assert (await tasks[1]).text == "1"
        assert not slow.cancelled

    asyncio.run(story())


def test_when_nobody_waits_any_more_the_request_is_cancelled() -> None:
    async def story() -> None:
        slow = Slow()
        backend = Coalescing(slow)
        tasks = [asyncio.create_task(ask(backend, i)) for i in range(2)]
        for _ in range(6):
            await asyncio.sleep(0)
        tasks[0].cancel()
        await asyncio.sleep(0)
        assert not slow.cancelled
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)
        assert slow.cancelled
        assert len(asyncio.all_tasks()) == 1
        again = asyncio.create_task(ask(backend, 0))
        slow.gates[0].set()
        assert (await again).text == "0"

    asyncio.run(story())


def test_the_first_who_stays_is_billed() -> None:
    async def story() -> None:
        inner = ScriptedBackend(["one"])
        backend = Coalescing(inner)
        first, second = (asyncio.create_task(ask(backend, 7)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        reply = await second
        assert (reply.bill.calls, reply.usage.requests) == (1, 1)

    asyncio.run(story())


def test_who_leaves_while_asks_gather_is_not_bought() -> None:
    async def story() -> None:
        inner = ScriptedBackend(["one"])
        backend = Coalescing(inner)
        tasks = [asyncio.create_task(ask(backend, number)) for number in range(9)]
        await asyncio.sleep(0)
        for task in tasks[1:]:
            task.cancel()
        assert (await tasks[0]).text == "one"
        assert [request.n for request in inner.requests] == [1]
        assert all(task.cancelled() for task in tasks[1:])

    asyncio.run(story())


def test_one_who_comes_late_hears_what_was_streamed_before() -> None:
    async def story() -> None:
        slow, heard = Slow(), Heard()
        backend = Coalescing(slow)
        first = asyncio.create_task(ask(backend, 0))
        for _ in range(6):
            await asyncio.sleep(0)
        made = content()
        late = asyncio.create_task(
            backend.complete(Request(made, (key(made, 0),)), lambda _, news: heard.append(news))
        )
        await asyncio.sleep(0)
        slow.gates[0].set()
        await asyncio.gather(first, late)
        assert heard[0] == Delta("…")

    asyncio.run(story())


@pytest.mark.parametrize("watching", [False, True])
def test_one_who_comes_after_the_reply_but_before_the_others_of_its_request(watching: bool) -> None:
    class Slow(ScriptedBackend):
        """Gives its first sample at once, and the others when it is told."""

        async def complete(self, request: Request, emit: Emit) -> None:
            self.requests.append(request)
            emit(0, Completion("first"))
            await more.wait()
            for index in range(1, request.n):
                emit(index, BackendError("lost") if index == 2 else Completion("second"))
            await done.wait()

    inner = Slow([])

    async def story() -> None:
        backend = Coalescing(inner)
        asked = [asyncio.create_task(ask(backend, number)) for number in range(3)]
        assert (await asked[0]).text == "first"
        made, heard = content(), Heard()
        late = backend.streamed() if watching else backend
        await late.complete(Request(made, (key(made, 0),)), lambda _, news: heard.append(news))
        deltas = [Delta("first")] if watching else []
        assert heard[:-1] == deltas
        assert isinstance(heard[-1], Completion)
        assert (heard[-1].text, heard[-1].bill.requests) == ("first", 0)
        more.set()
        assert (await asked[1]).text == "second"
        with pytest.raises(BackendError, match="lost"):
            await asked[2]
        done.set()
        assert (await ask(backend, 2)).text == "first"  # a failed one is asked for anew

    more, done = asyncio.Event(), asyncio.Event()
    asyncio.run(story())
    assert [request.n for request in inner.requests] == [3, 1]


def test_one_who_watches_what_comes_in_one_piece_hears_it_all_the_same() -> None:
    async def story(watching: bool) -> Heard:
        backend = Coalescing(ScriptedBackend(["one"], capabilities=Capabilities(stream=False)))
        made, heard = content(), Heard()
        asked = Request(made, (key(made, 0),))
        view = backend.streamed() if watching else backend
        await view.complete(asked, lambda _, news: heard.append(news))
        return heard

    assert asyncio.run(story(True))[:-1] == [Delta("one")]
    assert asyncio.run(story(False))[:-1] == []


class Odd:
    """Breaks the promise of the seam in one way or another."""

    name = "odd"
    capabilities = Capabilities(n=True)
    defaults = Sampling()

    def __init__(self, error: Exception | None) -> None:
        self.error = error

    async def complete(self, request: Request, emit: Emit) -> None:
        if self.error is not None:
            raise self.error


def test_a_backend_that_raises_or_forgets_a_sample_is_no_hang() -> None:
    with pytest.raises(BackendError, match="ended without a reply"):
        asyncio.run(ask(Coalescing(Odd(None)), 0))
    with pytest.raises(BackendError, match="broken"):
        asyncio.run(ask(Coalescing(Odd(BackendError("broken"))), 0))
    with pytest.raises(ZeroDivisionError):
        asyncio.run(ask(Coalescing(Odd(ZeroDivisionError())), 0))


def test_a_backend_has_one_wrapper_a_loop() -> None:
    async def story() -> None:
        inner = ScriptedBackend(["a"])
        wrapper = coalesced(inner)
        assert coalesced(inner) is wrapper
        assert coalesced(wrapper) is wrapper
        assert coalesced(ScriptedBackend(["a"])) is not wrapper

    asyncio.run(story())
