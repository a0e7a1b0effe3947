"""One sample, bought within a budget and told to who watches; it reads no reply."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from reasoning_chains.budget import Account
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

__all__ = ["Path", "Session", "buy"]

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


async def buy(
    session: Session, account: Account, content: Content, path: Path, span: Span
) -> Completion:
    """Reserve, ask for one sample, and settle.

    Raises:
        BudgetSpent: No room is left, or the time is over.
        BackendError: The backend could not give it.
    """
    from reasoning_chains.asking import upper_bound

    key = session.key(content, path)
    bound, price = Usage(), Price()
    if account.counts_money:
        price = price_of(session.backend)
    if account.counts_tokens or account.counts_money:
        bound = upper_bound(session, content)
    try:
        async with account.in_time():
            hold = await account.reserve(bound.tokens, money=price.of(bound))
            completion: Completion | None = None
            try:
                completion = await _send(session, Request(content, (key,)), path)
            finally:
                cost = completion.bill.money if completion else 0.0
                hold.settle(completion.usage if completion else None, cost)
    except (BackendError, BudgetSpent) as error:
        span.data["error"] = str(error)
        session.tell(AskFailed(path, str(error)))
        raise
    session.prompt_tokens[content.digest] = completion.usage.prompt_tokens
    return completion


async def _send(session: Session, request: Request, path: Path) -> Completion:
    landed: list[Completion | BackendError] = []

    def emit(_: int, news: Delta | Completion | BackendError) -> None:
        if not isinstance(news, Delta):
            landed.append(news)
            return
        if news.anew:
            session.tell(TextDelta(path, "", anew=True))
        if news.reasoning:
            session.tell(TextDelta(path, news.reasoning, reasoning=True))
        if news.text:
            session.tell(TextDelta(path, news.text))

    await session.backend.complete(request, emit)
    if isinstance(landed[0], BackendError):
        raise landed[0]
    return landed[0]
