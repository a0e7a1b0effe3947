"""A backend around another one: it is what that is, until a method says otherwise."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Self, cast

from reasoning_chains.pricing import Price
from reasoning_chains.protocols import Backend, Emit, ScoringBackend
from reasoning_chains.types import Capabilities, Completion, Content, Request, Sampling

__all__ = ["Wrapper"]


class Wrapper:
    """Hands everything on to the backend inside."""

    def __init__(self, inner: Backend) -> None:
        self.inner = inner

    @property
    def name(self) -> str:
        """The name of the backend inside."""
        return self.inner.name

    @property
    def capabilities(self) -> Capabilities:
        """What the backend inside can do."""
        return self.inner.capabilities

    @property
    def defaults(self) -> Sampling:
        """The defaults of the backend inside."""
        return self.inner.defaults

    @property
    def price(self) -> Price | None:
        """The price of the backend inside, where it has one."""
        return Price.read(getattr(self.inner, "price", None))

    @property
    def bills(self) -> bool:
        """Whether its replies tell already what they cost."""
        return bool(getattr(self.inner, "bills", False))

    @property
    def keeps(self) -> bool:
        """Whether a reply is kept that nobody waits for any more."""
        return bool(getattr(self.inner, "keeps", False))

    @property
    def paces(self) -> bool:
        """Whether it tells by `at_the_wire` when something is sent."""
        return bool(getattr(self.inner, "paces", False))

    @property
    def limits(self) -> Mapping[str, str]:
        """What the account's last answer said of its limits, by the names of headers."""
        told: Mapping[str, str] = getattr(self.inner, "limits", {})
        return told

    @property
    def health(self) -> Mapping[str, str]:
        """What is known of each target, in a few words; empty where there is one."""
        known: Mapping[str, str] = getattr(self.inner, "health", {})
        return known

    @property
    def load(self) -> float:
        """What part of its slots is taken or waited for; 0 where nobody counts."""
        return float(getattr(self.inner, "load", 0.0))

    @property
    def slots(self) -> int | None:
        """How many requests it takes at once; None where nobody counts."""
        return getattr(self.inner, "slots", None)

    def streamed(self) -> Self:
        """Give a view that hears the reply being written; all else is shared."""
        make = getattr(self.inner, "streamed", None)
        if make is None:
            return self
        view = copy.copy(self)
        view.inner = make()
        return view

    async def complete(self, request: Request, emit: Emit) -> None:
        """Ask the backend inside."""
        await self.inner.complete(request, emit)

    async def score(self, content: Content, continuations: Sequence[str]) -> Sequence[Completion]:
        """Score by the backend inside, where its capabilities say that it can."""
        return await cast(ScoringBackend, self.inner).score(content, continuations)

    async def aclose(self) -> None:
        """Close the backend inside."""
        close = getattr(self.inner, "aclose", None)
        if close is not None:
            await close()
