"""Logits to tokens and log-probabilities, row by row; it knows no model and no text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reasoning_chains.backends.engine.decoder import Floats, Ints

__all__ = ["Drawn", "Picking", "Scored", "pick", "score_tokens"]


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
    tokens = np.empty(len(logits), dtype=np.int64)
    sure = np.empty(len(logits), dtype=np.bool_)
    if greedy.any():
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
    heat = np.array([how.temperature for how in picking], dtype=np.float32)[:, None]
    # The largest is taken off first: a tiny temperature then makes -inf, and never inf - inf.
    with np.errstate(over="ignore", under="ignore"):
        scaled = (logits - logits.max(axis=1, keepdims=True)) / heat
    slack = 2.0 * tolerance / heat[:, 0].astype(np.float64)
    sure = _cut(scaled, picking, slack)
    weight = np.exp(scaled)
    reached = np.cumsum(weight, axis=1, dtype=np.float64)
    total = reached[:, -1]
    tokens = (reached <= (uniforms * total)[:, None]).sum(axis=1)
    # u * total may round up to total: then the last token that has any weight is meant
    tokens = np.minimum(tokens, (reached < total[:, None]).sum(axis=1))
    rows = np.arange(len(logits))
    above = reached[rows, tokens] / total
    below = np.where(tokens > 0, reached[rows, tokens - 1] / total, 0.0)
    # Logits off by the tolerance move the odds of a boundary by a factor e^slack at most.
    odds = _log_odds(np.clip(uniforms, 1e-300, None))
    sure &= (odds - _log_odds(below) > slack) & (_log_odds(above) - odds > slack)
    return Drawn(tokens, sure)


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
    shifted = logits - logits.max(axis=1, keepdims=True)
    logprobs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    own = logprobs[np.arange(len(tokens)), tokens]
    return [
        Scored(float(own[row]), _top(logprobs[row], count) if count else ())
        for row, count in enumerate(tops)
    ]


def _top(line: Floats, count: int) -> tuple[tuple[int, float], ...]:
    count = min(count, len(line))
    near = np.argpartition(-line, count - 1)[:count]
    order = near[np.lexsort((near, -line[near]))]
    return tuple((int(token), float(line[token])) for token in order)
