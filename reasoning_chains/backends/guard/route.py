"""In which order the targets of a route are tried: numbers and names only, nothing is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Literal, TypeAlias

from reasoning_chains.backends.guard.circuit import Circuit
from reasoning_chains.errors import BackendError
from reasoning_chains.pricing import Price
from reasoning_chains.protocols import Backend
from reasoning_chains.types import Capabilities, Content, Request

__all__ = ["Rule", "Target", "lacks", "ordered"]

Rule: TypeAlias = Literal["order", "weight", "price", "latency"] | Callable[[Request], str]
"""How targets are chosen; a function gives the name of the one that is tried first."""

_OF_ACCOUNTS = frozenset({401, 402, 403, 429})
"""Refusals that every request would meet."""
_FULL = 1.0
"""The load from which on a target is passed by: all its slots are taken."""


@dataclass(slots=True)
class Target:
    """One backend of a route, with what is known of it.

    Attributes:
        latency: Seconds of a reply, a mean that forgets; 0 where none has come.
        pending: Requests that were sent there and are not back.
    """

    name: str
    backend: Backend
    weight: float = 1.0
    circuit: Circuit = field(default_factory=Circuit)
    latency: float = 0.0
    landed: int = 0
    failed: int = 0
    pending: int = 0

    @property
    def load(self) -> float:
        """What part of its slots is taken or waited for; 0 where that is not known."""
        slots = getattr(self.backend, "slots", None)
        known = float(getattr(self.backend, "load", 0.0))
        return max(known, self.pending / slots) if slots else known

    def took(self, seconds: float) -> None:
        """Count a reply."""
        self.landed += 1
        self.circuit.landed()
        self.latency += (seconds - self.latency) * (0.2 if self.latency else 1.0)

    def broke(self, error: BackendError, now: float) -> None:
        """Count a failure; one of the request itself says nothing of the target."""
        self.failed += 1
        if error.retryable or error.status in _OF_ACCOUNTS:
            self.circuit.failed(now, getattr(error, "retry_after", None) or 0.0)


def lacks(capabilities: Capabilities, content: Content) -> bool:
    """Tell whether a content needs what a backend cannot do."""
    sampling = content.sampling
    return bool(
        (content.tools and not capabilities.tools)
        or (sampling.logprobs is not None and not capabilities.logprobs)
        or (content.prefill and not capabilities.prefill)
    )


def ordered(
    targets: Sequence[Target], rule: Rule, request: Request, kept: str | None, now: float
) -> list[Target]:
    """Give the targets that can answer, the one to try first in front.

    Args:
        targets: In the order in which they were declared.
        rule: How they are chosen among.
        request: What is asked.
        kept: The target that has answered this conversation so far; it stays in front.
        now: Seconds of a clock that only goes forward.
    """
    able = [one for one in targets if not lacks(one.backend.capabilities, request.content)]
    found = _by_rule(able, rule, request)
    front = [one for one in found if one.name == kept]
    found = front + [one for one in found if one.name != kept]
    rested = [one for one in found if one.circuit.ready(now) and one.load < _FULL]
    return rested + [one for one in found if one not in rested]


def _by_rule(targets: list[Target], rule: Rule, request: Request) -> list[Target]:
    if rule == "price":
        return sorted(targets, key=_price)
    if rule == "latency":
        return sorted(targets, key=lambda one: one.latency)
    if rule == "weight":
        return _drawn(targets, Random(request.samples[0].seed))
    if callable(rule):
        first = rule(request)
        return sorted(targets, key=lambda one: one.name != first)
    return targets


def _price(target: Target) -> float:
    price = Price.read(getattr(target.backend, "price", None))
    return price.input + price.output if price else 0.0


def _drawn(targets: Sequence[Target], rng: Random) -> list[Target]:
    """Draw an order by weight; the same sample draws the same one."""
    return sorted(targets, key=lambda one: rng.random() ** (1 / one.weight), reverse=True)
