"""The seams between rooms, each with one method; it knows no implementation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias, runtime_checkable

from reasoning_chains.errors import BackendError
from reasoning_chains.types import (
    Capabilities,
    Completion,
    Content,
    Delta,
    Problem,
    Request,
    Sampling,
)

__all__ = ["Backend", "Emit", "Scores", "ScoringBackend", "Solver"]

Emit: TypeAlias = Callable[[int, Delta | Completion | BackendError], None]
"""Called with a sample's index: any deltas, then exactly one completion or one error."""

Scores: TypeAlias = tuple[float, ...]
"""One number a candidate's text (an outcome score), or one a step."""


@runtime_checkable
class Backend(Protocol):
    """Gives completions for requests.

    `name` stands in sample keys and traces; `defaults` are what a request's sampling lies over.
    `complete` calls `emit` for each sample as soon as it is there, and never with a key in a text.
    A backend that holds connections or weights also has `async def aclose(self) -> None`.
    """

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def capabilities(self) -> Capabilities: ...  # noqa: D102
    @property
    def defaults(self) -> Sampling: ...  # noqa: D102

    async def complete(self, request: Request, emit: Emit) -> None: ...  # noqa: D102


class ScoringBackend(Backend, Protocol):
    """A backend with `capabilities.score`: it gives the log-probabilities of given text."""

    async def score(self, content: Content, continuations: Sequence[str]) -> Sequence[Completion]:
        """Score each continuation as the reply's text after the prefill, token by token.

        The first one's usage counts the prompt, which is read once for all of them.
        """


class Solver(Protocol):
    """What `run.solve` can run: every chain is one."""

    async def solve(self, problem: Problem, run: Any) -> Any: ...  # noqa: D102
