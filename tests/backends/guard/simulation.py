"""A server of so many answers a second, some refused or failed by chance, against the pacer."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from reasoning_chains.backends.guard.goodput import Goodput, Outcome
from reasoning_chains.backends.guard.pace import Meter


@dataclass(frozen=True)
class Server:
    """Answers `capacity` a second of the time, refuses the rest, and some whatever the load."""

    capacity: Callable[[float], float]
    refuses: float = 0.0
    fails: float = 0.0
    latency: float = 0.2


@dataclass
class Told:
    """What a stretch of time brought."""

    landed: int = 0
    throttled: int = 0
    starts: int = 0

    @property
    def share(self) -> float:
        """The part of starts that were refused."""
        return self.throttled / max(1, self.starts)


class _Clockwork:
    def __init__(self, server: Server, seed: int) -> None:
        self._server, self._rng = server, Random(seed)
        self._room, self._before = 1.0, 0.0

    def answer(self, now: float) -> tuple[float, Outcome]:
        """Say what comes of a start, and after how long."""
        server, luck = self._server, self._rng.random()
        capacity = server.capacity(now)
        self._room = min(capacity / 10 + 1, self._room + (now - self._before) * capacity)
        self._before = now
        if luck < server.refuses:
            return 0.02, "throttled"
        if luck < server.refuses + server.fails:
            return 0.02, "failed"
        if self._room < 1:
            return 0.02, "throttled"
        self._room -= 1
        return self._rng.lognormvariate(-0.5 * 0.3**2, 0.3) * server.latency, "landed"


def simulated(
    server: Server, seconds: int, *, concurrency: int = 64, adaptive: bool = True, seed: int = 0
) -> list[Told]:
    """Ask as much as is allowed, and tell of each second what came of it."""
    clockwork, goodput, meter = _Clockwork(server, seed), Goodput(), Meter(1e9, 1)
    told = [Told() for _ in range(seconds)]
    events: list[tuple[float, int, Outcome | None]] = [(0.0, at, None) for at in range(concurrency)]
    order = concurrency
    while (event := heapq.heappop(events))[0] < seconds:
        now, _, outcome = event
        order += 1
        if outcome is None:
            goodput.start(now)
            told[int(now)].starts += 1
            delay, came = clockwork.answer(now)
            heapq.heappush(events, (now + delay, order, came))
            continue
        told[int(now)].landed += outcome == "landed"
        told[int(now)].throttled += outcome == "throttled"
        goodput.end(outcome, now)
        wait = 0.0
        if adaptive and goodput.rate is not None:
            meter.change(goodput.rate, now)
            wait = meter.take(now)
        heapq.heappush(events, (now + wait, order, None))
    return told
