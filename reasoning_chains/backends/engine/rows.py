"""The running batch of the NumPy network: rows of different lengths that share their prompts.

It knows no sampling and no text. A long prompt, or one of several rows, is read where it lies, by
all its rows at once, and never copied: each row owns the keys and values of its reply only. A
short prompt of one row is copied into the row's own cache, where all rows are read at once.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reasoning_chains.backends.engine.decoder import Floats, Ints
from reasoning_chains.backends.engine.network import feed, normed, project, soften, times
from reasoning_chains.backends.engine.prefixes import Prompt
from reasoning_chains.backends.engine.weights import Weights

__all__ = ["Rows"]

GROW = 64
"""Positions by which the rows' own cache grows."""

KEPT = 64 << 20
"""An empty batch keeps caches of so many bytes: new memory cost a tenth of decoding."""

SHORT, FEW = 256, 3
"""Prompts of so many tokens and rows are copied: measured, it halves attention in a batch of 64."""


class Rows:
    """The batch: joined, stepped and left by the scheduler."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._prompts: list[Prompt | None] = []  # those that are read where they lie
        self._groups: list[tuple[Prompt, Sequence[int]]] = []
        self._lengths: Ints = np.zeros(0, dtype=np.int64)
        self._starts: Ints = np.zeros(0, dtype=np.int64)
        shape = weights.shape
        self._keys = np.zeros((shape.layers, 0, shape.kv_heads, 0, shape.head_dim), np.float32)
        self._values = self._keys.copy()

    def __len__(self) -> int:
        return len(self._prompts)

    def join(self, prompt: Prompt, count: int) -> None:
        """Add `count` rows after a prompt."""
        own = len(prompt.ids) if len(prompt.ids) <= SHORT and count <= FEW else 0
        first = len(self)
        self._prompts += [None if own else prompt] * count
        self._lengths = np.concatenate((self._lengths, np.full(count, own, dtype=np.int64)))
        self._arrange()
        if own:
            self._reserve()
            self._keys[:, first : len(self), :, :own] = prompt.keys[:, None]
            self._values[:, first : len(self), :, :own] = prompt.values[:, None]

    def leave(self, row: int) -> None:
        """Take out a row; the last one takes its place."""
        last = len(self) - 1
        used = int(self._lengths[last])
        if row != last:
            self._prompts[row] = self._prompts[last]
            self._lengths[row] = used
            for cache in (self._keys, self._values):
                cache[:, row, :, :used] = cache[:, last, :, :used]
        self._prompts.pop()
        self._lengths = self._lengths[:last].copy()
        self._arrange()
        if not self._prompts and self._keys.nbytes > KEPT:
            self._keys, self._values = (
                np.zeros_like(cache, shape=(len(cache), 0, cache.shape[2], 0, cache.shape[4]))
                for cache in (self._keys, self._values)
            )

    def _arrange(self) -> None:
        groups: dict[int, tuple[Prompt, list[int]]] = {}
        for row, prompt in enumerate(self._prompts):
            if prompt is not None:
                groups.setdefault(id(prompt), (prompt, []))[1].append(row)
        self._groups = list(groups.values())
        starts = [0 if prompt is None else len(prompt.ids) for prompt in self._prompts]
        self._starts = np.array(starts, dtype=np.int64)

    def _reserve(self) -> None:
        layers, rows, heads, room, dim = self._keys.shape
        wanted = int(self._lengths.max()) + 1
        if len(self) <= rows and wanted <= room:
            return
        if wanted > room:
            room = -(-wanted // GROW) * GROW
        if len(self) > rows:  # doubled, since rows join one by one
            rows = max(len(self), 2 * rows)
        for name in ("_keys", "_values"):
            old = getattr(self, name)
            new = np.zeros((layers, rows, heads, room, dim), dtype=np.float32)
            new[:, : old.shape[1], :, : old.shape[3]] = old
            setattr(self, name, new)

    def step(self, tokens: Ints) -> Floats:
        """Read one token a row and give the logits after it."""
        self._reserve()
        weights, count = self._weights, len(self)
        turns = weights.turns[self._starts + self._lengths]
        scores, mask = self._scores()
        rows = np.arange(count)
        x = weights.embed[tokens]
        with np.errstate(over="ignore"):
            for index, layer in enumerate(weights.layers):
                q, k, v = project(weights, layer, x, turns)
                self._keys[index][rows, :, self._lengths] = k
                self._values[index][rows, :, self._lengths] = v
                x = x + times(self._attend(index, q, scores, mask), layer.out)
                x = x + feed(weights, layer, x)
        self._lengths += 1
        return times(normed(x, weights.shape.eps), weights.head)

    def _scores(self) -> tuple[Floats, Floats | None]:
        # Columns: the longest prompt's positions, then the longest reply's. Where rows are of
        # one length, nothing is masked.
        shape, longest = self._weights.shape, int(self._starts.max())
        own = int(self._lengths.max()) + 1
        each = shape.heads // shape.kv_heads
        scores = np.zeros((len(self), shape.kv_heads, each, longest + own), dtype=np.float32)
        if self._starts.min() == longest and self._lengths.min() == own - 1:
            return scores, None
        unused = np.concatenate(
            (
                np.arange(longest) >= self._starts[:, None],
                np.arange(own) > self._lengths[:, None],
            ),
            axis=1,
        )
        return scores, np.where(unused, np.float32(-np.inf), np.float32(0))[:, None, None]

    def _attend(self, index: int, q: Floats, scores: Floats, mask: Floats | None) -> Floats:
        count, heads, each, _ = scores.shape
        longest = int(self._starts.max())
        own = scores.shape[3] - longest
        asked = q.reshape(count, heads, each, -1)
        keys, values = self._keys[index, :count, :, :own], self._values[index, :count, :, :own]
        for prompt, rows in self._groups:
            _score(asked, prompt.keys[index], rows, scores)
        np.matmul(asked, keys.swapaxes(2, 3), out=scores[..., longest:])
        if mask is not None:
            scores += mask
        sums = soften(scores)
        mixed = scores[..., longest:] @ values
        for prompt, rows in self._groups:
            _mix(scores, prompt.values[index], rows, mixed)
        mixed /= sums
        return mixed.reshape(count, -1)


def _score(asked: Floats, keys: Floats, rows: Sequence[int], scores: Floats) -> None:
    """Write the scores of a prompt's positions for the rows that share it."""
    length = keys.shape[1]
    if len(rows) == 1:
        np.matmul(asked[rows[0]], keys.swapaxes(1, 2), out=scores[rows[0], :, :, :length])
        return
    together = _by_head(asked[rows]) @ keys.swapaxes(1, 2)
    scores[rows, :, :, :length] = _by_row(together, len(rows))


def _mix(scores: Floats, values: Floats, rows: Sequence[int], mixed: Floats) -> None:
    """Add the prompt's values, weighted, to the rows that share it."""
    length = values.shape[1]
    if len(rows) == 1:
        mixed[rows[0]] += scores[rows[0], :, :, :length] @ values
        return
    mixed[rows] += _by_row(_by_head(scores[rows, :, :, :length]) @ values, len(rows))


def _by_head(x: Floats) -> Floats:
    rows, heads, each, size = x.shape
    return x.transpose(1, 0, 2, 3).reshape(heads, rows * each, size)


def _by_row(x: Floats, rows: int) -> NDArray[np.float32]:
    return x.reshape(len(x), rows, -1, x.shape[-1]).transpose(1, 0, 2, 3)
