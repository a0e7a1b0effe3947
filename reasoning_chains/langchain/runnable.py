"""A chain as a LangChain runnable; it knows no chain's way and no backend."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import aclosing
from typing import Any, cast

from langchain_core.runnables import Runnable, RunnableConfig

from reasoning_chains.chain import Chain
from reasoning_chains.langchain.shape import OneVoice, Shape
from reasoning_chains.session import AnyBackend, Settings
from reasoning_chains.solution import Answered, AskFailed, Event, ReplyArrived, TextDelta

__all__ = ["ChainRunnable"]


class ChainRunnable(Runnable[Any, Any]):
    """A chain with its backend, where LangChain wants a runnable.

    It takes a text, a mapping, a `Problem`, a prompt or messages. Callbacks, tags, names and
    `max_concurrency` of the config hold as for every runnable, and a verb's options may be bound:
    `runnable.bind(seed=2)`. What a stream gives adds up to what `invoke` gives; with
    `output="message"` the working comes as reasoning, then the answer as content.
    """

    def __init__(
        self, chain: Chain, backend: AnyBackend, shape: Shape, options: Mapping[str, Any]
    ) -> None:
        Settings.of(options)
        self.chain, self.backend, self.shape = chain, backend, shape
        self.options = dict(options)
        self.name = type(chain).__name__

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """Solve what the input asks."""
        return self._call_with_config(self._solved, input, config, **kwargs)

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """Solve what the input asks."""
        return await self._acall_with_config(self._asolved, input, config, **kwargs)

    def stream(
        self,
        input: Any,
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> Iterator[Any]:
        """Solve what the input asks, and give what is written meanwhile."""
        once = iter([input])
        yield from self._transform_stream_with_config(once, self._pieces, config, **kwargs)

    async def astream(
        self,
        input: Any,
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[Any]:
        """Solve what the input asks, and give what is written meanwhile."""

        async def once() -> AsyncIterator[Any]:
            yield input

        pieces = self._atransform_stream_with_config(once(), self._apieces, config, **kwargs)
        async for piece in pieces:
            yield piece

    def _solved(self, given: Any, **options: Any) -> Any:
        problem = self.shape.read(given)
        return self.shape.write(
            self.chain.invoke(problem, self.backend, **{**self.options, **options})
        )

    async def _asolved(self, given: Any, **options: Any) -> Any:
        problem = self.shape.read(given)
        return self.shape.write(
            await self.chain.ainvoke(problem, self.backend, **{**self.options, **options})
        )

    def _pieces(self, given: Iterator[Any], **options: Any) -> Iterator[Any]:
        problem, voice = self.shape.read(next(given)), OneVoice()
        for event in self.chain.stream(problem, self.backend, **{**self.options, **options}):
            yield from self._told(voice, event)

    async def _apieces(self, given: AsyncIterator[Any], **options: Any) -> AsyncIterator[Any]:
        problem, voice = self.shape.read(await anext(given)), OneVoice()
        events = self.chain.astream(problem, self.backend, **{**self.options, **options})
        async with aclosing(cast("AsyncGenerator[Event, None]", events)) as open_events:
            async for event in open_events:
                for piece in self._told(voice, event):
                    yield piece

    def _told(self, voice: OneVoice, event: Event) -> Iterator[Any]:
        texts: Iterator[str] = iter(())
        if isinstance(event, TextDelta):
            if not event.reasoning or self.shape.output != "text":
                texts = voice.hear(event.path, event.text)
        elif isinstance(event, ReplyArrived | AskFailed):
            texts = voice.end(event.path)
        for text in texts:
            if (piece := self.shape.piece(text)) is not None:
                yield piece
        if isinstance(event, Answered) and (last := self.shape.last(event.solution)) is not None:
            yield last
