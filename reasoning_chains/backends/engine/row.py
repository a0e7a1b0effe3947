"""One sample in the running batch: its ids, its numbers, its reply; it knows no other row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from reasoning_chains.backends.engine.jobs import Asked
from reasoning_chains.backends.engine.prompting import Prompter, Written
from reasoning_chains.backends.engine.reply import Habits, Reply
from reasoning_chains.backends.engine.sampling import Picking, Scored
from reasoning_chains.backends.engine.spelling import TextStream
from reasoning_chains.types import Finish, Sampling, Usage

__all__ = ["Row", "seat_row"]


@dataclass(slots=True, eq=False)
class Row:
    """A sample that is being decoded; `ids` are its prompt and its reply so far.

    `top` is how many likeliest tokens are wanted beside each token, `None` for no log-probability.
    """

    job: Asked
    index: int
    picking: Picking
    reply: Reply
    ids: list[int]
    limit: int
    top: int | None = None
    numbers: Any = field(default=None)

    def number(self) -> float:
        """Give the next number of this row's own sequence, which its seed alone decides."""
        return 0.0 if self.numbers is None else float(self.numbers.random())

    def accept(self, token: int, scored: Scored | None, ends: frozenset[int]) -> bool:
        """Take a token, and say whether the reply ended with it."""
        self.ids.append(token)
        if token in ends:
            self.reply.end()
            return self._finish("stop")
        self.reply.push(token, scored)
        if self.reply.stopped:
            return self._finish("stop")
        return self.reply.count >= self.limit and self._finish("length")

    def show(self) -> None:
        """Pass on what the reply shows by now."""
        self.job.show(self.index, self.reply.show())

    def _finish(self, finish: Finish) -> bool:
        self.job.show(self.index, self.reply.flush())
        if self.reply.stopped:  # by what was held back to the end
            finish = "stop"
        first = int(self.index == 0)
        count, read = self.reply.count, len(self.ids) - self.reply.count
        usage = Usage(calls=1, requests=first, prompt_tokens=read, completion_tokens=count)
        bill = Usage(1, first, read * first, count)
        self.job.settle(self.index, self.reply.completion(finish, usage, bill))
        return True


def seat_row(job: Asked, index: int, prompter: Prompter, thinks: bool) -> Row:
    """Make the row of one sample of a request whose prompt is written."""
    written, sampling = job.written or Written(()), job.sampling
    key = job.request.samples[index]
    ids = list(written.ids)
    spelling = prompter.spelling
    habits = Habits(
        stops=sampling.stop or (),
        calls=f"call_{key.seed & 0xFFFFFFFF:08x}_" if job.request.content.tools else "",
        thinks=thinks,
        opened=written.opened,
    )
    stream = TextStream(spelling, ids[len(ids) - written.prefill :])
    picking = _picking(sampling)
    return Row(
        job=job,
        index=index,
        picking=picking,
        reply=Reply(stream, habits, spelling.piece),
        ids=ids,
        limit=min(sampling.max_tokens or prompter.context, prompter.context - len(ids)),
        top=sampling.logprobs,
        numbers=np.random.Generator(np.random.PCG64(key.seed)) if picking.temperature else None,
    )


def _picking(sampling: Sampling) -> Picking:
    return Picking(
        temperature=sampling.temperature or 0.0,
        top_k=sampling.top_k or 0,
        top_p=1.0 if sampling.top_p is None else sampling.top_p,
    )
