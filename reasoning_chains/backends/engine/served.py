"""What every backend over a local model does alike; it knows neither NumPy nor torch."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from reasoning_chains.backends.engine.session import Session, abilities
from reasoning_chains.pricing import Price
from reasoning_chains.protocols import Emit
from reasoning_chains.types import Capabilities, Completion, Content, Request, Sampling

if TYPE_CHECKING:  # numpy is loaded with the first request, not before
    from reasoning_chains.backends.engine.scheduler import Model

__all__ = ["Served"]


class Served:
    """A backend that answers by a session of its own, which costs nothing."""

    defaults = Sampling(temperature=0, max_tokens=512)
    price = Price()

    def __init__(self, name: str, around: Callable[[], AbstractContextManager[object]]) -> None:
        self.name = name
        self._session = Session(name, self._load, around)

    @property
    def folder(self) -> Path:
        """Where the model's files lie."""
        raise NotImplementedError

    def _load(self) -> Model:
        raise NotImplementedError

    @cached_property
    def capabilities(self) -> Capabilities:
        """What it can do; tools and thinking where the model's chat template speaks them."""
        return abilities(self.folder)

    def streamed(self) -> Self:
        """Give the same backend with deltas; the model is shared."""
        view = copy.copy(self)
        view._session = self._session.streamed()
        return view

    async def complete(self, request: Request, emit: Emit) -> None:
        """Answer a request, its samples in one batch with all else that is being asked."""
        await self._session.complete(request, emit, self.capabilities, self.defaults)

    async def score(self, content: Content, continuations: Sequence[str]) -> Sequence[Completion]:
        """Give each continuation with its log-probabilities, token by token."""
        return await self._session.score(content, continuations, self.capabilities)

    async def aclose(self) -> None:
        """Free the thread and the weights; a later request loads them again."""
        await self._session.aclose()
