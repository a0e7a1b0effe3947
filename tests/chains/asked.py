"""What a scripted backend was asked, and every place at which its budget may end."""

from __future__ import annotations

from collections.abc import Sequence

from reasoning_chains import Budget, Chain, Problem, ScriptedBackend, Solution
from reasoning_chains.types import Completion

SUM = Problem("What is 3 + 4?", kind="number")


def said(backend: ScriptedBackend, place: int = -1) -> str:
    """Give the last message of an ask."""
    return backend.requests[place].content.messages[-1].content


def turns(backend: ScriptedBackend, place: int = -1) -> list[tuple[str, str]]:
    """Give all messages of an ask."""
    return [(m.role, m.content) for m in backend.requests[place].content.messages]


def cut(text: str) -> Completion:
    """Give a reply that was cut by its length."""
    return Completion(text, finish="length")


def ended(
    chain: Chain, replies: Sequence[str | Completion], problem: Problem = SUM
) -> list[tuple[str | None, str]]:
    """Solve with budgets of 0, 1, 2 … calls, up to one that is enough: answers and reasons."""
    found: list[Solution] = []
    for calls in range(len(replies) + 1):
        backend = ScriptedBackend(list(replies))
        found.append(chain.invoke(problem, backend=backend, budget=Budget(calls=calls)))
        assert found[-1].usage.calls == calls
    return [(each.answer, each.stop_reason) for each in found]
