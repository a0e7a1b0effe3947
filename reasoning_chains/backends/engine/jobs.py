"""What the worker is asked for, with the line that carries news back; it knows no scheduling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from reasoning_chains.backends.engine.delivery import Delivery, wake
from reasoning_chains.backends.engine.prompting import Written
from reasoning_chains.errors import BackendError, ReasoningChainsError, UserMistake
from reasoning_chains.types import Completion, Content, Delta, Request, Sampling

__all__ = ["Asked", "News", "Scoring", "unreadable"]

News: TypeAlias = tuple[int, Delta | Completion | BackendError]


class Asked:
    """A request, and how far it is answered.

    Args:
        request: What is asked.
        sampling: Its sampling, laid over the backend's defaults.
        watched: Whether the replies are passed on while they are written.
    """

    def __init__(self, request: Request, sampling: Sampling, *, watched: bool = False) -> None:
        self.request = request
        self.sampling = sampling
        self.watched = watched
        self.line: Delivery[News] = Delivery()
        self.written: Written | None = None
        self.prompt: Any = None
        self.seats = list(range(request.n))
        self.open = request.n

    @property
    def done(self) -> bool:
        """Whether every sample has its completion or error, or nobody waits for them."""
        return not self.open or self.line.dropped

    def show(self, index: int, deltas: Sequence[Delta]) -> None:
        """Pass on what a sample's reply shows to one who watches."""
        for delta in deltas if self.watched else ():
            self.line.put((index, delta))

    def settle(self, index: int, end: Completion | BackendError) -> None:
        """Pass on a sample's end."""
        self.open -= 1
        self.line.put((index, end))

    def refuse(self, error: BackendError) -> None:
        """End every sample that has no end yet with an error."""
        for index in self.seats:
            self.settle(index, error)
        self.seats = []
        wake([self.line])

    def fail(self, error: BaseException) -> None:
        """Raise an error in whoever waits."""
        self.open = 0
        self.line.put(error)
        wake([self.line])


class Scoring:
    """Continuations of a content that are to be scored."""

    def __init__(self, content: Content, continuations: Sequence[str], top: int) -> None:
        self.content = content
        self.continuations = tuple(continuations)
        self.top = top
        self.line: Delivery[Completion] = Delivery()
        self.scored = 0
        self.failed = False

    @property
    def done(self) -> bool:
        """Whether nothing more is to be scored."""
        return self.failed or self.line.dropped or self.scored == len(self.continuations)

    def settle(self, scored: Completion) -> None:
        """Pass on the next continuation with its tokens."""
        self.scored += 1
        self.line.put(scored)
        wake([self.line])

    def fail(self, error: BaseException) -> None:
        """Raise an error in whoever waits."""
        self.failed = True
        self.line.put(error)
        wake([self.line])


def unreadable(error: BaseException) -> ReasoningChainsError:
    """Tell whoever asked for it that their prompt broke the tokenizer or the chat template."""
    if isinstance(error, ReasoningChainsError):
        return error
    told = UserMistake(f"the model cannot read this prompt: {type(error).__name__}: {error}")
    told.__cause__ = error
    return told
