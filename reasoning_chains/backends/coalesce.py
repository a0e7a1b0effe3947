"""Asks of equal content travel as one request; it knows nothing of providers or budgets.

Asks are gathered until three turns of the event loop bring no newcomer. Equal sample keys, in one
group or in flight, are asked for once, whether somebody watches them being written or not. Where
the backend takes no native `n`, nothing waits.
"""

from __future__ import annotations

import asyncio
import copy
import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from reasoning_chains.backends.guard.travel import Travel, travelling
from reasoning_chains.backends.guard.wrapper import Wrapper
from reasoning_chains.errors import BackendError, UserMistake, shown
from reasoning_chains.pricing import billed
from reasoning_chains.protocols import Backend, Emit
from reasoning_chains.types import (
    Completion,
    Content,
    Delta,
    Request,
    SampleKey,
    Usage,
)

__all__ = ["Coalescing", "coalesced", "landed"]

_QUIET_TURNS = 3
_EMITS = "write emit(index, Completion(...)), with indices from 0 to request.n - 1"
_News = Delta | Completion | BackendError
_Listener = Callable[[_News], None]


class _Flight:
    """One sample on its way, and who listens for it."""

    def __init__(self, group: _Group) -> None:
        self.group = group
        self.listeners: list[_Listener] = []
        self.deltas: list[Delta] = []
        self.end: Completion | BackendError | None = None
        self.landed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def join(self, listener: _Listener, *, watching: bool) -> None:
        """Listen from now on; what was heard before is told at once, the end included."""
        self.group.watched |= watching
        for delta in self.deltas:
            listener(delta)
        self.listeners.append(listener)
        self.group.waiting += 1
        self.group.travel.stay()
        if isinstance(self.end, Completion):
            whole = Delta(self.end.text, self.end.reasoning)
            if watching and not self.deltas and whole != Delta():
                listener(whole)
            listener(_unbilled(self.end))

    def hear(self, news: _News) -> None:
        if self.landed.done():
            return
        if isinstance(news, Delta) and news.lost:
            for payer in self.listeners[:1]:
                payer(news)
            return
        if isinstance(news, Delta):
            self.deltas.append(news)
        else:
            self._catch_up(news)
            self.end = news
            self.landed.set_result(None)
        for place, listener in enumerate(self.listeners):
            listener(_unbilled(news) if place and isinstance(news, Completion) else news)

    def _catch_up(self, news: Completion | BackendError) -> None:
        """Show a reply in one piece where somebody watches and it did not come in pieces."""
        shown = self.deltas and not self.deltas[-1].anew
        if isinstance(news, BackendError) or shown or not self.group.watched:
            return
        if news.text or news.reasoning:
            self.hear(Delta(news.text, news.reasoning))

    def crash(self, error: BaseException | None) -> None:
        """End a flight that will not land: with the bug that ended it, or cancelled."""
        if self.landed.done():
            return
        if error is None:
            self.landed.cancel()
        else:
            self.landed.set_exception(error)
            self.landed.exception()  # marks it as seen, should nobody wait any more


def _unbilled(completion: Completion) -> Completion:
    # What was bought once is billed once: to the first who asked for it.
    return replace(completion, bill=Usage(), usage=replace(completion.usage, requests=0))


class _Group:
    """Samples of one content that gather, then travel together."""

    def __init__(self, content: Content, end: Callable[[_Group], None]) -> None:
        self.content = content
        self.travel = Travel(partial(end, self))
        self.flights: dict[SampleKey, _Flight] = {}
        self.quiet = 0
        self.waiting = 0
        self.watched = False
        self.sent = False
        self.task: asyncio.Task[None] | None = None


