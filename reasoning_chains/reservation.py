"""Room that is held in a budget and in all around it, until it is known what was used."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reasoning_chains.usage import Usage

if TYPE_CHECKING:
    from reasoning_chains.budget import Account

__all__ = ["Reservation"]


@dataclass(eq=False, slots=True)
class Reservation:
    """An upper bound that is held in an account and in every account around it."""

    account: Account
    tokens: int
    calls: int = 1
    money: float = 0.0
    granted: asyncio.Future[None] | None = None
    written: list[Account] = field(default_factory=list)

    def refusal(self) -> str:
        """Say what was wanted, and what is left at most."""
        budgets = self.account.path
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
        for account in self.account.path:
            account.hold(self, -1)
            account.tokens += used
            account.calls += self.calls
            account.money += cost
            account.write(self, cost)
        self.account.admit()

    def renew(self) -> bool:
        """Book it as spent, and hold it once more; tell whether there is room for that."""
        accounts = self.account.path
        for account in accounts:
            account.money += self.money
            account.write(self, self.money, again=True)
        return all(account.holds_within for account in accounts)

    def release(self) -> None:
        """Give back what was held: nothing was sent."""
        for account in self.account.path:
            account.hold(self, -1)
            account.write(self, 0.0)
        self.account.admit()
