"""Learns how many starts a second an account takes, from what came of them; pure arithmetic.

A server that says no to some asks by chance must not slow a run down, and one that is asked too
much must not be asked more. So the rate follows what is answered, and only where refusals pass
the share that this account refuses anyway.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["Goodput", "Outcome"]

Outcome: TypeAlias = Literal["landed", "throttled", "failed"]

_SPAN = 2.0
"""Seconds that are looked at together."""
_SETTLING = 1.0
"""Seconds after a cut that tell nothing: what was asked before it comes back."""
_FEWEST = 12
"""Fewer outcomes than this tell nothing."""
_MARGIN = 0.02
"""How far above the usual share refusals must be, beside what chance may bring."""
_SURE = 2
"""How often asking less must have brought as many refusals, until they count as chance."""
_UNDER = 0.97
"""Which part of what was answered is asked for after a refusal: the queue there drains."""
_NEAR, _CAREFUL, _FASTEST = 0.9, 1.005, 1.3
"""Close to where it refused last the rate grows carefully; below, and long after, fast."""


@dataclass(slots=True)
class _Span:
    begun: float
    landed: int = 0
    throttled: int = 0
    failed: int = 0
    started: int = 0
    seconds: float = _SPAN

    @property
    def ended(self) -> int:
        return self.landed + self.throttled + self.failed

    @property
    def share(self) -> float:
        return self.throttled / self.ended


class Goodput:
    """The rate of starts that an account takes; None until it has refused too much.

    Attributes:
        rate: Starts a second.
        usual: The share of refusals that comes whatever the rate.
    """

    def __init__(self) -> None:
        self.rate: float | None = None
        self.usual = 0.05
        self._span = _Span(0.0)
        self._cut: _Span | None = None
        self._ceiling = math.inf
        self._growth = _CAREFUL
        self._alike = 0

    def start(self, now: float) -> None:
        """Count a start."""
        if self._turn(now):
            self._span.started += 1

    def end(self, outcome: Outcome, now: float) -> None:
        """Count what came of one."""
        if self._turn(now):
            setattr(self._span, outcome, getattr(self._span, outcome) + 1)

    def _turn(self, now: float) -> bool:
        """Judge a span that is over, once it tells something; tell whether what comes counts."""
        span = self._span
        span.seconds = now - span.begun
        if span.seconds < _SPAN or (0 < span.ended < _FEWEST and span.seconds < 10 * _SPAN):
            return span.seconds >= 0
        if span.ended:
            self._judge(span)
        self._span = _Span(now + _SETTLING if self._cut is span else now)
        return self._cut is not span

    def _judge(self, span: _Span) -> None:
        chance = 2 * math.sqrt(max(self.usual, 0.02) / span.ended)
        if span.share <= self.usual + _MARGIN + chance:
            self.usual += 0.1 * (span.share - self.usual)
            self._cut, self._alike = None, 0
            self._grow(span)
            return
        if self._cut is not None and _is_chance(self._cut, span):
            self._alike += 1
        if self._alike == _SURE:
            self.usual, self._alike = span.share, 0
            self._cut, self._ceiling, self._growth = None, math.inf, _FASTEST
            self._grow(span)
        else:
            whole = max(0.05, 1 - span.failed / max(1, span.landed + span.failed))
            takes = span.landed / span.seconds / whole / (1 - self.usual)
            self._ceiling, self._growth = takes, _CAREFUL
            self.rate, self._cut = max(0.2, _UNDER * takes), span

    def _grow(self, span: _Span) -> None:
        """Ask for more where the rate is what held the starts back."""
        if self.rate is None or span.started / span.seconds < 0.7 * self.rate:
            return
        if self.rate < _NEAR * self._ceiling:
            self.rate = min(self.rate * _FASTEST, self._ceiling)
        else:
            self.rate *= self._growth
            self._growth = min(_FASTEST, 1 + 1.6 * (self._growth - 1))


def _is_chance(before: _Span, now: _Span) -> bool:
    """Tell whether asking less brought as much less, and as many refusals: then they are chance."""
    starts = now.started / now.seconds * before.seconds / max(1, before.started)
    landed = now.landed / now.seconds * before.seconds / max(1, before.landed)
    alike = 0.7 < now.share / before.share < 1.3
    return alike and starts < 0.95 and 0.8 * starts < landed < (1 + starts) / 2
