"""The backend that is always there: the library's own small model, run with NumPy alone.

It needs no key and no torch; it knows no chain and no wire.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from reasoning_chains.backends.engine.cores import one_blas_thread
from reasoning_chains.backends.engine.session import Session, abilities
from reasoning_chains.errors import ranged, wanted
from reasoning_chains.pricing import Price
from reasoning_chains.protocols import Emit
from reasoning_chains.types import Capabilities, Completion, Content, Request, Sampling

if TYPE_CHECKING:  # numpy is loaded with the first request, not before
    from reasoning_chains.backends.engine.scheduler import Model

__all__ = ["EmbeddedBackend"]


class EmbeddedBackend:
    """Runs a Llama model folder with NumPy, batched, in one thread that the first request starts.

    Args:
        folder: A Hugging Face folder (config.json, model.safetensors, tokenizer.json); without
            one, the model that the library carries.
        cache_bytes: Memory for prompts that later prompts may begin with.
        max_rows: How many replies are decoded at once.
    """

    defaults = Sampling(temperature=0, max_tokens=512)
    price = Price()

    def __init__(
        self, folder: Path | str | None = None, *, cache_bytes: int = 64 << 20, max_rows: int = 64
    ) -> None:
        wanted("folder", folder, str, Path, type(None))
        ranged("cache_bytes", cache_bytes, int, 0)
        ranged("max_rows", max_rows, int, 1)
        self.name = "embedded" if folder is None else f"embedded:{Path(folder).name}"
        self.folder = Path(__file__).parent.parent / "weights" if folder is None else Path(folder)
        self._cache_bytes = cache_bytes
        self._max_rows = max_rows
        self._session = Session(self.name, self._load, one_blas_thread)

    @cached_property
    def capabilities(self) -> Capabilities:
        """What it can do; tools and thinking where the model's chat template speaks them."""
        return abilities(self.folder)

    def _load(self) -> Model:
        from reasoning_chains.backends.engine.loading import load_numpy

        return load_numpy(self.folder, self._cache_bytes, self._max_rows)

    def streamed(self) -> EmbeddedBackend:
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
