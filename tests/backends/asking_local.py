"""Asks a local backend and collects what it emits."""

from __future__ import annotations

from dataclasses import dataclass, field

from reasoning_chains.errors import BackendError
from reasoning_chains.protocols import Backend
from reasoning_chains.types import Completion, Content, Delta, Message, Request, SampleKey, Sampling


@dataclass
class Heard:
    """What one request brought, by sample."""

    ends: dict[int, Completion | BackendError] = field(default_factory=dict)
    deltas: dict[int, list[Delta]] = field(default_factory=dict)

    def emit(self, index: int, news: Delta | Completion | BackendError) -> None:
        assert index not in self.ends, "news after the end"
        if isinstance(news, Delta):
            self.deltas.setdefault(index, []).append(news)
        else:
            self.ends[index] = news

    def shown(self, index: int) -> str:
        return "".join(delta.text for delta in self.deltas.get(index, []))

    @property
    def completions(self) -> list[Completion]:
        found = [self.ends[index] for index in sorted(self.ends)]
        assert all(isinstance(end, Completion) for end in found), found
        return [end for end in found if isinstance(end, Completion)]


def user(text: str, **sampling: object) -> Content:
    return Content((Message("user", text),), Sampling(**sampling))  # type: ignore[arg-type]


def samples(content: Content, places: range) -> tuple[SampleKey, ...]:
    return tuple(SampleKey("local", content.digest, (place,)) for place in places)


async def ask(backend: Backend, content: Content, places: range = range(1)) -> Heard:
    """Ask for the samples at these places: the same place is always the same sample."""
    heard = Heard()
    view: Backend = getattr(backend, "streamed", lambda: backend)()
    await view.complete(Request(content, samples(content, places)), heard.emit)
    assert sorted(heard.ends) == list(range(len(places)))
    return heard


async def tell(backend: Backend, content: Content, places: range = range(1)) -> list[str]:
    return [completion.text for completion in (await ask(backend, content, places)).completions]
