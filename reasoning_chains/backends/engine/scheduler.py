"""Continuous batching: requests in, deltas and completions out, one step after another.

It knows no event loop, no thread and no network: it turns within whatever calls it.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

import numpy as np

from reasoning_chains.backends.engine.decoder import Decoder, Floats, Ints
from reasoning_chains.backends.engine.delivery import wake
from reasoning_chains.backends.engine.jobs import Asked, Scoring, unreadable
from reasoning_chains.backends.engine.prompting import Prompter, Written
from reasoning_chains.backends.engine.row import Row, seat_row
from reasoning_chains.backends.engine.sampling import Scored, pick, score_tokens
from reasoning_chains.backends.engine.scoring import score_next
from reasoning_chains.errors import BackendError, Caught

__all__ = ["Model", "Scheduler"]

READ_AT_ONCE = 512
"""Prompt tokens read before those who are already being answered get their next token."""

SHOW_EVERY = 0.05
"""Seconds between the times that deltas are handed over: 20 a second read as continuous."""


@dataclass(frozen=True, slots=True)
class Model:
    """A loaded model: how it spells, what it reads, what ends a reply, whether it thinks."""

    prompter: Prompter
    decoder: Decoder
    ends: frozenset[int]
    thinks: bool = False
    max_rows: int = 64


class Scheduler:
    """Answers what it has taken, many requests in one batch."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._waiting: deque[Asked] = deque()
        self._scorings: deque[Scoring] = deque()
        self._rows: list[Row] = []
        self._unread: list[Asked] = []
        self._shown = 0.0

    def take(self, job: Asked | Scoring) -> None:
        """Take on a job; it starts with the next turn."""
        if isinstance(job, Scoring):
            self._scorings.append(job)
        else:
            self._waiting.append(job)

    def turn(self) -> bool:
        """Decode one token of every row, and say whether there is more to do."""
        self._leave([row.job.line.dropped for row in self._rows])
        self._score()
        self._admit()
        if self._rows:
            tokens = np.array([row.ids[-1] for row in self._rows], dtype=np.int64)
            ended = self._advance(self._rows, self._model.decoder.step(tokens))
            self._leave(ended)
        self._wake()
        return bool(self._rows or self._waiting or self._scorings)

    def _score(self) -> None:
        if self._scorings:
            job = self._scorings[0]
            if not job.done:
                score_next(self._model.prompter, self._model.decoder, job)
            if job.done:
                self._scorings.popleft()

    def _admit(self) -> None:
        chosen = self._choose()
        fresh = [job for job, _ in chosen if job.prompt is None]
        if fresh:
            texts = [job.written.ids for job in fresh if job.written is not None]
            prompts = self._model.decoder.open_all(texts)
            for job, prompt in zip(fresh, prompts, strict=True):
                job.prompt = prompt
        if chosen:
            self._seat(chosen)

    def _choose(self) -> list[tuple[Asked, list[int]]]:
        """Take the jobs that come next, with as many of their samples as there are rows for."""
        chosen: list[tuple[Asked, list[int]]] = []
        read, free = 0, self._model.max_rows - len(self._rows)
        while self._waiting and read < READ_AT_ONCE and free:
            job = self._waiting[0]
            written = None if job.done else self._write(job)
            if written is None:
                self._waiting.popleft()
                continue
            read += len(written.ids)
            seats, job.seats = job.seats[:free], job.seats[free:]
            free -= len(seats)
            if not job.seats:
                self._waiting.popleft()
            chosen.append((job, seats))
        return chosen

    def _write(self, job: Asked) -> Written | None:
        """Write a request's prompt, once for all its samples."""
        if job.written is None:
            with Caught() as caught:
                job.written = self._model.prompter.write(job.request.content)
            if isinstance(caught.error, BackendError):
                job.refuse(caught.error)
            elif caught.error is not None:
                job.fail(unreadable(caught.error))
        return job.written

    def _seat(self, chosen: Sequence[tuple[Asked, Sequence[int]]]) -> None:
        """Draw the first tokens of samples whose prompts were read, and let the rows join."""
        model = self._model
        rows = [
            seat_row(job, index, model.prompter, model.thinks)
            for job, seats in chosen
            for index in seats
        ]
        ended = self._advance(rows, np.stack([row.job.prompt.logits for row in rows]))
        going = [row for row, end in zip(rows, ended, strict=True) if not end]
        for job, group in groupby(going, key=attrgetter("job")):
            together = list(group)
            model.decoder.join(job.prompt, len(together))
            self._rows += together

    def _advance(self, rows: Sequence[Row], logits: Floats) -> list[bool]:
        """Draw each row's next token, and say which rows ended with it."""
        tokens = self._draw(rows, logits)
        scored: list[Scored | None] = [None] * len(rows)
        wanted = [place for place, row in enumerate(rows) if row.top is not None]
        if wanted:
            tops = [rows[place].top or 0 for place in wanted]
            lines = logits if len(wanted) == len(rows) else logits[wanted]
            for place, one in zip(wanted, score_tokens(lines, tokens[wanted], tops), strict=True):
                scored[place] = one
        ended = [
            row.accept(token, one, self._model.ends)
            for row, token, one in zip(rows, tokens.tolist(), scored, strict=True)
        ]
        self._unread += [row.job for row, end in zip(rows, ended, strict=True) if end]
        return ended

    def _draw(self, rows: Sequence[Row], logits: Floats) -> Ints:
        tolerance = self._model.decoder.tolerance
        picking = [row.picking for row in rows]
        numbers = [row.number() for row in rows]
        drawn = pick(logits, picking, numbers, tolerance)
        if tolerance and not drawn.sure.all():
            # Rounding differs with the batch. Where it could decide, the row's tokens are read
            # once more, alone, so that a seed means one reply whatever else is being answered.
            for place in np.flatnonzero(~drawn.sure).tolist():
                alone = self._model.decoder.reread(rows[place].ids)[None]
                again = pick(alone, [picking[place]], [numbers[place]], tolerance)
                drawn.tokens[place] = again.tokens[0]
        return drawn.tokens

    def _leave(self, gone: Sequence[bool]) -> None:
        for place in range(len(gone) - 1, -1, -1):
            if gone[place]:
                self._model.decoder.leave(place)
                self._rows[place] = self._rows[-1]
                self._rows.pop()

    def _wake(self) -> None:
        """Hand over the ends at once, and what the others show by now from time to time."""
        now = time.monotonic()
        if now - self._shown >= SHOW_EVERY:
            self._shown = now
            watched = [row for row in self._rows if row.job.watched]
            for row in watched:
                row.show()
            self._unread += [row.job for row in watched]
        if self._unread:
            wake([job.line for job in dict.fromkeys(self._unread)])
            self._unread = []
