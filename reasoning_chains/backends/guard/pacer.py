"""One account's pace: when a request may start, by every limit that is known; no network."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import Mapping

from reasoning_chains.backends.guard.goodput import Goodput, Outcome
from reasoning_chains.backends.guard.line import Line
from reasoning_chains.backends.guard.pace import Meter, Pace
from reasoning_chains.backends.guard.told import allowances
from reasoning_chains.errors import BackendError

__all__ = ["Pacer"]

_MINUTE = 60.0
_AT_ONCE = 0.1
"""Which part of a minute's allowance may go out at once."""
_LEAST = 1.0
"""A limit a minute that is less is none that anybody means."""
_LONGEST = 3_600.0
"""Seconds until an allowance is whole again; what is told to be longer is not believed."""
_LASTING = frozenset({401, 402, 429})
"""What, where it does not pass, every other request would meet too: the key, or no credit."""
_AGAIN = 30.0
"""Seconds after which an account that refused the key is tried once more."""


class Pacer:
    """What is known of one account; several backends may share it, from any thread.

    Attributes:
        attempts: How many requests were started.
    """

    def __init__(self, pace: Pace | None = None) -> None:
        self.pace = pace or Pace()
        self.attempts = 0
        self._goodput = Goodput()
        self._starts = Meter(1.0, 1.0)
        self._meters: dict[str, Meter] = {}
        self._lock = threading.Lock()
        self._refused: tuple[float, BackendError] | None = None
        self._lines: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Line] = (
            weakref.WeakKeyDictionary()
        )
        for what in ("requests", "tokens"):
            if (limit := getattr(self.pace, what)) is not None:
                self._meters[what] = _meter(limit)

    @property
    def rate(self) -> float | None:
        """The starts a second that the account was found to take; None where it never refused."""
        return self._goodput.rate if self.pace.adaptive else None

    def line(self) -> Line:
        """Give the line of this event loop: nobody can wake who waits on another one."""
        with self._lock:
            return self._lines.setdefault(asyncio.get_running_loop(), Line(self.pace.concurrency))

    def refusal(self, now: float) -> BackendError | None:
        """Give the error with which the account refused the key, where that still holds."""
        if self._refused is None or now - self._refused[0] > _AGAIN:
            return None
        return self._refused[1]

    def start(self, now: float, tokens: float) -> float:
        """Take the next start, and give the seconds until it."""
        with self._lock:
            waits = [meter.take(now, 1.0 if what == "requests" else tokens)
                     for what, meter in self._meters.items()]  # fmt: skip
            if (rate := self.rate) is not None:
                self._starts.change(rate, now)
                waits.append(self._starts.take(now))
            return max(waits, default=0.0)

    def withdraw(self, tokens: float) -> None:
        """Give back a start that was taken and not used."""
        with self._lock:
            for what, meter in self._meters.items():
                meter.give(1.0 if what == "requests" else tokens)
            self._starts.give(1.0)

    def started(self, now: float) -> None:
        """Count a start."""
        with self._lock:
            self.attempts += 1
            self._goodput.start(now)

    def besides(self, requests: int, now: float) -> None:
        """Count requests that a backend sent beside the one that was started."""
        with self._lock:
            self.attempts += requests
            if "requests" in self._meters:
                self._meters["requests"].take(now, requests)

    def ended(self, outcome: Outcome, now: float, surplus: float = 0.0) -> None:
        """Count what came of a start; `surplus` are the tokens that were taken too much."""
        with self._lock:
            self._goodput.end(outcome, now)
            if "tokens" in self._meters:
                self._meters["tokens"].give(surplus)

    def failed(self, error: BackendError, now: float, surplus: float = 0.0) -> None:
        """Count a failure, and remember one that every other request would meet too."""
        self.ended("throttled" if error.status == 429 else "failed", now, surplus)
        if error.status in _LASTING and not error.retryable:
            self._refused = (now, error)

    def landed(self, now: float, surplus: float = 0.0) -> None:
        """Count a reply."""
        self.ended("landed", now, surplus)
        self._refused = None

    def told(self, headers: Mapping[str, str], now: float, clock: float) -> None:
        """Take over what an answer says of the account's limits.

        Args:
            headers: By names in lower case.
            now: Seconds of the clock that only goes forward.
            clock: Seconds since 1970.
        """
        with self._lock:
            for found in allowances(headers, clock):
                own = getattr(self.pace, found.what)
                if found.limit is not None:
                    self._limit(found.what, min(found.limit, own or found.limit), now)
                meter = self._meters.get(found.what)
                if meter is not None and found.left == 0 and (found.reset or _LONGEST) < _LONGEST:
                    meter.hold(now + (found.reset or 0.0))

    def _limit(self, what: str, limit: float, now: float) -> None:
        if limit < _LEAST:
            return
        if what not in self._meters:
            self._meters[what] = _meter(limit)
        elif self._meters[what].rate != limit / _MINUTE:
            self._meters[what].change(limit / _MINUTE, now)
            self._meters[what].burst = max(1.0, limit * _AT_ONCE)


def _meter(limit: float) -> Meter:
    return Meter(limit / _MINUTE, max(1.0, limit * _AT_ONCE))
