"""Log-probabilities of given text after a prompt; it knows no batch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reasoning_chains.backends.engine.decoder import Decoder
from reasoning_chains.backends.engine.jobs import Scoring, unreadable
from reasoning_chains.backends.engine.prompting import Prompter
from reasoning_chains.backends.engine.sampling import score_tokens
from reasoning_chains.backends.engine.spelling import TextStream
from reasoning_chains.errors import Caught
from reasoning_chains.types import Completion, TokenLogprob, Usage

__all__ = ["score_next"]


def score_next(prompter: Prompter, decoder: Decoder, job: Scoring) -> None:
    """Score the first continuation of a job that is not scored yet."""
    text = job.continuations[job.scored]
    with Caught() as caught:
        before, ids = prompter.continuation(job.content, text)
    if caught.error is not None:
        job.fail(unreadable(caught.error))
        return
    tokens = _score(prompter, decoder, (before, ids), job.top) if ids else ()
    first = job.scored == 0  # the prompt is read once for all of them
    used = Usage(int(first), int(first), len(before) if first else 0, len(ids))
    job.settle(Completion(text, logprobs=tokens, usage=used, bill=used))


def _score(
    prompter: Prompter,
    decoder: Decoder,
    text: tuple[Sequence[int], Sequence[int]],
    top: int,
) -> tuple[TokenLogprob, ...]:
    before, ids = text
    prompt = decoder.open(before)
    lines = prompt.logits[None]
    if len(ids) > 1:
        lines = np.concatenate((lines, decoder.extend(prompt, ids[:-1])))
    scored = score_tokens(lines, np.array(ids, dtype=np.int64), [top] * len(ids))
    stream = TextStream(prompter.spelling, before)
    pieces = [stream.push(number) for number in ids]
    pieces[-1] += stream.flush()
    return tuple(
        TokenLogprob(
            piece,
            one.logprob,
            tuple((prompter.spelling.piece(number), logprob) for number, logprob in one.top),
        )
        for piece, one in zip(pieces, scored, strict=True)
    )
