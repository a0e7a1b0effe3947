"""The seam between a model that gives logits and the scheduler; it knows no text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Decoder", "Floats", "Ints", "Opened"]

Floats: TypeAlias = NDArray[np.floating[Any]]
Ints: TypeAlias = NDArray[np.int64]


class Opened(Protocol):
    """A prompt that was read: the logits after its last token, and the model's own state."""

    @property
    def ids(self) -> tuple[int, ...]: ...  # noqa: D102
    @property
    def logits(self) -> Floats: ...  # noqa: D102


class Decoder(Protocol):
    """Reads prompts and decodes a running batch, whose rows are numbered from 0 without gaps.

    `tolerance` is how far a logit may be off because of what else is in the batch or the cache;
    0 says that it is not known, and then nothing is decided twice.
    """

    @property
    def context(self) -> int:
        """How many tokens a prompt and its reply may have together."""

    @property
    def tolerance(self) -> float: ...  # noqa: D102

    def open(self, ids: Sequence[int]) -> Opened:
        """Read a prompt; what is known of its beginning is not read again."""

    def open_all(self, texts: Sequence[Sequence[int]]) -> Sequence[Opened]:
        """Read several prompts, at once where that is faster."""

    def extend(self, prompt: Any, ids: Sequence[int]) -> Floats:
        """Give the logits after each of `ids`, read after the prompt."""

    def reread(self, ids: Sequence[int]) -> Floats:
        """Give the logits after the last token: from the tokens alone, the same bits each time."""

    def join(self, prompt: Any, count: int) -> None:
        """Add rows that go on after the prompt to the end of the batch."""

    def leave(self, row: int) -> None:
        """Take a row out of the batch; the last row takes its place."""

    def step(self, tokens: Ints) -> Floats:
        """Read one token a row and give the logits after it, one line a row."""
