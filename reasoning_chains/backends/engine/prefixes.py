"""Prompts that were read, kept for those that begin alike; it knows no forward pass."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reasoning_chains.backends.engine.decoder import Floats, Ints

__all__ = ["Prefixes", "Prompt"]


@dataclass(frozen=True, slots=True, eq=False)
class Prompt:
    """A prompt that was read; keys and values are (layers, kv heads, tokens, dim)."""

    ids: tuple[int, ...]
    keys: Floats
    values: Floats
    logits: Floats

    @property
    def size(self) -> int:
        """Bytes held."""
        return self.keys.nbytes + self.values.nbytes + self.logits.nbytes


class Prefixes:
    """The prompts used last, under a cap of bytes.

    Only what was read as a prompt is kept, never a reply as it was decoded: a later prompt then
    gives the same logits whether its beginning was found here or not, up to rounding.
    """

    def __init__(self, cap: int) -> None:
        self._cap = cap
        self._size = 0
        self._kept: OrderedDict[tuple[int, ...], Prompt] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def size(self) -> int:
        """Bytes held by all prompts together."""
        return self._size

    def find(self, ids: Sequence[int]) -> tuple[Prompt | None, int]:
        """Give the prompt that shares the longest beginning with `ids`, and how long that is."""
        wanted = tuple(ids)
        best, length = self._kept.get(wanted), len(wanted)
        if best is None:
            line = np.array(wanted)
            length = 0
            for kept in self._kept.values():
                common = _common(line, np.array(kept.ids))
                if common > length:
                    best, length = kept, common
        if best is not None:
            self._kept.move_to_end(best.ids)
        return best, length

    def keep(self, prompt: Prompt) -> None:
        """Keep a prompt, dropping those unused for longest; one beyond the cap is not kept."""
        if prompt.size > self._cap or prompt.ids in self._kept:
            return
        self._kept[prompt.ids] = prompt
        self._size += prompt.size
        while self._size > self._cap:
            self._size -= self._kept.popitem(last=False)[1].size


def _common(a: Ints, b: Ints) -> int:
    size = min(len(a), len(b))
    other = np.flatnonzero(a[:size] != b[:size])
    return int(other[0]) if len(other) else size
