"""Any local model folder through `transformers`, on CPU or CUDA; it knows no chain and no wire."""

from __future__ import annotations

from contextlib import nullcontext
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from reasoning_chains.backends.engine.served import Served
from reasoning_chains.content import is_there
from reasoning_chains.errors import MissingPackage, UserMistake, ranged, wanted

if TYPE_CHECKING:  # torch is loaded with the first request, not before
    from reasoning_chains.backends.engine.scheduler import Model

__all__ = ["TransformersBackend"]


class TransformersBackend(Served):
    """Runs a causal model from local files, batched, in one thread that the first request starts.

    Args:
        path: A model folder, or the name of a model that was downloaded before.
        device: `cpu`, `cuda`, `cuda:1`, ...; without one, CUDA where there is any.
        dtype: `float32`, `bfloat16`, ...; without one, float32 on a CPU, else the model's own.
        max_rows: How many replies are decoded at once.

    Its first request raises `MissingPackage` where torch or transformers is not installed.
    """

    def __init__(
        self,
        path: Path | str,
        device: str | None = None,
        dtype: str | None = None,
        *,
        max_rows: int = 64,
    ) -> None:
        wanted("path", path, str, Path)
        wanted("device", device, str, type(None))
        wanted("dtype", dtype, str, type(None))
        ranged("max_rows", max_rows, int, 1)
        super().__init__(f"transformers:{Path(path).name}", nullcontext)
        self._path = path
        self._device = device
        self._dtype = dtype
        self._max_rows = max_rows

    @cached_property
    def folder(self) -> Path:
        """Where the model's files lie."""
        return find_folder(self._path)

    def _load(self) -> Model:
        try:
            import torch  # noqa: F401
            import transformers  # noqa: F401
        except ImportError as error:
            package = error.name or "torch"
            raise MissingPackage(f"backend {self.name!r}", package, "local") from error
        from reasoning_chains.backends.engine.torch_loading import load_torch

        return load_torch(self.folder, self._device, self._dtype, self._max_rows)


def find_folder(path: Path | str) -> Path:
    """Find a model's files on this machine, without asking the network.

    Raises:
        UserMistake: There is no such folder, and no model of that name was downloaded before.
    """
    folder = Path(path).expanduser()
    if is_there(folder / "config.json"):
        return folder
    if is_there(folder) and folder.is_dir():
        raise UserMistake(f"no config.json in {folder}: it is not the folder of a model")
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError
    except ImportError as error:
        raise MissingPackage("backend 'transformers'", "transformers", "local") from error

    try:
        return Path(snapshot_download(str(path), local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, ValueError):
        raise UserMistake(
            f"no model at {str(path)!r}: it is neither a folder nor the name of a model that was "
            "downloaded before; this backend never downloads one"
        ) from None
