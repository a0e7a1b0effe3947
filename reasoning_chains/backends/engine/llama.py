"""A Llama network in NumPy as a decoder; it knows no text and no sampling."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reasoning_chains.backends.engine.decoder import Floats, Ints
from reasoning_chains.backends.engine.network import Cache, normed, read_tokens, times
from reasoning_chains.backends.engine.prefixes import Prefixes, Prompt
from reasoning_chains.backends.engine.rows import Rows
from reasoning_chains.backends.engine.weights import Weights

__all__ = ["NumpyLlama"]

WORTH = 8
"""A common beginning shorter than this is read again: copying would not be cheaper."""


class NumpyLlama:
    """Reads prompts through a cache of prefixes, and holds the running batch.

    Args:
        weights: The network.
        cache_bytes: The memory cap of the cached prefixes; 0 keeps none.
    """

    # In float32 the same tokens were measured to give logits up to 1.8e-5 apart, by batch.
    tolerance = 2e-5

    def __init__(self, weights: Weights, cache_bytes: int = 64 << 20) -> None:
        self._weights = weights
        self._rows = Rows(weights)
        self.prefixes = Prefixes(cache_bytes)
        self.tokens_read = 0
        """Prompt tokens that went through the network, for measuring what caching saves."""

    @property
    def context(self) -> int:
        """How many tokens a prompt and its reply may have together."""
        return self._weights.shape.context

    def open(self, ids: Sequence[int]) -> Prompt:
        """Read a prompt, but for the beginning that a cached one shares."""
        known, common = self.prefixes.find(ids)
        if known is not None and common == len(ids) == len(known.ids):
            return known
        common = min(common, len(ids) - 1) if common >= WORTH else 0
        cache = self._room(len(ids))
        if known is not None and common:
            cache.keys[:, :, :common] = known.keys[:, :, :common]
            cache.values[:, :, :common] = known.values[:, :, :common]
        line = self._read(ids[common:], cache, common, 1)[0]
        prompt = Prompt(tuple(ids), cache.keys, cache.values, line)
        self.prefixes.keep(prompt)
        return prompt

    def extend(self, prompt: Prompt, ids: Sequence[int]) -> Floats:
        """Give the logits after each of `ids`, read after the prompt."""
        start = len(prompt.ids)
        cache = self._room(start + len(ids))
        cache.keys[:, :, :start], cache.values[:, :, :start] = prompt.keys, prompt.values
        return self._read(ids, cache, start, len(ids))

    def reread(self, ids: Sequence[int]) -> Floats:
        """Give the logits after the last token from the tokens alone, past every cache."""
        line: Floats = self._read(ids, self._room(len(ids)), 0, 1)[0]
        return line

    def join(self, prompt: Prompt, count: int) -> None:
        """Add rows that go on after the prompt to the end of the batch."""
        self._rows.join(prompt, count)

    def leave(self, row: int) -> None:
        """Take a row out of the batch; the last row takes its place."""
        self._rows.leave(row)

    def step(self, tokens: Ints) -> Floats:
        """Read one token a row and give the logits after it."""
        return self._rows.step(tokens)

    def _read(self, ids: Sequence[int], cache: Cache, start: int, last: int) -> Floats:
        """Read tokens into the cache, and give the logits after the `last` of them."""
        self.tokens_read += len(ids)
        line = np.array(ids, dtype=np.int64)
        stream = read_tokens(self._weights, line, cache, start, last)
        return times(normed(stream, self._weights.shape.eps), self._weights.head)

    def _room(self, length: int) -> Cache:
        shape = self._weights.shape
        size = (shape.layers, shape.kv_heads, length, shape.head_dim)
        return Cache(np.empty(size, dtype=np.float32), np.empty(size, dtype=np.float32))
