"""What tokens cost; it knows no backend and no budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from reasoning_chains.errors import UserMistake, near, ranged, wanted
from reasoning_chains.types import Completion, Usage

__all__ = ["ROUNDING", "Price", "billed", "listed", "price_of"]

_MILLION = 1_000_000
ROUNDING = 1 + 1e-9
"""Ten times a tenth of some money is a little more than it."""


@dataclass(frozen=True, slots=True)
class Price:
    """The price of a million tokens, in whatever currency the budget's money is.

    Args:
        input: Of prompts.
        output: Of replies, native thinking included.
    """

    input: float = 0.0
    output: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what is no price."""
        for field in fields(self):
            ranged(f"price {field.name}", getattr(self, field.name), float, 0)

    @classmethod
    def read(cls, given: Any) -> Price | None:
        """Take a price, or one as a mapping, such as `{"input": 0.15, "output": 0.6}`.

        Raises:
            UserMistake: It is neither, or lacks one of the two.
        """
        if given is None or isinstance(given, Price):
            return given
        wanted("price", given, Mapping, hint="write {input = 0.15, output = 0.6}")
        known = [field.name for field in fields(cls)]
        for key in given:
            if key not in known:
                raise UserMistake(f"unknown key {key!r} in price: {near(str(key), known)}")
        for name in known:
            if name not in given:
                raise UserMistake(f"price lacks {name}: write {{input = 0.15, output = 0.6}}")
        return cls(**given)

    def billed(self, bill: Usage) -> Usage:
        """Give a bill with what it cost."""
        return replace(bill, money=self.of(bill))

    def of(self, usage: Usage) -> float:
        """Give what these tokens cost."""
        spent = usage.prompt_tokens * self.input + usage.completion_tokens * self.output
        return spent / _MILLION


def billed(completion: Completion, backend: Any) -> Completion:
    """Give a reply with what it cost by a backend's price, unless the backend bills itself."""
    price = Price.read(getattr(backend, "price", None))
    if price is None or getattr(backend, "bills", False):
        return completion
    return replace(completion, bill=price.billed(completion.bill))


def price_of(backend: Any) -> Price:
    """Give the price of a backend's tokens.

    Raises:
        UserMistake: Nobody told it, or it is none.
    """
    price = Price.read(getattr(backend, "price", None))
    if price is None:
        raise UserMistake(
            f"a money budget needs the price of backend {backend.name!r}: open it with "
            'price={"input": …, "output": …}, for a million tokens'
        )
    return price


_LISTED: Mapping[str, Price] = {
    "gpt-4.1": Price(2, 8),
    "gpt-4.1-mini": Price(0.4, 1.6),
    "gpt-4.1-nano": Price(0.1, 0.4),
    "gpt-4o": Price(2.5, 10),
    "gpt-4o-mini": Price(0.15, 0.6),
    "gpt-5": Price(1.25, 10),
    "gpt-5-mini": Price(0.25, 2),
    "gpt-5-nano": Price(0.05, 0.4),
    "gpt-5-pro": Price(15, 120),
    "gpt-5.1": Price(1.25, 10),
    "o3": Price(2, 8),
    "o4-mini": Price(1.1, 4.4),
}
"""US dollars at OpenAI's own address, as told in March 2026 (openai.com/api/pricing)."""


def listed(model: str) -> Price | None:
    """Give what a model of OpenAI's was told to cost; a dated name is that of its model."""
    name, *date = model.rsplit("-", 3)
    return _LISTED.get(name if date and all(map(str.isdigit, date)) else model)
