"""What a run may spend, reserved before it is spent; it knows nothing of what it is spent on."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from reasoning_chains.errors import BudgetSpent, UserMistake, ranged, wanted
from reasoning_chains.pricing import ROUNDING
from reasoning_chains.reservation import Reservation

if TYPE_CHECKING:
    from reasoning_chains.store.ledger import Ledger

__all__ = ["Account", "Budget", "Reservation"]


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
        ledger: A file; the money is a limit of all that is spent by those who name it, in this
            process, in others, and in those that ended or were killed.
    """

    tokens: int | None = None
    calls: int | None = None
    seconds: float | None = None
    steps: int | None = None
    repeats: int | None = None
    money: float | None = None
    ledger: str | Path | None = None

    def __post_init__(self) -> None:
        """Refuse limits that are no numbers from 0 on."""
        for name in ("tokens", "calls", "steps", "seconds", "money"):
            value = getattr(self, name)
            if value is not None:
                ranged(f"budget {name}", value, float if name in ("seconds", "money") else int, 0)
        if self.repeats is not None:
            ranged("budget repeats", self.repeats, int, 2)
        if self.ledger is not None:
            wanted("budget ledger", self.ledger, str, Path)
            if self.money is None:
                raise UserMistake("a ledger keeps money: set Budget(money=…) beside it")


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
    ledger: Ledger | None = None
    path: tuple[Account, ...] = field(init=False)
    deadline: float | None = field(init=False)

    def __post_init__(self) -> None:
        """Join the queue of the tree, and open the ledger.

        `path` is this account and all around it, innermost first; `deadline` the earliest end of
        their seconds, by `time.monotonic`.
        """
        outer = () if self.parent is None else self.parent.path
        self.path = (self, *outer)
        ends = [
            account.started + account.budget.seconds
            for account in self.path
            if account.budget.seconds is not None
        ]
        self.deadline = min(ends, default=None)
        if self.budget.ledger is not None:
            from reasoning_chains.store.ledger import ledger_at  # loads sqlite3

            self.ledger = ledger_at(self.budget.ledger)
        if self.parent is not None:
            self.queue = self.parent.queue

    def hold(self, wanted: Reservation, times: int) -> None:
        """Hold an upper bound, or give it back."""
        self.held_tokens += times * wanted.tokens
        self.held_calls += times * wanted.calls
        self.held_money += times * wanted.money

    @property
    def over(self) -> bool:
        """Whether the seconds are over."""
        return self.deadline is not None and time.monotonic() >= self.deadline

    @property
    def spent(self) -> bool:
        """Whether this budget, or one around it, has refused something or is over."""
        return self.over or any(account.refused for account in self.path)

    @property
    def holds_within(self) -> bool:
        """Whether what is spent and held is within the money of this budget."""
        most = self.budget.money
        if most is None:
            return True
        total = self.money + self.held_money
        if self.ledger is not None:
            total = max(total, self.ledger.total)
        return total <= most * ROUNDING

    @property
    def counts_tokens(self) -> bool:
        """Whether any enclosing budget limits tokens."""
        return any(account.budget.tokens is not None for account in self.path)

    @property
    def counts_money(self) -> bool:
        """Whether any enclosing budget limits money."""
        return any(account.budget.money is not None for account in self.path)

    def take_step(self, deed: str = "") -> None:
        """Count a step in every enclosing budget; `deed` is the call with its arguments.

        Raises:
            BudgetSpent: One of them has none left, the same was done too often, or time is over.
        """
        if self.over:
            raise BudgetSpent("the seconds of the budget are over")
        for account in self.path:
            if account.budget.steps is not None and account.steps >= account.budget.steps:
                account.refused = True
                raise BudgetSpent("the steps of the budget (tool calls, programs run) are used up")
            most = account.budget.repeats
            if deed and most is not None and account.deeds[deed] + 1 >= most:
                account.refused = True
                raise BudgetSpent(f"the same call came {most} times: {deed[:80]}")
        for account in self.path:
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
        if self.over:
            raise BudgetSpent("the seconds of the budget are over")
        wanted.granted = asyncio.get_running_loop().create_future()
        self.queue.append(wanted)
        self.admit()
        try:
            await wanted.granted
        except asyncio.CancelledError:
            self._withdraw(wanted)
            raise
        await self._write_down(wanted)
        return wanted

    async def _write_down(self, wanted: Reservation) -> None:
        """Hold the money in every ledger around, so that it outlives the process."""
        keeping = [account for account in self.path if account.ledger is not None]
        try:
            for account in keeping:
                assert account.ledger is not None
                await account.ledger.hold(wanted.money, account.budget.money or 0.0)
                wanted.written.append(account)
        except BudgetSpent:
            account.refused = True
            raise
        finally:
            if len(wanted.written) < len(keeping):
                wanted.release()

    def write(self, hold: Reservation, spent: float, *, again: bool = False) -> None:
        """Tell the ledger, if there is one, what became of money that it holds."""
        if self.ledger is not None and self in hold.written:
            self.ledger.settle(0.0 if again else hold.money, spent)

    def admit(self) -> None:
        """Grant or refuse those in line: first come, first served, in each account apart."""
        blocked: set[int] = set()
        for waiting in tuple(self.queue):
            path = waiting.account.path
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
        for account in waiting.account.path:
            account.hold(waiting, 1)
        waiting.granted.set_result(None)

    def _fits(self, wanted: Reservation) -> bool:
        return self._has_room(wanted, self.held_tokens, self.held_calls, self.held_money)

    def _never(self, wanted: Reservation) -> bool:
        """Say whether it could not fit even if all that is held here came back unused."""
        return not self._has_room(wanted, 0, 0, 0.0)

    def _has_room(self, wanted: Reservation, tokens: int, calls: int, money: float) -> bool:
        """Say whether it fits beside so much that is held."""
        most = self.budget
        if most.tokens is not None and self.tokens + tokens + wanted.tokens > most.tokens:
            return False
        if most.calls is not None and self.calls + calls + wanted.calls > most.calls:
            return False
        limit = None if most.money is None else most.money * ROUNDING
        return limit is None or self.money + money + wanted.money <= limit
