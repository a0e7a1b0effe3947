"""The Llama forward pass in NumPy; it knows no running batch and no text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reasoning_chains.backends.engine.decoder import Floats, Ints
from reasoning_chains.backends.engine.weights import Layer, Weights

__all__ = ["Cache", "feed", "normed", "project", "read_tokens", "soften", "times"]

CHUNK = 256
"""Tokens read at once: bounds the scores' memory to heads x 256 x context floats."""

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


def read_tokens(weights: Weights, ids: Ints, cache: Cache, start: int, last: int) -> Floats:
    """Read `ids` at position `start`, after what the cache holds, and fill it further.

    Args:
        weights: The network.
        ids: The tokens to read.
        cache: Filled up to `start`.
        start: The position of the first token.
        last: Of how many tokens, at the end, the stream is wanted; 1 saves most of a block.

    Returns:
        The stream after the last block, (`last`, width).
    """
    chunks = []
    with np.errstate(over="ignore"):
        for at in range(0, len(ids), CHUNK):
            part = ids[at : at + CHUNK]
            kept = max(1, last - (len(ids) - at - len(part)))
            chunks.append(_read_chunk(weights, part, cache, start + at, kept))
    return chunks[0] if len(chunks) == 1 else np.concatenate(chunks)[-last:]


def _read_chunk(weights: Weights, ids: Ints, cache: Cache, start: int, last: int) -> Floats:
    count, end = len(ids), start + len(ids)
    turns = weights.turns[start:end]
    later = np.triu(np.full((count, count), -np.inf, dtype=np.float32), 1)
    x = weights.embed[ids]
    for index, layer in enumerate(weights.layers):
        q, k, v = project(weights, layer, x, turns)
        keys, values = cache.keys[index, :, :end], cache.values[index, :, :end]
        keys[:, start:] = k.swapaxes(0, 1)
        values[:, start:] = v.swapaxes(0, 1)
        if layer is weights.layers[-1]:  # nothing follows that reads the other tokens' streams
            q, x, later = q[-last:], x[-last:], later[-last:]
        x = x + times(_attend(q, keys, values, later), layer.out)
        x = x + feed(weights, layer, x)
    return x


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
