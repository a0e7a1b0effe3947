"""The backend that is always there: the library's own small model, run with NumPy alone.

It needs no key and no torch; it knows no chain and no wire.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reasoning_chains.backends.engine.cores import one_blas_thread
from reasoning_chains.backends.engine.served import Served
from reasoning_chains.errors import ranged, wanted

if TYPE_CHECKING:  # numpy is loaded with the first request, not before
    from reasoning_chains.backends.engine.scheduler import Model

__all__ = ["EmbeddedBackend"]


class EmbeddedBackend(Served):
    """Runs a Llama model folder with NumPy, batched, in one thread that the first request starts.

    Args:
        folder: A Hugging Face folder (config.json, model.safetensors, tokenizer.json); without
            one, the model that the library carries.
        cache_bytes: Memory for prompts that later prompts may begin with.
        max_rows: How many replies are decoded at once.
    """

    def __init__(
        self, folder: Path | str | None = None, *, cache_bytes: int = 64 << 20, max_rows: int = 64
    ) -> None:
        wanted("folder", folder, str, Path, type(None))
        ranged("cache_bytes", cache_bytes, int, 0)
        ranged("max_rows", max_rows, int, 1)
        name = "embedded" if folder is None else f"embedded:{Path(folder).name}"
        super().__init__(name, one_blas_thread)
        self._folder = Path(__file__).parent.parent / "weights" if folder is None else Path(folder)
        self._cache_bytes = cache_bytes
        self._max_rows = max_rows

    @property
    def folder(self) -> Path:
        """Where the model's files lie."""
        return self._folder

    def _load(self) -> Model:
        from reasoning_chains.backends.engine.loading import load_numpy

        return load_numpy(self.folder, self._cache_bytes, self._max_rows)
