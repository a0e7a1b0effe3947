"""Logits to tokens and log-probabilities, row by row; it knows no model and no text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reasoning_chains.backends.engine.decoder import Floats, Ints

__all__ = ["Drawn", "Picking", "Scored", "pick", "score_tokens"]

BLOCK = 64

_HEAT = float(np.finfo(np.float32).tiny), float(np.finfo(np.float32).max)
"""Beyond these a temperature would be 0 or infinite in the logits' own precision."""


@dataclass(frozen=True, slots=True)
class Picking:
    """How a row's token is drawn: temperature 0 takes the likeliest; top_k 0 keeps all."""

    temperature: float = 0.0
    top_k: int = 0
    top_p: float = 1.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """A token a row, and whether logits that are off by the tolerance would give the same."""

    tokens: Ints
    sure: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Scored:
    """A token's natural log-probability, and the likeliest tokens with theirs."""

    logprob: float
    top: tuple[tuple[int, float], ...] = ()


def pick(
    logits: Floats, picking: Sequence[Picking], uniforms: Sequence[float], tolerance: float
) -> Drawn:
    """Choose a token a row; `uniforms` are numbers in [0, 1), one a row.

    A row's token depends on its own line, picking and number only.
    """
    greedy = np.array([how.temperature == 0 or how.top_k == 1 for how in picking])
    if not greedy.any():  # the usual batch, in which nothing has to be picked apart
        return _draw(logits, picking, np.array(uniforms), tolerance)
    tokens = np.empty(len(logits), dtype=np.int64)
    sure = np.empty(len(logits), dtype=np.bool_)
    tokens[greedy], sure[greedy] = _likeliest(logits[greedy], tolerance)
    if not greedy.all():
        rows = np.flatnonzero(~greedy).tolist()
        chosen = [picking[row] for row in rows]
        drawn = _draw(logits[rows], chosen, np.array([uniforms[row] for row in rows]), tolerance)
        tokens[rows], sure[rows] = drawn.tokens, drawn.sure
    return Drawn(tokens, sure)


def _likeliest(logits: Floats, tolerance: float) -> tuple[Ints, NDArray[np.bool_]]:
    rows = np.arange(len(logits))
    tokens = logits.argmax(axis=1)
    rest = logits.copy()
    rest[rows, tokens] = -np.inf
    return tokens, logits[rows, tokens] - rest.max(axis=1) > 2 * tolerance


def _draw(
    logits: Floats, picking: Sequence[Picking], uniforms: NDArray[np.float64], tolerance: float
) -> Drawn:
    heat = np.array([how.temperature for how in picking])[:, None]
    heat = np.clip(heat, *_HEAT).astype(np.float32)
    # The largest is taken off first: a tiny temperature then makes -inf, and never inf - inf.
    with np.errstate(over="ignore", under="ignore"):
        scaled = logits - logits.max(axis=1, keepdims=True)
        scaled /= heat
    slack = 2.0 * tolerance / heat[:, 0].astype(np.float64)
    sure = _cut(scaled, picking, slack)
    at = _walk(np.exp(scaled, out=scaled), uniforms)
    # Logits off by the tolerance move the odds of a boundary by a factor e^slack at most.
    odds = _log_odds(np.clip(uniforms, 1e-300, None))
    sure &= (odds - _log_odds(at.below) > slack) & (_log_odds(at.above) - odds > slack)
    return Drawn(at.tokens, sure)


@dataclass(frozen=True, slots=True)
class _Met:
    """The token whose share of the weight holds a number, and where that share begins and ends."""

    tokens: Ints
    below: NDArray[np.float64]
    above: NDArray[np.float64]


