"""In which order the targets of a route are tried: numbers and names only, nothing is sent."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Literal, TypeAlias

from reasoning_chains.backends.guard.circuit import Circuit
from reasoning_chains.errors import BackendError, UnknownName
from reasoning_chains.pricing import Price
from reasoning_chains.protocols import Backend
from reasoning_chains.types import Capabilities, Content, Request

__all__ = ["RULES", "Rule", "Target", "lacks", "ordered"]

RULES = ("order", "weight", "price", "latency")

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
    def health(self) -> str:
        """What is known of it, in a few words."""
        words = "resting" if self.circuit.state == "open" else "answering"
        if not self.landed and not self.failed:
            words = "not asked yet"
        quick = f", {self.latency:.2f} s" if self.landed else ""
        return f"{words}{quick}, {self.landed} landed, {self.failed} failed"

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

    Raises:
        UnknownName: A function named none of those that can answer.
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
        if first not in (names := [one.name for one in targets]):
            raise UnknownName("target that the rule of the route named", str(first), names)
        return sorted(targets, key=lambda one: one.name != first)
    return targets


def _price(target: Target) -> float:
    """Give what a token costs there; where nobody told, it is taken as the dearest."""
    price = Price.read(getattr(target.backend, "price", None))
    return math.inf if price is None else price.input + price.output


def _drawn(targets: Sequence[Target], rng: Random) -> list[Target]:
    """Draw an order by weight; the same sample draws the same one."""
    return sorted(targets, key=lambda one: rng.random() ** (1 / one.weight), reverse=True)
