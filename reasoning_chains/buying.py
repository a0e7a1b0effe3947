"""One sample, bought within a budget and told to who watches; it reads no reply."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from reasoning_chains.budget import Account, Reservation
from reasoning_chains.errors import BackendError, BudgetSpent
from reasoning_chains.pricing import Price, price_of
from reasoning_chains.protocols import Backend
from reasoning_chains.solution import AskFailed, Event, TextDelta
from reasoning_chains.trace import Span
from reasoning_chains.types import Completion, Content, Delta, Request, SampleKey, Usage

if TYPE_CHECKING:
    from reasoning_chains.asking import Ask
    from reasoning_chains.backends.coalesce import Coalescing
    from reasoning_chains.templates import Templates

__all__ = ["Buyer", "Path", "Session", "buy"]

_BROKE = (
    "a reply was lost on its way and may have been billed, and the money left is not enough for "
    "another one"
)
Path: TypeAlias = tuple[str | int, ...]


@dataclass(slots=True)
class Session:
    """What all runs of one call share."""

    backend: Backend
    templates: Templates
    lang: str | None = None
    watch: Callable[[Event], None] | None = None
    ask_user: Callable[[str], Any] | None = None
    asked: Counter[tuple[Path, str]] = field(default_factory=Counter)
    prompt_tokens: dict[str, int] = field(default_factory=dict)
    prepared: dict[Hashable, Ask] = field(default_factory=dict)
    others: dict[int, Session] = field(default_factory=dict)

    def on(self, backend: Coalescing) -> Session:
        """Give the session of the same call on another backend: what it counts is its own."""
        self.others.setdefault(id(getattr(self.backend, "inner", self.backend)), self)
        place = id(backend.inner)
        if place not in self.others:
            view = backend.streamed() if self.watch else backend
            self.others[place] = replace(
                self, backend=view, asked=Counter(), prompt_tokens={}, prepared={}
            )
        return self.others[place]

    def tell(self, event: Event) -> None:
        """Hand an event to who watches."""
        if self.watch is not None:
            self.watch(event)

    def key(self, content: Content, path: Path) -> SampleKey:
        """Give the key of the next sample of a content on a path; greedy ones are all the same."""
        name = self.backend.name
        if content.sampling.temperature == 0:
            return SampleKey(name, content.digest)
        place = (path, content.digest)
        self.asked[place] += 1
        return SampleKey(name, content.digest, path, self.asked[place] - 1)


class Buyer(Protocol):
    """Who asks: a run."""

    session: Session
    account: Account
    path: Path

    def book(self, usage: Usage, bill: Usage) -> None:
        """Count what an ask used and what was bought for it."""


async def buy(run: Buyer, content: Content, span: Span) -> Completion:
    """Reserve, ask for one sample, settle, and book what came.

    Raises:
        BudgetSpent: No room is left, or the time is over.
        BackendError: The backend could not give it.
    """
    from reasoning_chains.asking import upper_bound

    session, account, path = run.session, run.account, run.path
    key = session.key(content, path)
    bound, price = Usage(), Price()
    if account.counts_money:
        price = price_of(session.backend)
    if account.counts_tokens or account.counts_money:
        bound = upper_bound(session, content)
    try:
        async with account.in_time():
            hold = await account.reserve(bound.tokens, money=price.of(bound))
            completion = await _Purchase(run, hold).made(Request(content, (key,)))
    except (BackendError, BudgetSpent) as error:
        span.data["error"] = str(error)
        session.tell(AskFailed(path, str(error)))
        raise
    session.prompt_tokens[content.digest] = completion.usage.prompt_tokens
    return completion


class _Purchase:
    """One sample on its way, and the room that is held for it."""

    def __init__(self, run: Buyer, hold: Reservation) -> None:
        self._run, self._hold = run, hold
        self._landed: list[Completion | BackendError] = []
        self._task: asyncio.Task[Any] | None = None
        self._broke = False
        self._lost = 0

    async def made(self, request: Request) -> Completion:
        """Send it and settle: what was lost on its way is taken as billed in full."""
        self._task = asyncio.current_task()
        try:
            return await self._sent(request)
        except BackendError as error:
            if error.lost and not error.told:
                self._lost += 1
                self._hold.renew()
            raise
        finally:
            self._settle()

    def _settle(self) -> None:
        """Book what landed, even where nobody waits for it any more."""
        came = next((news for news in self._landed if isinstance(news, Completion)), None)
        if came is None:
            self._hold.settle(None)
        else:
            self._hold.settle(came.usage, came.bill.money)
            self._run.book(came.usage, came.bill)
        if self._lost:
            self._run.book(Usage(), Usage(lost=self._lost))

    async def _sent(self, request: Request) -> Completion:
        try:
            await self._run.session.backend.complete(request, self._hear)
        except asyncio.CancelledError:
            if self._broke and self._task and not self._task.uncancel():
                raise BudgetSpent(_BROKE) from None
            raise
        news = self._landed[0]
        if isinstance(news, BackendError):
            raise news
        return news

    def _hear(self, _: int, news: Delta | Completion | BackendError) -> None:
        if not isinstance(news, Delta):
            self._landed.append(news)
        elif news.lost:
            self._lose()
        else:
            self._show(news)

    def _lose(self) -> None:
        """Take a reply that did not arrive as billed; ask for no other that cannot be paid."""
        self._lost += 1
        if self._hold.renew() or self._task is None or self._task.cancelling():
            return
        self._broke = True
        self._task.cancel()

    def _show(self, piece: Delta) -> None:
        tell, path = self._run.session.tell, self._run.path
        if piece.anew:
            tell(TextDelta(path, "", anew=True))
        if piece.reasoning:
            tell(TextDelta(path, piece.reasoning, reasoning=True))
        if piece.text:
            tell(TextDelta(path, piece.text))
