"""The Llama forward pass in NumPy; it knows no running batch and no text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reasoning_chains.backends.engine.decoder import Floats, Ints
from reasoning_chains.backends.engine.weights import Layer, Weights

__all__ = [
    "Cache",
    "Part",
    "feed",
    "normed",
    "project",
    "read_together",
    "read_tokens",
    "soften",
    "times",
]

CHUNK = 256
"""Tokens read at once: bounds the scores' memory to heads x 256 x context floats."""

LATER = np.triu(np.full((CHUNK, CHUNK), -np.inf, dtype=np.float32), 1)
"""What a token must not see of the chunk that it is read in."""

FEW = 3
"""Up to so many rows one matrix-vector product each is faster than one matrix product."""


def times(x: Floats, matrix: Floats) -> Floats:
    """Multiply rows with a matrix."""
    if 1 < len(x) <= FEW:
        each: Floats = np.concatenate([row @ matrix for row in x[:, None]])
        return each
    product: Floats = x @ matrix
    return product


def normed(x: Floats, eps: float) -> Floats:
    """Divide each row by its root mean square (the weights are folded into what follows)."""
    squares = np.einsum("ij,ij->i", x, x)
    scale = 1.0 / np.sqrt(squares / np.float32(x.shape[1]) + np.float32(eps))
    scaled: Floats = x * scale[:, None]
    return scaled


def project(
    weights: Weights, layer: Layer, x: Floats, turns: NDArray[np.complex64]
) -> tuple[Floats, Floats, Floats]:
    """Give queries (rows, heads, dim), keys and values (rows, kv heads, dim), positions turned in.

    Args:
        weights: The network.
        layer: The block whose projections are wanted.
        x: The stream, (rows, width).
        turns: The rows' rotary angles, (rows, dim / 2).
    """
    shape = weights.shape
    both = shape.heads + shape.kv_heads
    qkv = times(normed(x, shape.eps), layer.qkv).reshape(len(x), -1, shape.head_dim)
    turned = (qkv[:, :both].view(np.complex64) * turns[:, None]).view(np.float32)
    return turned[:, : shape.heads], turned[:, shape.heads :], qkv[:, both:]


def feed(weights: Weights, layer: Layer, x: Floats) -> Floats:
    """Give what the feed-forward part adds to the stream."""
    both = times(normed(x, weights.shape.eps), layer.gate_up)
    gate, up = both[:, : weights.shape.inner], both[:, weights.shape.inner :]
    # silu: a gate below -88 makes exp infinite, and the quotient the right 0
    mixed = np.negative(gate)
    np.exp(mixed, out=mixed)
    mixed += 1
    np.divide(gate, mixed, out=mixed)
    mixed *= up
    return times(mixed, layer.down)


def soften(scores: Floats) -> Floats:
    """Turn scores into weights in place, and give their sums over the last axis."""
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    sums: Floats = scores.sum(axis=-1, keepdims=True)
    return sums


@dataclass(frozen=True, slots=True)
class Cache:
    """Where a text's keys and values go: (layers, kv heads, room for its tokens, dim) each."""

    keys: Floats
    values: Floats

    def put(self, layer: int, start: int, keys: Floats, values: Floats) -> None:
        """Fill in a layer from a position on; given are (tokens, kv heads, dim)."""
        end = start + len(keys)
        self.keys[layer, :, start:end] = keys.swapaxes(0, 1)
        self.values[layer, :, start:end] = values.swapaxes(0, 1)


@dataclass(frozen=True, slots=True)
class Part:
    """Tokens to read at position `start`, and the cache, which is filled up to there."""

    ids: Ints
    cache: Cache
    start: int = 0

    @property
    def end(self) -> int:
        """The position after the last token."""
        return self.start + len(self.ids)


def read_tokens(weights: Weights, part: Part, last: int) -> Floats:
    """Read a text of any length, and fill its cache.

    Args:
        weights: The network.
        part: What is read.
        last: Of how many tokens, at the end, the stream is wanted; 1 saves most of a block.

    Returns:
        The stream after the last block, (`last`, width).
    """
    chunks = []
    for at in range(0, len(part.ids), CHUNK):
        chunk = Part(part.ids[at : at + CHUNK], part.cache, part.start + at)
        wanted = last - (len(part.ids) - at - len(chunk.ids))
        kept = min(max(1, wanted), len(chunk.ids))
        chunks.append(read_together(weights, [chunk], kept))
    return chunks[0] if len(chunks) == 1 else np.concatenate(chunks)[-last:]


def read_together(weights: Weights, parts: Sequence[Part], last: int = 1) -> Floats:
    """Read several texts of at most `CHUNK` tokens each, and fill their caches.

    The products are one for all: they are faster with more rows, and a short text has few.

    Returns:
        The stream after each text's `last` tokens, (texts x `last`, width).
    """
    ids = np.concatenate([part.ids for part in parts])
    turns = np.concatenate([weights.turns[part.start : part.end] for part in parts])
    ends = np.cumsum([len(part.ids) for part in parts]).tolist()
    x: Floats = weights.embed[ids]
    with np.errstate(over="ignore"):
        for index, layer in enumerate(weights.layers):
            q, k, v = project(weights, layer, x, turns)
            final = index == len(weights.layers) - 1  # nothing reads the other tokens' streams
            mixed = []
            for part, end in zip(parts, ends, strict=True):
                span = slice(end - len(part.ids), end)
                part.cache.put(index, part.start, k[span], v[span])
                asked = slice(end - last, end) if final else span
                mixed.append(_look_back(part, index, q[asked]))
            if final:
                x = x[np.concatenate([np.arange(end - last, end) for end in ends])]
            x = x + times(np.concatenate(mixed), layer.out)
            x = x + feed(weights, layer, x)
    return x


def _look_back(part: Part, index: int, q: Floats) -> Floats:
    """Attend from a part's last tokens to all before them and themselves."""
    count = len(part.ids)
    keys, values = part.cache.keys[index, :, : part.end], part.cache.values[index, :, : part.end]
    return _attend(q, keys, values, LATER[count - len(q) : count, :count])


def _attend(q: Floats, keys: Floats, values: Floats, later: Floats) -> Floats:
    count, heads, dim = q.shape
    shared = len(keys)
    grouped = q.reshape(count, shared, -1, dim).transpose(1, 2, 0, 3).reshape(shared, -1, dim)
    scores = grouped @ keys.swapaxes(1, 2)
    causal = scores.reshape(heads, count, -1)
    causal[:, :, -later.shape[1] :] += later
    sums = soften(scores)
    mixed = (scores @ values) / sums
    return mixed.reshape(heads, count, dim).swapaxes(0, 1).reshape(count, heads * dim)
