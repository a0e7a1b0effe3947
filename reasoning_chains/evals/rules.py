"""How the samples of a problem become one answer, or one score; it reads no text and no file."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.record import Ballot
from reasoning_chains.evals.score import Score
from reasoning_chains.voting import majority

__all__ = ["BY_LOGPROB", "ELECTING", "RULES", "SCORING"]

Ballots: TypeAlias = Sequence[Ballot]
Key: TypeAlias = Callable[[str], str]

_SURE = 0.5
"""The part of all samples that must agree, where doubt abstains."""


def _majority(ballots: Ballots, key: Key) -> str | None:
    return majority(_answers(ballots), key=key).answer


def _weighted(ballots: Ballots, key: Key) -> str | None:
    return majority(_answers(ballots), [one.weight for one in ballots], key=key).answer


def _first(ballots: Ballots, key: Key) -> str | None:
    return ballots[0].answer


def _unanimous(ballots: Ballots, key: Key) -> str | None:
    keys = {None if one.answer is None else key(one.answer) for one in ballots}
    return ballots[0].answer if len(keys) == 1 else None


def _confident(ballots: Ballots, key: Key) -> str | None:
    vote = majority(_answers(ballots), key=key)
    if vote.answer is None or vote.votes[vote.answer] < _SURE * len(ballots):
        return None
    return vote.answer


def _likeliest(ballots: Ballots, key: Key) -> str | None:
    """Take the first of the most probable samples (best of n by likelihood)."""
    means = _means(ballots)
    answered = [place for place, one in enumerate(ballots) if one.answer is not None]
    best = max(answered, key=means.__getitem__, default=None)
    return None if best is None else ballots[best].answer


def _probable(ballots: Ballots, key: Key) -> str | None:
    """Let each sample vote with its normalised probability (arXiv:2203.11171, table 1)."""
    weights = [math.exp(mean) for mean in _means(ballots)]
    return majority(_answers(ballots), weights, key=key).answer


def _each(scores: Sequence[Score]) -> Score:
    return Score.part(math.fsum(score.value for score in scores) / len(scores))


def _any(scores: Sequence[Score]) -> Score:
    return max(scores, key=lambda score: (score.outcome == "right", score.value))


def _answers(ballots: Ballots) -> list[str | None]:
    return [one.answer for one in ballots]


def _means(ballots: Ballots) -> list[float]:
    """Give the mean log-probability of each sample; one without an answer has no vote to weigh.

    Raises:
        UserMistake: One that has an answer has none.
    """
    without = sum(one.answer is not None and one.logprob is None for one in ballots)
    if without:
        raise UserMistake(
            f"{without} of {len(ballots)} samples have no log-probability. A run records them with "
            "sampling=Sampling(logprobs=0), and for the pool of --matched; recorded samples have "
            "them in the column logprobs. Or take a rule that needs none"
        )
    return [-math.inf if one.logprob is None else one.logprob for one in ballots]


ELECTING: Mapping[str, Callable[[Ballots, Key], str | None]] = {
    "majority": _majority,
    "weighted": _weighted,
    "first": _first,
    "unanimous": _unanimous,
    "confident": _confident,
    "likeliest": _likeliest,
    "probable": _probable,
}
"""Rules that choose an answer, or None to abstain; the key tells which answers are the same."""

SCORING: Mapping[str, Callable[[Sequence[Score]], Score]] = {"each": _each, "any": _any}
"""Rules that score what each sample would score; there is at least one."""

RULES = (*ELECTING, *SCORING)

BY_LOGPROB = frozenset({"likeliest", "probable"})
"""Rules that need the log-probability of each sample that has an answer."""
