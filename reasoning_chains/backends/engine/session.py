"""A local model behind the backend's verbs: checks a request, works at it, passes on news.

It knows no network. The model is loaded in the worker's thread when the first request comes.
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from reasoning_chains.backends.engine.worker import Worker
from reasoning_chains.errors import BackendError, CapabilityMissing, UserMistake
from reasoning_chains.protocols import Emit
from reasoning_chains.types import (
    Capabilities,
    Completion,
    Content,
    Request,
    Sampling,
)

if TYPE_CHECKING:  # numpy is loaded with the first request, not before
    from reasoning_chains.backends.engine.jobs import Asked, Scoring
    from reasoning_chains.backends.engine.scheduler import Model, Scheduler

__all__ = ["Session", "abilities"]


def abilities(folder: Path) -> Capabilities:
    """Tell what a local model can do; tools and thinking where its chat template speaks them."""
    from reasoning_chains.backends.engine.chat import read_chat_template

    template = read_chat_template(folder)
    return Capabilities(
        n=True,
        logprobs=True,
        top_logprobs=20,
        prefill=True,
        seed="row",
        tools=template is not None and template.speaks_tools,
        score=True,
        thinking=template is not None and "think>" in template.source,
        stream=True,
    )


class Session:
    """Serves one backend.

    Args:
        name: The backend's name, for errors and for the thread.
        load: Loads the model; called in the worker's thread.
        around: Makes what the work is done within.
    """

    def __init__(
        self,
        name: str,
        load: Callable[[], Model],
        around: Callable[[], AbstractContextManager[object]],
    ) -> None:
        self._name = name
        self._load = load
        self._worker: Worker[Asked | Scoring] = Worker(
            self._build, f"reasoning-chains {name}", around
        )
        self._jobs: set[Asked | Scoring] = set()
        self._watched = False

    def streamed(self) -> Session:
        """Give a view of the same session that emits deltas."""
        view = copy.copy(self)
        view._watched = True
        return view

    def _build(self) -> Scheduler:
        from reasoning_chains.backends.engine.scheduler import Scheduler

        return Scheduler(self._load())

    async def complete(
        self, request: Request, emit: Emit, abilities: Capabilities, defaults: Sampling
    ) -> None:
        """Answer a request; see `protocols.Backend`."""
        from reasoning_chains.backends.engine.jobs import Asked

        sampling = request.content.sampling.over(defaults)
        self._check(request.content, sampling, abilities)
        if not request.n:
            return
        job = Asked(request, sampling, watched=self._watched)
        left = request.n
        with self._at_hand(job):
            self._worker.submit(job)
            async for index, news in job.line.news():
                emit(index, news)
                left -= isinstance(news, Completion | BackendError)
                if not left:
                    return

    async def score(
        self, content: Content, continuations: Sequence[str], abilities: Capabilities
    ) -> tuple[Completion, ...]:
        """Score continuations; see `protocols.ScoringBackend`."""
        from reasoning_chains.backends.engine.jobs import Scoring

        self._check(content, content.sampling, abilities)
        job = Scoring(content, continuations, content.sampling.logprobs or 0)
        scored: list[Completion] = []
        if not job.continuations:
            return ()
        with self._at_hand(job):
            self._worker.submit(job)
            async for one in job.line.news():
                scored.append(one)
                if len(scored) == len(job.continuations):
                    break
        return tuple(scored)

    async def aclose(self) -> None:
        """Drop what is being worked at, free the thread and the weights."""
        for job in list(self._jobs):
            job.fail(BackendError(f"backend {self._name!r} was closed while it answered"))
            job.line.dropped = True
        busy = self._worker.close()
        if busy is not None:
            await asyncio.wait({asyncio.wrap_future(busy)})

    def _at_hand(self, job: Asked | Scoring) -> AbstractContextManager[None]:
        return _AtHand(self._jobs, job)

    def _check(self, content: Content, sampling: Sampling, abilities: Capabilities) -> None:
        if content.tools and not abilities.tools:
            raise CapabilityMissing(
                "calling tools", self._name, "its chat template shows none; use ReAct as text"
            )
        if content.schema is not None:
            raise CapabilityMissing(
                "a JSON schema", self._name, "ask for JSON in words and check the reply"
            )
        if sampling.stop is not None and "" in sampling.stop:
            raise UserMistake("sampling stop holds an empty text: every reply would end at once")
        if not 0 <= (sampling.logprobs or 0) <= abilities.top_logprobs:
            raise UserMistake(
                f"sampling logprobs={sampling.logprobs}: backend {self._name!r} gives 0 to "
                f"{abilities.top_logprobs} alternatives a token"
            )


class _AtHand:
    """Marks a job as dropped when its reader leaves, by its end, an error or a cancellation."""

    def __init__(self, jobs: set[Asked | Scoring], job: Asked | Scoring) -> None:
        self._jobs, self._job = jobs, job

    def __enter__(self) -> None:
        self._jobs.add(self._job)

    def __exit__(self, *_: object) -> None:
        self._job.line.dropped = True
        self._jobs.discard(self._job)
