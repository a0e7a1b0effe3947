"""How likely a backend finds given texts as the reply to a template; it draws no sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from reasoning_chains.asking import Added, prepare, upper_bound
from reasoning_chains.errors import CapabilityMissing
from reasoning_chains.pricing import Price, price_of
from reasoning_chains.protocols import ScoringBackend
from reasoning_chains.solution import AskStarted
from reasoning_chains.types import Usage

if TYPE_CHECKING:
    from reasoning_chains.run import Run
    from reasoning_chains.types import Problem

__all__ = ["weighed"]


async def weighed(
    run: Run, problem: Problem, template: str, texts: Sequence[str], **variables: Any
) -> list[float]:
    """Give the log-probability of each text as the whole reply; it counts as one call.

    Raises:
        CapabilityMissing: The backend cannot score.
        BudgetSpent: No room is left.
    """
    session = run.session
    backend = cast(ScoringBackend, session.backend)
    if not backend.capabilities.score:
        raise CapabilityMissing("scoring of given text", backend.name, "use 'embedded'")
    ask = prepare(session, problem, template, variables)
    content, notes = ask.content(run.sampling.over(ask.settings), Added())
    span = run.span.add("ask", template)
    session.tell(AskStarted(run.path, template))
    bound, used = upper_bound(session, content) + _longest(texts), Usage()
    price = price_of(backend) if run.account.counts_money else _told(backend)
    async with run.account.in_time():
        hold = await run.account.reserve(bound.tokens, money=price.of(bound))
        try:
            scored = await backend.score(content, texts)
            used = sum((one.usage for one in scored), used)
        finally:
            hold.settle(used, price.of(used))
    run.book(used, price.billed(used))
    found = [sum(token.logprob for token in one.logprobs) for one in scored]
    span.data.update(
        messages=[{"role": m.role, "content": m.content} for m in content.messages],
        scores=dict(zip(texts, found, strict=True)),
        notes=notes,
    )
    return found


def _told(backend: Any) -> Price:
    return getattr(backend, "price", None) or Price()


def _longest(texts: Sequence[str]) -> Usage:
    """Give the most tokens that texts can be."""
    return Usage(completion_tokens=sum(len(text.encode()) for text in texts))