class Coalescing(Wrapper):
    """A backend that gathers equal asks for another one."""

    def __init__(self, inner: Backend) -> None:
        super().__init__(inner)
        self._gathering: dict[str, _Group] = {}
        self._flights: dict[SampleKey, _Flight] = {}
        self._left: set[asyncio.Task[None]] = set()
        self._watching = False

    def streamed(self) -> Coalescing:
        """Give a view that shares all flights, for one who watches them being written."""
        view = copy.copy(self)
        view._watching = True
        return view

    async def complete(self, request: Request, emit: Emit) -> None:
        """Ask for the samples together with others of equal content."""
        joined: list[tuple[_Flight, _Listener]] = []
        for index, key in enumerate(request.samples):
            flight = self._flights.get(key)
            if flight is None or isinstance(flight.end, BackendError):  # a failed one is no reply
                flight = self._board(request.content, key)
            listener: _Listener = partial(emit, index)
            flight.join(listener, watching=self._watching)
            joined.append((flight, listener))
        try:
            for flight, _ in joined:
                await asyncio.shield(flight.landed)
        finally:
            for flight, listener in joined:
                flight.listeners.remove(listener)  # the first of those who stay is billed
                if not flight.listeners and self._is_bought(flight):
                    listener(Delta(lost=True))
            ending = [task for flight, _ in joined if (task := self._leave(flight.group))]
            if ending:
                await asyncio.wait(ending)

    def _is_bought(self, flight: _Flight) -> bool:
        """Tell whether a reply is being bought now that has not landed."""
        group = flight.group
        return not flight.landed.done() and (group.travel.flying if self.paces else group.sent)

    def _board(self, content: Content, key: SampleKey) -> _Flight:
        together = self.capabilities.n
        group = self._gathering.get(content.digest) if together else None
        if group is None:
            group = _Group(content, self._end)
            if together:
                self._gathering[content.digest] = group
            group.task = asyncio.create_task(self._fly(group, together))
            group.task.add_done_callback(partial(self._land, group))
        group.quiet = 0
        self._flights[key] = group.flights[key] = flight = _Flight(group)
        return flight

    async def _fly(self, group: _Group, together: bool) -> None:
        while together and group.quiet < _QUIET_TURNS:
            group.quiet += 1
            await asyncio.sleep(0)
        if together:
            del self._gathering[group.content.digest]
        for key, flight in list(group.flights.items()):
            if not flight.listeners:  # who asked has left before anything was sent
                del group.flights[key], self._flights[key]
        flights = list(group.flights.values())
        request = Request(group.content, tuple(group.flights))
        streamed = getattr(self.inner, "streamed", None)
        backend: Backend = streamed() if group.watched and streamed is not None else self.inner
        group.sent = True
        travelling(group.travel)
        await backend.complete(request, partial(self._deliver, flights))

    def _deliver(self, flights: Sequence[_Flight], index: int, news: _News) -> None:
        if not isinstance(news, Delta | Completion | BackendError):
            raise UserMistake(f"backend {self.name!r} emitted {shown(news)}: {_EMITS}")
        if not 0 <= index < len(flights):
            raise UserMistake(f"backend {self.name!r} emitted for sample {index}: {_EMITS}")
        if isinstance(news, Completion):
            news = billed(news, self.inner)
        flights[index].hear(news)

    def _land(self, group: _Group, task: asyncio.Task[None]) -> None:
        self._forget(group)
        error = None if task.cancelled() else task.exception()
        for flight in group.flights.values():
            if isinstance(error, BackendError):
                flight.hear(error)
            elif error is not None or task.cancelled():
                flight.crash(error)
            else:
                flight.hear(BackendError(f"backend {self.name!r} ended without a reply"))

    def _forget(self, group: _Group) -> None:
        if self._gathering.get(group.content.digest) is group:
            del self._gathering[group.content.digest]
        for key, flight in group.flights.items():
            if self._flights.get(key) is flight:
                del self._flights[key]

    def _leave(self, group: _Group) -> asyncio.Task[None] | None:
        """Leave a group; the last one ends what is still on its way, and gets its task.

        What is at the wire, and would be kept, goes on: who asks for it again finds it there.
        """
        group.waiting -= 1
        if group.waiting or group.task is None or group.task.done():
            return None
        if all(flight.landed.done() for flight in group.flights.values()):
            return None
        if not self.keeps:
            self._end(group)
            return group.task
        self._left.add(group.task)
        group.task.add_done_callback(self._left.discard)
        if self.paces or not group.sent:
            group.travel.leave()
        return group.task if group.task.cancelling() else None

    def _end(self, group: _Group) -> None:
        """Break off what is on its way."""
        self._forget(group)
        if group.task is not None:
            group.task.cancel()

    async def aclose(self) -> None:
        """Wait for what is paid for and on its way, and close the backend inside."""
        await self.landed()
        await super().aclose()

    async def landed(self) -> None:
        """Wait for what is paid for and on its way, though nobody waits for it any more."""
        while self._left:
            await asyncio.wait(self._left)


_wrapped: weakref.WeakKeyDictionary[
    asyncio.AbstractEventLoop, weakref.WeakValueDictionary[int, Coalescing]
] = weakref.WeakKeyDictionary()


async def landed(backend: Backend) -> None:
    """Wait for what was asked of a backend on the running event loop and is kept."""
    mine = _wrapped.get(asyncio.get_running_loop())
    if mine is not None and (wrapper := mine.get(id(backend))) is not None:
        await wrapper.landed()


def coalesced(backend: Backend) -> Coalescing:
    """Give the one coalescing wrapper of a backend on the running event loop."""
    if isinstance(backend, Coalescing):
        return backend
    mine = _wrapped.setdefault(asyncio.get_running_loop(), weakref.WeakValueDictionary())
    wrapper = mine.get(id(backend))
    if wrapper is None:
        wrapper = mine[id(backend)] = Coalescing(backend)
    return wrapper
