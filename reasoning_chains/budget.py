"""What a run may spend, reserved before it is spent; it knows nothing of what it is spent on."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from reasoning_chains.errors import BudgetSpent, ranged
from reasoning_chains.types import Usage

__all__ = ["Account", "Budget", "Reservation"]


_ROUNDING = 1 + 1e-9
"""Ten times a tenth of some money is a little more than it."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits of a run; None means no limit.

    Args:
        tokens: Prompt and completion tokens of the reasoning, each sample counted alone.
        calls: Samples asked of the model.
        steps: Tool calls and programs run.
        repeats: How often the same call with the same arguments may come: the last ends the run.
        seconds: Wall-clock time; what is in flight when it ends is cancelled.
        money: What is bought costs at most so much, by the price of each backend.
    """

    tokens: int | None = None
    calls: int | None = None
    seconds: float | None = None
    steps: int | None = None
    repeats: int | None = None
    money: float | None = None

    def __post_init__(self) -> None:
        """Refuse limits that are no numbers from 0 on."""
        for name in ("tokens", "calls", "steps", "seconds", "money"):
            value = getattr(self, name)
            if value is not None:
                ranged(f"budget {name}", value, float if name in ("seconds", "money") else int, 0)
        if self.repeats is not None:
            ranged("budget repeats", self.repeats, int, 2)


@dataclass(eq=False, slots=True)
class Reservation:
    """An upper bound that is held in an account and in every account around it."""

    account: Account
    tokens: int
    calls: int = 1
    money: float = 0.0
    granted: asyncio.Future[None] | None = None

    def refusal(self) -> str:
        """Say what was wanted, and what is left at most."""
        budgets = list(self.account.enclosing())
        tokens = [a.budget.tokens - a.tokens for a in budgets if a.budget.tokens is not None]
        if tokens and min(tokens) < self.tokens:
            return (
                f"an ask needs up to {self.tokens} tokens (its prompt and max_tokens), and "
                f"{min(tokens)} are left: raise the budget, or lower max_tokens"
            )
        money = [a.budget.money - a.money for a in budgets if a.budget.money is not None]
        if money and min(money) < self.money:
            return (
                f"an ask costs up to {self.money:.3g} (its prompt and max_tokens), and "
                f"{max(0.0, min(money)):.3g} of the money is left: raise it, or lower max_tokens"
            )
        return "the calls of the budget are used up"

    def settle(self, usage: Usage | None, cost: float = 0.0) -> None:
        """Give back what was held and book what was used; None where the call failed."""
        used = usage.tokens if usage is not None else 0
        for account in self.account.enclosing():
            account.hold(self, -1)
            account.tokens += used
            account.calls += self.calls
            account.money += cost
        self.account.admit()

    def release(self) -> None:
        """Give back what was held: nothing was sent."""
        for account in self.account.enclosing():
            account.hold(self, -1)
        self.account.admit()


@dataclass(eq=False, slots=True)
class Account:
    """The state of one budget inside of others; all accounts of one tree share one queue."""

    budget: Budget
    parent: Account | None = None
    tokens: int = 0
    calls: int = 0
    steps: int = 0
    money: float = 0.0
    held_tokens: int = 0
    held_calls: int = 0
    held_money: float = 0.0
    refused: bool = False
    deeds: Counter[str] = field(default_factory=Counter)
    started: float = field(default_factory=time.monotonic)
    queue: deque[Reservation] = field(default_factory=deque)

    def __post_init__(self) -> None:
        """Join the queue of the tree."""
        if self.parent is not None:
            self.queue = self.parent.queue

    def hold(self, wanted: Reservation, times: int) -> None:
        """Hold an upper bound, or give it back."""
        self.held_tokens += times * wanted.tokens
        self.held_calls += times * wanted.calls
        self.held_money += times * wanted.money

    def enclosing(self) -> Iterator[Account]:
        """Give this account and all around it, innermost first."""
        account: Account | None = self
        while account is not None:
            yield account
            account = account.parent

    @property
    def spent(self) -> bool:
        """Whether this budget, or one around it, has refused something or is over."""
        over = self.deadline is not None and time.monotonic() >= self.deadline
        return over or any(account.refused for account in self.enclosing())

    @property
    def deadline(self) -> float | None:
        """The earliest end by `time.monotonic`, over all enclosing budgets."""
        ends = [
            account.started + account.budget.seconds
            for account in self.enclosing()
            if account.budget.seconds is not None
        ]
        return min(ends, default=None)

    @property
    def counts_tokens(self) -> bool:
        """Whether any enclosing budget limits tokens."""
        return any(account.budget.tokens is not None for account in self.enclosing())

    @property
    def counts_money(self) -> bool:
        """Whether any enclosing budget limits money."""
        return any(account.budget.money is not None for account in self.enclosing())

    def take_step(self, deed: str = "") -> None:
        """Count a step in every enclosing budget; `deed` is the call with its arguments.

        Raises:
            BudgetSpent: One of them has none left, the same was done too often, or time is over.
        """
        if self.deadline is not None and time.monotonic() >= self.deadline:
            raise BudgetSpent("the seconds of the budget are over")
        accounts = list(self.enclosing())
        for account in accounts:
            if account.budget.steps is not None and account.steps >= account.budget.steps:
                account.refused = True
                raise BudgetSpent("the steps of the budget (tool calls, programs run) are used up")
            most = account.budget.repeats
            if deed and most is not None and account.deeds[deed] + 1 >= most:
                account.refused = True
                raise BudgetSpent(f"the same call came {most} times: {deed[:80]}")
        for account in accounts:
            account.steps += 1
            if account.budget.repeats is not None:
                account.deeds[deed] += 1

    @asynccontextmanager
    async def in_time(self) -> AsyncIterator[None]:
        """Break off what runs inside when the seconds of a budget are over.

        Raises:
            BudgetSpent: They are.
        """
        clock = asyncio.timeout_at(self.deadline)
        try:
            async with clock:
                yield
        except TimeoutError:
            if not clock.expired():
                raise
            raise BudgetSpent("the seconds of the budget are over") from None

    async def reserve(self, tokens: int, calls: int = 1, money: float = 0.0) -> Reservation:
        """Hold an upper bound in every enclosing budget, waiting in line for those in flight.

        Raises:
            BudgetSpent: It cannot fit, whatever those in flight leave over.
        """
        wanted = Reservation(self, tokens, calls, money)
        if self.deadline is not None and time.monotonic() >= self.deadline:
            raise BudgetSpent("the seconds of the budget are over")
        wanted.granted = asyncio.get_running_loop().create_future()
        self.queue.append(wanted)
        self.admit()
        try:
            await wanted.granted
        except asyncio.CancelledError:
            self._withdraw(wanted)
            raise
        return wanted

    def admit(self) -> None:
        """Grant or refuse those in line: first come, first served, in each account apart."""
        blocked: set[int] = set()
        for waiting in tuple(self.queue):
            path = list(waiting.account.enclosing())
            never = [account for account in path if account._never(waiting)]
            for account in never:
                account.refused = True
            if never:
                self._answer(waiting, refused=True)
            elif all(id(account) not in blocked and account._fits(waiting) for account in path):
                self._answer(waiting, refused=False)
            else:
                blocked.update(id(account) for account in path if not account._fits(waiting))

    def _withdraw(self, wanted: Reservation) -> None:
        if wanted in self.queue:
            self.queue.remove(wanted)
            self.admit()
        elif wanted.granted and not wanted.granted.cancelled() and not wanted.granted.exception():
            wanted.release()

    def _answer(self, waiting: Reservation, *, refused: bool) -> None:
        self.queue.remove(waiting)
        if waiting.granted is None or waiting.granted.done():
            return
        if refused:
            waiting.granted.set_exception(BudgetSpent(waiting.refusal()))
            return
        for account in waiting.account.enclosing():
            account.hold(waiting, 1)
        waiting.granted.set_result(None)

    def _fits(self, wanted: Reservation) -> bool:
        return self._has_room(wanted, self.held_tokens, self.held_calls, self.held_money)

    def _never(self, wanted: Reservation) -> bool:
        """Say whether it could not fit even if all that is held here came back unused."""
        return not self._has_room(wanted, 0, 0, 0.0)

    def _has_room(self, wanted: Reservation, tokens: int, calls: int, money: float) -> bool:
        """Say whether it fits beside so much that is held."""
        most = self.budget.money
        asked = (
            (self.budget.tokens, self.tokens + tokens + wanted.tokens),
            (self.budget.calls, self.calls + calls + wanted.calls),
            (None if most is None else most * _ROUNDING, self.money + money + wanted.money),
        )
        return all(limit is None or sum_ <= limit for limit, sum_ in asked)
