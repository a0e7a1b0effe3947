"""How likely a backend finds given texts as the reply to a template; it draws no sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from reasoning_chains.asking import Added, prepare, upper_bound
from reasoning_chains.errors import CapabilityMissing
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
    bound = upper_bound(session, content) + sum(len(text.encode()) for text in texts)
    used = Usage()
    async with run.account.in_time():
        hold = await run.account.reserve(bound if run.account.counts_tokens else 0)
        try:
            scored = await backend.score(content, texts)
            for one in scored:
                used += one.usage
        finally:
            hold.settle(used)
    run.book(used, used)
    found = [sum(token.logprob for token in one.logprobs) for one in scored]
    span.data.update(
        messages=[{"role": m.role, "content": m.content} for m in content.messages],
        scores=dict(zip(texts, found, strict=True)),
        notes=notes,
    )
    return found
