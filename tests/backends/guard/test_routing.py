"""Each request goes to the first target that can answer it, and comes back when it can again."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reasoning_chains import Budget, Direct, SelfConsistency, UserMistake, open_backend
from reasoning_chains.backends.guard.circuit import Circuit
from reasoning_chains.backends.guard.pace import Pace
from reasoning_chains.backends.guard.pacer import Pacer
from reasoning_chains.backends.guard.pacing import Pacing
from reasoning_chains.backends.guard.routing import Router
from reasoning_chains.errors import BackendError
from reasoning_chains.pricing import Price
from reasoning_chains.protocols import Backend
from reasoning_chains.types import (
    Capabilities,
    Completion,
    Delta,
    Request,
    SampleKey,
    Sampling,
    ToolSpec,
)
from tests.backends.guard.flaky import CONTENT, Flaky, News, asked, failed, landed
from tests.backends.guard.test_pacing import Slow, all_of, requests


def good(name: str = "good") -> Flaky:
    """Give a backend that always answers."""
    made = Flaky(lambda sample, attempt: [landed(sample)])
    made.name = name
    return made


def bad(error: BackendError | None = None) -> Flaky:
    """Give a backend that never does."""
    return Flaky(lambda sample, attempt: [error or failed()])


def by(heard: list[News]) -> str:
    """Tell who answered."""
    assert isinstance(heard[-1], Completion)
    return heard[-1].notes[-1]


def test_what_the_first_fails_at_the_second_is_asked_sample_by_sample() -> None:
    first = Flaky(lambda sample, attempt: [failed() if sample == 1 else landed(sample)])
    first.capabilities = Capabilities(n=True)
    second = good()
    heard = asked(Router({"a": first, "b": second}), 3)
    assert [by(news) for news in heard] == ["by a", "by b", "by a"]
    assert [request.n for request in first.requests] == [3]
    assert [request.n for request in second.requests] == [1]


def test_where_all_fail_the_last_words_and_the_targets_are_told() -> None:
    ((error,),) = asked(Router({"a": bad(), "b": bad(failed(401, retryable=False))}))
    assert isinstance(error, BackendError)
    assert (str(error), error.status) == ("it failed (tried a, b)", 401)


def test_a_target_that_fails_in_a_row_rests_and_is_tried_each_second() -> None:
    circuit = Circuit(failures=2, pause=1.0)
    circuit.failed(0.0)
    assert circuit.allows(0.0)
    circuit.failed(0.1)
    assert [circuit.allows(at) for at in (0.5, 1.2, 1.3, 2.3)] == [False, True, False, True]
    circuit.landed()
    assert circuit.allows(2.4)
    first, second = bad(), good()
    router = Router({"a": first, "b": second})
    for at in range(9):
        assert by(asked_one(router, at)) == "by b"
    assert len(first.requests) == 3
    assert router.targets[0].circuit.state == "open"


def asked_one(backend: Backend, problem: int) -> list[News]:
    """Ask a sample of a problem of its own."""
    heard: list[News] = []

    async def story() -> None:
        key = SampleKey(backend.name, CONTENT.digest, (0, f"p{problem}", problem))
        await backend.complete(Request(CONTENT, (key,)), lambda _, news: heard.append(news))

    asyncio.run(story())
    return heard


def test_a_target_that_is_back_gets_its_requests_back() -> None:
    down = True
    first = Flaky(lambda sample, attempt: [failed() if down else landed(sample)])
    router = Router({"a": first, "b": good()})
    router.targets[0].circuit = Circuit(failures=1, pause=0.05)
    assert by(asked_one(router, 0)) == "by b"
    down = False
    assert by(asked_one(router, 1)) == "by b"  # it rests
    time.sleep(0.06)
    assert [by(asked_one(router, at)) for at in (2, 3)] == ["by a", "by a"]


def test_who_has_no_slot_left_is_passed_by() -> None:
    slow, quick = Slow(0.2), Slow(0.001)
    router = Router({"a": Pacing(slow, Pacer(Pace(concurrency=2))), "b": quick})

    async def story() -> None:
        await all_of(router, requests((0, "warm", 0)))
        await all_of(router, requests(*((0, f"p{at}", at) for at in range(12))))

    asyncio.run(story())
    assert 3 <= len(slow.order) <= 5
    assert len(slow.order) + len(quick.order) == 13


def test_a_conversation_stays_where_it_is_answered() -> None:
    flaky = Flaky(lambda sample, attempt: [failed() if sample == 1 else landed(sample)])
    router = Router({"a": flaky, "b": good()})

    def ask(work: str, sample: int) -> str:
        heard: list[News] = []
        key = SampleKey("x", CONTENT.digest, (0, work, sample))

        async def story() -> None:
            await router.complete(Request(CONTENT, (key,)), lambda _, news: heard.append(news))

        asyncio.run(story())
        return by(heard)

    assert [ask("one", 1), ask("one", 2), ask("two", 3)] == ["by b", "by b", "by a"]


def test_rules_choose_who_is_first() -> None:
    cheap, dear = good("cheap"), good("dear")
    cheap.price, dear.price = Price(1, 1), Price(9, 9)  # type: ignore[attr-defined]
    targets: dict[str, Backend] = {"dear": dear, "cheap": cheap}
    assert by(asked(Router(targets))[0]) == "by dear"
    assert by(asked(Router(targets, "price"))[0]) == "by cheap"
    assert by(asked(Router(targets, lambda request: "cheap"))[0]) == "by cheap"
    router = Router(targets, "latency")
    router.targets[0].latency = 2.0
    assert by(asked(router)[0]) == "by cheap"
    drawn = Router(targets, "weight", weights={"dear": 3})
    told = [by(asked_one(drawn, at)) for at in range(200)]
    again = Router(targets, "weight", {"dear": 3})
    assert told == [by(asked_one(again, at)) for at in range(200)]
    assert 120 <= told.count("by dear") <= 180


def test_a_request_goes_to_who_can_do_what_it_needs() -> None:
    plain, tools = good(), good()
    tools.capabilities = Capabilities(tools=True)
    router = Router({"plain": plain, "tools": tools})
    assert router.capabilities.tools
    content = replace(CONTENT, tools=(ToolSpec("t", "d", {"type": "object"}),))
    heard: list[News] = []

    async def story(asked_for: Any) -> None:
        key = SampleKey(router.name, asked_for.digest, (0, 1))
        await router.complete(Request(asked_for, (key,)), lambda _, news: heard.append(news))

    asyncio.run(story(content))
    assert by(heard) == "by tools"
    assert plain.requests == []


def test_a_reply_that_another_takes_over_begins_anew() -> None:
    first = Flaky(lambda sample, attempt: [Delta("I thi"), failed()])
    heard = asked(Router({"a": first, "b": good()}))[0]
    assert heard[:2] == [Delta("I thi"), Delta(anew=True)]
    assert by(heard) == "by b"


def test_what_is_bought_is_billed_by_who_answered() -> None:
    cheap, dear = good("cheap"), good("dear")
    cheap.price, dear.price = Price(1_000, 1_000), Price(2_000, 4_000)  # type: ignore[attr-defined]
    router = Router({"dear": dear, "cheap": cheap}, "price")
    assert router.price == Price(2_000, 4_000)
    chain = SelfConsistency(Direct(), samples=2)
    limited = Sampling(max_tokens=50)
    solution = chain.invoke("?", router, budget=Budget(money=1_000), sampling=limited)
    assert solution.bill.money == pytest.approx(2 * 15 / 1_000)


def test_a_route_to_nowhere_is_refused() -> None:
    with pytest.raises(UserMistake, match="at least one target"):
        Router({})
    with pytest.raises(UserMistake, match="weight of a"):
        Router({"a": good()}, weights={"a": 0})


def test_a_bug_of_a_target_is_no_failure() -> None:
    def broken(sample: int, attempt: int) -> list[News]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asked(Router({"a": Flaky(broken), "b": good()}))


ROUTES = """
[backends.house]
use = "openai:a"
base_url = "http://127.0.0.1:9/v1"

