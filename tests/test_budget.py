from __future__ import annotations

import asyncio
import random

import pytest

from reasoning_chains import Budget, UserMistake
from reasoning_chains.budget import Account
from reasoning_chains.errors import BudgetSpent
from reasoning_chains.types import Usage


@pytest.mark.parametrize(
    "wrong",
    [
        {"tokens": -1},
        {"calls": float("inf")},
        {"seconds": True},
        {"tokens": "5"},
        {"steps": 1.5},
        {"money": -0.1},
    ],
)
def test_a_limit_is_a_number_from_zero_on(wrong: dict[str, float]) -> None:
    with pytest.raises(UserMistake, match=r"budget (tokens|calls|seconds|steps|money)"):
        Budget(**wrong)  # type: ignore[arg-type]


def test_a_budget_of_zero_refuses_at_once() -> None:
    for budget in (Budget(tokens=0), Budget(calls=0), Budget(seconds=0)):
        with pytest.raises(BudgetSpent):
            asyncio.run(Account(budget).reserve(10))


def test_what_does_not_fit_waits_for_what_is_in_flight_and_is_served_in_order() -> None:
    async def story() -> list[str]:
        account, told = Account(Budget(tokens=100)), []

        async def ask(name: str, bound: int, used: int) -> None:
            hold = await account.reserve(bound)
            told.append(f"{name} starts")
            await asyncio.sleep(0.001)
            hold.settle(Usage(completion_tokens=used))
            told.append(f"{name} ends")

        await asyncio.gather(ask("a", 80, 20), ask("b", 80, 20), ask("c", 10, 10))
        return told

    told = asyncio.run(story())
    assert told == ["a starts", "a ends", "b starts", "b ends", "c starts", "c ends"]


def test_it_is_refused_only_when_nothing_is_left_to_wait_for() -> None:
    async def story() -> None:
        account = Account(Budget(tokens=100))
        first = await account.reserve(100)
        second = asyncio.create_task(account.reserve(50))
        await asyncio.sleep(0)
        assert not second.done()
        first.settle(Usage(completion_tokens=60))
        with pytest.raises(BudgetSpent):
            await second

    asyncio.run(story())


def test_cancelling_one_who_waits_leaves_nothing_held() -> None:
    async def story() -> None:
        account = Account(Budget(calls=1))
        first = await account.reserve(0)
        waiting = asyncio.create_task(account.reserve(0))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        first.settle(None)
        assert (account.held_calls, account.calls, len(account.queue)) == (0, 1, 0)

    asyncio.run(story())


async def grow(rng: random.Random, account: Account, depth: int, made: list[Account]) -> None:
    """Spend at random from a random tree of nested budgets, and check every limit at each step."""

    def within() -> None:
        for each in made:
            tokens, calls = each.budget.tokens, each.budget.calls
            assert tokens is None or each.tokens + each.held_tokens <= tokens
            assert calls is None or each.calls + each.held_calls <= calls
            money = each.budget.money
            assert money is None or each.money + each.held_money <= money * (1 + 1e-9)
            assert each.held_tokens >= 0
            assert each.held_calls >= 0

    async def spend() -> None:
        bound = rng.randint(0, 40)
        try:
            hold = await account.reserve(bound, money=bound * 0.1)
        except BudgetSpent:
            return
        within()
        used = None
        try:
            for _ in range(rng.randint(0, 3)):
                await asyncio.sleep(0)
            used = Usage(completion_tokens=rng.randint(0, bound)) if rng.random() < 0.9 else None
        finally:
            hold.settle(used, used.tokens * 0.1 if used else 0.0)
        within()

    async def child() -> None:
        limit = Budget(
            tokens=rng.choice([None, rng.randint(0, 150)]),
            calls=rng.choice([None, 0, 3, 9]),
            money=rng.choice([None, None, rng.randint(0, 15) * 0.1]),
        )
        inner = Account(limit, account)
        made.append(inner)
        await grow(rng, inner, depth - 1, made)

    work = [spend() if depth == 0 or rng.random() < 0.6 else child() for _ in range(6)]
    tasks = [asyncio.create_task(item) for item in work]
    if rng.random() < 0.2:
        await asyncio.sleep(0)
        rng.choice(tasks).cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(o is None or isinstance(o, asyncio.CancelledError) for o in outcomes)


def test_400_random_trees_of_nested_budgets_keep_every_limit_and_end() -> None:
    for seed in range(400):
        rng = random.Random(seed)
        root = Account(Budget(tokens=rng.choice([None, 300]), calls=rng.choice([None, 20])))
        made = [root]
        asyncio.run(asyncio.wait_for(grow(rng, root, 3, made), timeout=20))
        assert not root.queue
        assert all((a.held_tokens, a.held_calls) == (0, 0) for a in made), seed