def _walk(weight: Floats, uniforms: NDArray[np.float64]) -> _Met:
    # First to the block, then to the token: a running sum of the whole vocabulary is slow.
    rows, size = weight.shape
    blocks = -(-size // BLOCK)
    if size % BLOCK:
        weight = np.concatenate(
            (weight, np.zeros((rows, blocks * BLOCK - size), dtype=weight.dtype)), axis=1
        )
    weight = weight.reshape(rows, blocks, BLOCK)
    reached = np.cumsum(weight.sum(axis=2), axis=1, dtype=np.float64)
    total = reached[:, -1:]
    target = uniforms[:, None] * total
    each = np.arange(rows)
    block = _first_beyond(reached, target)
    before = np.where(block > 0, reached[each, block - 1], 0.0)
    inside = before[:, None] + np.cumsum(weight[each, block], axis=1, dtype=np.float64)
    place = _first_beyond(inside, target)
    below = np.where(place > 0, inside[each, place - 1], before)
    return _Met(block * BLOCK + place, below / total[:, 0], inside[each, place] / total[:, 0])


def _first_beyond(reached: NDArray[np.float64], target: NDArray[np.float64]) -> Ints:
    # Rounding may put the target at the very end: then the last with any weight is meant.
    found: Ints = (reached <= target).sum(axis=1)
    last: Ints = (reached < reached[:, -1:]).sum(axis=1)
    return np.minimum(found, last)


def _log_odds(share: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore"):
        odds: NDArray[np.float64] = np.log(share) - np.log1p(-np.minimum(share, 1.0))
    return odds


def _cut(
    scaled: Floats, picking: Sequence[Picking], slack: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Set what top-k and top-p leave out to -inf, in place; say where the cut is a close one."""
    sure = np.ones(len(scaled), dtype=np.bool_)
    for row, how in enumerate(picking):
        if how.top_k or how.top_p < 1:
            line = np.sort(scaled[row])[::-1]
            count, clear = _kept(line, how, float(slack[row]))
            if count < len(line):
                sure[row] = clear and line[count - 1] - line[count] > slack[row]
                scaled[row, scaled[row] < line[count - 1]] = -np.inf
    return sure


def _kept(line: Floats, how: Picking, slack: float) -> tuple[int, bool]:
    """How many of the sorted scores stay, and whether top-p's border is clear of the slack."""
    count = min(how.top_k, len(line)) if how.top_k else len(line)
    if how.top_p >= 1:
        return count, True
    weight = np.exp(line[:count].astype(np.float64))
    reached = np.cumsum(weight) / weight.sum()
    border = _log_odds(np.array(how.top_p)) if how.top_p > 0 else -np.inf
    clear = bool((np.abs(_log_odds(reached[:-1]) - border) > slack).all())
    return int((reached[:-1] < how.top_p).sum()) + 1, clear


def score_tokens(logits: Floats, tokens: Ints, tops: Sequence[int]) -> list[Scored]:
    """Give each token's log-probability in its row's line, at temperature 1 and uncut.

    Args:
        logits: (rows, vocabulary).
        tokens: One a row.
        tops: How many of the likeliest tokens are wanted, one number a row.
    """
    rows = np.arange(len(tokens))
    peak = logits.max(axis=1)
    weight = logits - peak[:, None]
    floor = peak + np.log(np.exp(weight, out=weight).sum(axis=1))
    own = (logits[rows, tokens] - floor).tolist()
    if not any(tops):
        return [Scored(mine, ()) for mine in own]
    order = _order(logits, min(max(tops), logits.shape[1]))
    near = (logits[rows[:, None], order] - floor[:, None]).tolist()
    return [
        Scored(mine, tuple(zip(columns[:count], logprobs[:count], strict=True)))
        for mine, columns, logprobs, count in zip(own, order.tolist(), near, tops, strict=True)
    ]


def _order(logits: Floats, count: int) -> Ints:
    """Give the columns of the largest in each row, the largest first, the left of equals first."""
    if count > 4:
        near = np.argpartition(-logits, count - 1, axis=1)[:, :count]
        near.sort(axis=1)
        by_size = np.argsort(-np.take_along_axis(logits, near, axis=1), axis=1, kind="stable")
        return np.take_along_axis(near, by_size, axis=1)
    columns = np.empty((len(logits), count), dtype=np.int64)
    if count == 1:
        columns[:, 0] = logits.argmax(axis=1)
        return columns
    rest, rows = logits.copy(), np.arange(len(logits))
    for place in range(count):  # measured faster than sorting where few are wanted
        columns[:, place] = rest.argmax(axis=1)
        rest[rows, columns[:, place]] = -np.inf
    return columns
