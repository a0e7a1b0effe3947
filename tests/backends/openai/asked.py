"""How the tests of this folder ask a backend; it keeps what was emitted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, TypeVar

from reasoning_chains.backends.openai import OpenAIBackend
from reasoning_chains.errors import BackendError
from reasoning_chains.types import (
    Completion,
    Content,
    Delta,
    Message,
    Request,
    SampleKey,
    Sampling,
)

KEY = "sk-canary-7f3a9b21c4d8e6f0"
T = TypeVar("T")
Via: TypeAlias = Literal["aiohttp", "sdk"]


@dataclass
class Got:
    """What a backend emitted, by sample."""

    completions: dict[int, Completion] = field(default_factory=dict)
    errors: dict[int, BackendError] = field(default_factory=dict)
    deltas: dict[int, list[Delta]] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)

    def take(self, at: int, what: Delta | Completion | BackendError) -> None:
        """Keep one emission, and hold the backend to one outcome a sample."""
        if isinstance(what, Delta):
            assert at not in self.order, "a delta came after the end"
            self.deltas.setdefault(at, []).append(what)
            return
        assert at not in self.order, f"sample {at} was given twice"
        self.order.append(at)
        if isinstance(what, Completion):
            self.completions[at] = what
        else:
            self.errors[at] = what

    @property
    def texts(self) -> list[str]:
        return [self.completions[at].text for at in sorted(self.completions)]

    @property
    def error(self) -> BackendError:
        (error,) = self.errors.values()
        return error

    @property
    def notes(self) -> str:
        return "\n".join(note for done in self.completions.values() for note in done.notes)


def content(text: str = "What is 2 + 2?", **sampling: Any) -> Content:
    return Content((Message("user", text),), Sampling(**{"temperature": 0.7, **sampling}))


def samples(asked: Content, n: int, first: int = 0) -> tuple[SampleKey, ...]:
    return tuple(
        SampleKey("openai:m", asked.digest, (0, "item"), at) for at in range(first, first + n)
    )


async def ask(backend: OpenAIBackend, asked: Content | None = None, n: int = 1) -> Got:
    asked = asked or content()
    got = Got()
    await backend.complete(Request(asked, samples(asked, n)), got.take)
    assert sorted(got.order) == list(range(n))
    return got


def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine in a loop of its own, which must be left without tasks."""

    async def checked() -> T:
        done = await work()
        await asyncio.sleep(0.01)  # for what is closing just now
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not left, left
        return done

    return asyncio.run(checked())


def asked_once(url: str, asked: Content | None = None, n: int = 1, **options: Any) -> Got:
    """Make a backend, ask it once, and leave the closing of its connections to the loop's end."""
    backend = OpenAIBackend("m", url, **{"api_key": KEY, **options})
    return run(lambda: ask(backend, asked, n))