[backends.cheap]
use = "openai:b"
base_url = "http://127.0.0.1:9/v1"

[backends.either]
route = ["house", "cheap", "embedded"]
rule = "weight"
weights = {house = 3}

[backends.outer]
route = ["either", "embedded"]
"""


def test_a_project_declares_routes(tmp_path: Path) -> None:
    (tmp_path / "reasoning.toml").write_text(ROUTES)
    router: Any = open_backend("either", project=str(tmp_path))
    assert router.name == "either"
    assert [(one.name, one.weight) for one in router.targets] == [
        ("house", 3), ("cheap", 1), ("embedded", 1),
    ]  # fmt: skip
    assert [type(one.backend).__name__ for one in router.targets][:2] == ["Pacing", "Pacing"]
    assert Direct().invoke("What is 2 + 3?", "outer", project=str(tmp_path)).answer is not None
    with pytest.raises(UserMistake, match="'either' is a route, which takes no options"):
        open_backend("either", project=str(tmp_path), retry=False)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("route = []", "route must be a list of backends"),
        ('route = ["embedded", "embedded"]', "names a backend twice"),
        ('route = ["embedded"]\nrul = "price"', "unknown key 'rul' of a route: did you mean rule"),
        ('route = ["embedded"]\nrule = "prize"', "unknown rule 'prize': did you mean price"),
        ('route = ["embedded"]\nweights = {other = 1}', "weights must be numbers by names"),
        ('route = ["mine"]', "leads back to itself"),
        ('route = ["other"]\n[backends.other]\nroute = ["mine"]', "leads back to itself"),
        ('route = ["embeded"]', "unknown backend 'embeded': did you mean embedded"),
        ('route = ["embedded"]\nweights = {embedded = 0}', "weight of embedded"),
    ],
)
def test_a_route_that_cannot_be_is_told(tmp_path: Path, table: str, told: str) -> None:
    (tmp_path / "reasoning.toml").write_text(f"[backends.mine]\n{table}\n")
    with pytest.raises(UserMistake, match=told):
        open_backend("mine", project=str(tmp_path))


def test_what_is_free_is_not_billed_at_anothers_price() -> None:
    free, dear = good("free"), good("dear")
    free.price, dear.price = Price(), Price(9_000, 9_000)  # type: ignore[attr-defined]
    chain = SelfConsistency(Direct(), samples=2)
    assert chain.invoke("?", Router({"free": free, "dear": dear})).bill.money == 0


def test_a_fault_of_the_request_is_none_of_the_target() -> None:
    first = bad(failed(400, retryable=False))
    router = Router({"a": first, "b": good()})
    for at in range(6):
        asked_one(router, at)
    assert len(first.requests) == 6


def test_a_price_that_nobody_told_is_taken_as_the_dearest() -> None:
    unknown, dear = good(), good()
    dear.price = Price(9, 9)  # type: ignore[attr-defined]
    assert by(asked(Router({"a": unknown, "b": dear}, "price"))[0]) == "by b"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"rule": "prize"}, "unknown rule of a route 'prize': did you mean price"),
        ({"weights": {"c": 1.0}}, "unknown target with a weight 'c': known are a, b"),
    ],
)
def test_a_router_that_cannot_be_is_told(options: dict[str, Any], told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        Router({"a": good(), "b": good()}, **options)


def test_a_rule_that_names_no_target_is_told() -> None:
    with pytest.raises(UserMistake, match="that the rule of the route named 'c': known are a"):
        asked(Router({"a": good()}, lambda request: "c"))


def test_health_is_told_of_each_target() -> None:
    router = Router({"a": bad(), "b": good(), "c": good()})
    assert router.health["a"] == "not asked yet, 0 landed, 0 failed"
    for name in "xyz":  # each another conversation
        asyncio.run(all_of(router, requests((0, name, 0))))
    assert router.health["a"] == "resting, 0 landed, 3 failed"
    assert router.health["b"].startswith("answering, 0.")
    assert router.health["b"].endswith("3 landed, 0 failed")
