"""Some samples of one content, asked together or singly; it knows nothing of the wire."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from reasoning_chains.backends.openai.exchange import Exchange, Refused
from reasoning_chains.backends.openai.from_wire import Outcome
from reasoning_chains.backends.openai.sharing import NativeN
from reasoning_chains.errors import BackendError
from reasoning_chains.protocols import Emit
from reasoning_chains.types import Completion, Content, Delta, SampleKey

__all__ = ["Asking"]


@dataclass(frozen=True, slots=True)
class Asking:
    """Buys the samples of one content, and emits each as soon as it is there."""

    exchange: Exchange
    native: NativeN
    content: Content
    samples: tuple[SampleKey, ...]
    emit: Emit
    streaming: bool

    async def together(self, wanted: range) -> None:
        """Ask in one request where the address takes n, and singly for all that did not come."""
        if len(wanted) == 1:
            await self.single(wanted[0])
            return
        if self.native.takes is None:
            async with self.native.asking():
                left = await self._ask_group(wanted)
        else:
            left = await self._ask_group(wanted)
        await self._singly(left)

    async def single(self, at: int, notes: tuple[str, ...] = ()) -> BackendError | None:
        """Ask for one sample in a request of its own; give the error that was emitted, if any."""
        try:
            (outcome,) = await self._ask(range(at, at + 1))
        except BackendError as error:
            outcome = error
        if outcome is None:
            outcome = self._missing()
        self._tell(at, outcome, notes)
        return outcome if isinstance(outcome, BackendError) else None

    async def _ask(self, wanted: range) -> tuple[Outcome | None, ...]:
        keys = self.samples[wanted.start : wanted.stop]

        def on_delta(at: int, delta: Delta) -> None:
            self.emit(wanted[at], delta)

        return await self.exchange.ask(self.content, keys, on_delta if self.streaming else None)

    async def _ask_group(self, wanted: range) -> list[int]:
        """Ask for a group in one request; give the samples that are still to be asked singly."""
        if self.native.takes is False:
            return list(wanted)
        try:
            outcomes = await self._ask(wanted)
        except Refused as refusal:
            if self.native.takes:
                self._fail(wanted, refusal)
                return []
            return await self._try_single(wanted, refusal)
        except BackendError as error:
            self._fail(wanted, error)
            return []
        return self._deliver(wanted, outcomes)

    def _deliver(self, wanted: range, outcomes: tuple[Outcome | None, ...]) -> list[int]:
        came = sum(outcome is not None for outcome in outcomes)
        notes: tuple[str, ...] = ()
        if self.native.takes is None:
            how = f"it gave {came} of {len(wanted)} choices"
            self.native.learn(came > 1, how)
            notes = (f"learned: the address takes n={len(wanted)}",) if came > 1 else ()
        if came < len(wanted):
            notes = (f"n={len(wanted)} was asked, {came} came: the others are asked singly",)
        left: list[int] = []
        for at, outcome in zip(wanted, outcomes, strict=True):
            if outcome is None:
                left.append(at)
            else:
                self._tell(at, outcome, notes)
        return left

    async def _try_single(self, wanted: range, refusal: Refused) -> list[int]:
        """Find out whether n was what the address refused: one sample alone must do better."""
        error = await self.single(wanted[0], self._note(str(refusal)))
        if isinstance(error, Refused):
            self._fail(wanted[1:], error)
            return []
        if error is None:
            self.native.learn(False, str(refusal))
        return list(wanted[1:])

    async def _singly(self, left: list[int]) -> None:
        if not left:
            return
        notes = self._note(self.native.how)
        if len(left) == 1:
            await self.single(left[0], notes)
            return
        async with asyncio.TaskGroup() as group:
            for at in left:
                group.create_task(self.single(at, notes))

    def _note(self, how: str) -> tuple[str, ...]:
        return (f"asked singly, since the address does not take n: {how}",)

    def _tell(self, at: int, outcome: Outcome, notes: tuple[str, ...]) -> None:
        if notes and isinstance(outcome, Completion):
            outcome = replace(outcome, notes=notes + outcome.notes)
        self.emit(at, outcome)

    def _fail(self, wanted: range, error: BackendError) -> None:
        for at in wanted:
            self.emit(at, error)

    def _missing(self) -> BackendError:
        return self.exchange.teller.failed("answered without the choice asked for", retryable=True)
