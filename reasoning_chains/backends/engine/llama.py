"""A Llama network in NumPy as a decoder; it knows no text and no sampling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from reasoning_chains.backends.engine.decoder import Floats, Ints
from reasoning_chains.backends.engine.network import (
    Cache,
    Part,
    normed,
    read_together,
    read_tokens,
    times,
)
from reasoning_chains.backends.engine.prefixes import Prefixes, Prompt
from reasoning_chains.backends.engine.rows import Rows
from reasoning_chains.backends.engine.weights import Weights

__all__ = ["NumpyLlama"]

TOGETHER = 192
"""So many tokens of short prompts are read at once."""

ALIKE = 32
"""Prompts with so many first tokens in common are read one by one, the common part once."""

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

    def open_all(self, texts: Sequence[Sequence[int]]) -> list[Prompt]:
        """Read several prompts; the short ones that begin differently are read together."""
        if len(texts) == 1:
            return [self.open(texts[0])]
        starts = Counter(tuple(ids[:ALIKE]) for ids in texts)
        groups: list[list[int]] = [[]]
        size = 0
        for place, ids in enumerate(texts):
            if starts[tuple(ids[:ALIKE])] > 1 or not self._is_new(ids):
                continue
            if size + len(ids) > TOGETHER:
                groups.append([])
                size = 0
            groups[-1].append(place)
            size += len(ids)
        found: dict[int, Prompt] = {}
        for group in groups:
            if len(group) > 1:
                prompts = self._open_together([texts[place] for place in group])
                found.update(zip(group, prompts, strict=True))
        return [found.get(place) or self.open(ids) for place, ids in enumerate(texts)]

    def _is_new(self, ids: Sequence[int]) -> bool:
        return len(ids) < TOGETHER and self.prefixes.find(ids)[1] < min(ALIKE, len(ids))

    def _open_together(self, texts: Sequence[Sequence[int]]) -> list[Prompt]:
        self.tokens_read += sum(map(len, texts))
        parts = [Part(np.array(ids, dtype=np.int64), self._room(len(ids))) for ids in texts]
        lines = self._logits(read_together(self._weights, parts))
        prompts = [
            Prompt(tuple(ids), part.cache.keys, part.cache.values, line.copy())
            for ids, part, line in zip(texts, parts, lines, strict=True)
        ]
        for prompt in prompts:
            self.prefixes.keep(prompt)
        return prompts

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
        part = Part(np.array(ids, dtype=np.int64), cache, start)
        return self._logits(read_tokens(self._weights, part, last))

    def _logits(self, stream: Floats) -> Floats:
        return times(normed(stream, self._weights.shape.eps), self._weights.head)

    def _room(self, length: int) -> Cache:
        shape = self._weights.shape
        size = (shape.layers, shape.kv_heads, length, shape.head_dim)
        return Cache(np.empty(size, dtype=np.float32), np.empty(size, dtype=np.float32))
