"""One backend made of several: each request goes to the first that can answer it."""

from __future__ import annotations

import copy
import time
from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Self, cast

from reasoning_chains.backends.guard.route import RULES, Rule, Target, ordered
from reasoning_chains.backends.guard.samples import Samples, work_of
from reasoning_chains.errors import (
    BackendError,
    CapabilityMissing,
    UnknownName,
    UserMistake,
    ranged,
)
from reasoning_chains.pricing import Price, billed
from reasoning_chains.protocols import Backend, Emit, ScoringBackend
from reasoning_chains.types import Capabilities, Completion, Content, Delta, Request, Sampling
from reasoning_chains.waiting import together

__all__ = ["Router"]

_CONVERSATIONS = 16_384
"""How many conversations are remembered at most."""


class Router:
    """A backend that routes to others: by order, weight, price, latency or a rule of one's own.

    Args:
        targets: Backends by name, in order.
        rule: `order` tries them as they stand, `weight` draws, `price` takes the cheapest and
            `latency` the quickest first; a function of the request names the first.
        weights: For `weight`; 1 where none is told.
        name: What stands in sample keys; else made of the names of the targets.

    What one fails at, the next one is asked: sample by sample, and only what did not come. A
    target that fails in a row, or whose slots are taken, is passed by; it is tried once a second,
    and gets its requests back when it answers. A conversation stays where it is answered.
    """

    bills = True
    """Its replies tell already what they cost."""

    def __init__(
        self,
        targets: Mapping[str, Backend],
        rule: Rule = "order",
        weights: Mapping[str, float] | None = None,
        name: str = "",
    ) -> None:
        if not targets:
            raise UserMistake("a route needs at least one target")
        told = dict(weights or {})
        for key, weight in told.items():
            if key not in targets:
                raise UnknownName("target with a weight", key, targets)
            ranged(f"weight of {key}", weight, float, 0.001)
        if not callable(rule) and rule not in RULES:
            raise UnknownName("rule of a route", str(rule), RULES)
        self.targets = [Target(key, one, told.get(key, 1.0)) for key, one in targets.items()]
        self.rule = rule
        self.name = name or f"route({','.join(targets)})"
        self._kept: OrderedDict[Hashable, str] = OrderedDict()
        self._streaming = False

    @property
    def capabilities(self) -> Capabilities:
        """What some target can do; where one lacks it, the request goes to another."""
        able = [target.backend.capabilities for target in self.targets]
        return Capabilities(
            n=any(one.n for one in able),
            logprobs=any(one.logprobs for one in able),
            top_logprobs=max(one.top_logprobs for one in able),
            prefill=any(one.prefill for one in able),
            seed="row" if all(one.seed == "row" for one in able) else "none",
            tools=any(one.tools for one in able),
            json_schema=all(one.json_schema for one in able),
            score=any(one.score for one in able),
            thinking=all(one.thinking for one in able),
            stream=any(one.stream for one in able),
        )

    @property
    def paces(self) -> bool:
        """Whether all targets tell when something is sent."""
        return all(getattr(target.backend, "paces", False) for target in self.targets)

    @property
    def defaults(self) -> Sampling:
        """The longest reply that a target gives unasked; each lays its own over the rest."""
        longest = [target.backend.defaults.max_tokens for target in self.targets]
        return Sampling(max_tokens=max((most for most in longest if most), default=None))

    @property
    def price(self) -> Price | None:
        """The dearest of all: what is bought is billed by who answered."""
        prices = [Price.read(getattr(one.backend, "price", None)) for one in self.targets]
        known = [price for price in prices if price is not None]
        if len(known) < len(prices):
            return None
        return Price(max(p.input for p in known), max(p.output for p in known))

    @property
    def health(self) -> Mapping[str, str]:
        """What is known of each target, in a few words."""
        return {target.name: target.health for target in self.targets}

    def streamed(self) -> Self:
        """Give a view that hears replies being written; all that is known is shared."""
        view = copy.copy(self)
        view._streaming = True
        return view

    async def complete(self, request: Request, emit: Emit) -> None:
        """Ask one target after the other for what is still missing."""
        samples, missing = Samples(request, emit), list(range(request.n))
        work = work_of(request)
        tried: list[str] = []
        now, kept = time.monotonic(), self._kept.get(work)
        order = ordered(self.targets, self.rule, request, kept, now)
        for target in order:
            if not target.circuit.allows(time.monotonic()) and (tried or target is not order[-1]):
                continue
            target.pending += 1
            try:
                await self._send(samples, target, missing)
            finally:
                target.pending -= 1
            tried.append(target.name)
            if len(samples.failed) < len(missing):
                self._keep(work, target.name)
            missing = list(samples.failed)
            if not missing:
                return
        self._give_up(samples, missing, tried)

    async def _send(self, samples: Samples, target: Target, wanted: Sequence[int]) -> None:
        streamed = getattr(target.backend, "streamed", None)
        backend = streamed() if self._streaming and streamed else target.backend
        told = _Answering(backend, target)
        if target.backend.capabilities.n:
            await samples.send(told, wanted)
        else:
            await together([samples.send(told, (at,)) for at in wanted])

    def _keep(self, work: Hashable, name: str) -> None:
        if work is None:
            return
        self._kept[work] = name
        self._kept.move_to_end(work)
        if len(self._kept) > _CONVERSATIONS:
            self._kept.popitem(last=False)

    def _give_up(self, samples: Samples, missing: Sequence[int], tried: Sequence[str]) -> None:
        for at in missing:
            error = samples.failed.get(at)
            if error is None:
                error = BackendError(f"no target of {self.name} can answer this request")
            else:
                error = copy.copy(error)
                error.args = (f"{error} (tried {', '.join(tried)})",)
            samples.give_up(at, error)

    async def score(self, content: Content, continuations: Sequence[str]) -> Sequence[Completion]:
        """Score by the first target that can."""
        for target in self.targets:
            if target.backend.capabilities.score:
                return await cast(ScoringBackend, target.backend).score(content, continuations)
        raise CapabilityMissing("scoring of given text", self.name, "add a target that can")

    async def aclose(self) -> None:
        """Close all targets."""
        for target in self.targets:
            close = getattr(target.backend, "aclose", None)
            if close is not None:
                await close()


class _Answering:
    """A target at work: counts what lands and what fails, and bills by its price."""

    def __init__(self, backend: Backend, target: Target) -> None:
        self._backend, self._target = backend, target
        self.name, self.capabilities = backend.name, backend.capabilities
        self.defaults = backend.defaults

    async def complete(self, request: Request, emit: Emit) -> None:
        began, target = time.monotonic(), self._target
        errors: list[BackendError] = []
        landed = False

        def hear(index: int, news: Delta | Completion | BackendError) -> None:
            nonlocal landed
            if isinstance(news, Completion):
                landed = True
                target.took(time.monotonic() - began)
                told = billed(news, target.backend)
                news = replace(told, notes=(*news.notes, f"by {target.name}"))
            elif isinstance(news, BackendError):
                errors.append(news)
            emit(index, news)

        try:
            await self._backend.complete(request, hear)
        except BackendError as error:
            errors.append(error)
            raise
        except CapabilityMissing as missing:  # another target may have it
            raise BackendError(str(missing)) from None
        finally:
            if errors and not landed:
                target.broke(errors[-1], time.monotonic())
