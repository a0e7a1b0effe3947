"""A backend as a LangChain chat model; it knows no chain."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from itertools import count
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ConfigDict, Field, PrivateAttr

from reasoning_chains.errors import BackendError
from reasoning_chains.langchain.asking import Given, content_of, said, settings_of
from reasoning_chains.loop import run_sync
from reasoning_chains.session import AnyBackend, close_at_stop, shared
from reasoning_chains.types import Completion, Content, Delta, Request, SampleKey
from reasoning_chains.verbs import iterate_sync

__all__ = ["BackendChatModel"]


class BackendChatModel(BaseChatModel):
    """Any backend, where LangChain wants a chat model.

    What is left unset is the backend's own default. Each call asks for a new sample, unless the
    temperature is 0; with the same seed, the calls of a new model give the same samples in order.
    """

    model_config = ConfigDict(extra="forbid")
    backend: Any = Field(default="embedded", repr=False)
    model_name: str = ""
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    max_tokens: int | None = None
    seed: int = 0
    project: str | None = None
    _asked: Iterator[int] = PrivateAttr(default_factory=count)

    def model_post_init(self, context: Any, /) -> None:
        """Take the backend's name, for LangChain's tracing."""
        super().model_post_init(context)
        name = self.backend if isinstance(self.backend, str) else ""
        self.model_name = self.model_name or name or str(getattr(self.backend, "name", "function"))

    @property
    def _llm_type(self) -> str:
        return "reasoning-chains"

    @property
    def _identifying_params(self) -> Mapping[str, Any]:
        return {"model_name": self.model_name, **settings_of(self), "seed": self.seed}

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: Any = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Offer tools to the model.

        A `tool_choice` of `none` offers none, and one tool's name that tool alone. No backend can
        be made to call one: a reply without a call stays possible.
        """
        spelled = [convert_to_openai_tool(each) for each in tools]
        chosen = {} if tool_choice is None else {"tool_choice": tool_choice}
        return self.bind(tools=spelled, **chosen, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        close_at_stop(self.backend)
        return run_sync(self._result(Given(messages, stop, kwargs)))

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return await self._result(Given(messages, stop, kwargs))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        close_at_stop(self.backend)
        yield from iterate_sync(self._chunks(Given(messages, stop, kwargs)))

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        async with aclosing(self._chunks(Given(messages, stop, kwargs))) as chunks:
            async for chunk in chunks:
                yield chunk

    async def _result(self, given: Given) -> ChatResult:
        completion = await self._completed(given, None)
        message = AIMessage(completion.text, **said(completion, self.model_name))
        return ChatResult(generations=[ChatGeneration(message=message)])

    async def _chunks(self, given: Given) -> AsyncGenerator[ChatGenerationChunk, None]:
        news: asyncio.Queue[Delta | None] = asyncio.Queue()
        task = asyncio.create_task(self._completed(given, news.put_nowait))
        task.add_done_callback(lambda _: news.put_nowait(None))
        text, thought = "", ""
        try:
            while (delta := await news.get()) is not None:
                text, thought = text + delta.text, thought + delta.reasoning
                told = {"reasoning_content": delta.reasoning} if delta.reasoning else {}
                yield _chunk(AIMessageChunk(content=delta.text, additional_kwargs=told))
            completion = await task
            parts = said(completion, self.model_name)
            if thought:  # it came in pieces
                parts["additional_kwargs"] = {}
            rest = "" if text else completion.text
            yield _chunk(AIMessageChunk(content=rest, **parts, chunk_position="last"))
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _completed(self, given: Given, watch: Callable[[Delta], None] | None) -> Completion:
        opened: AnyBackend = self.backend
        backend = await shared(opened, self.project)
        content = content_of(given, settings_of(self), backend)
        landed: list[Completion | BackendError] = []

        def emit(_: int, news: Delta | Completion | BackendError) -> None:
            if not isinstance(news, Delta):
                landed.append(news)
            elif watch is not None:
                watch(news)

        view = backend.streamed() if watch is not None else backend
        request = Request(content, (self._key(backend.name, content, given),))
        await view.complete(request, emit)
        if isinstance(landed[0], BackendError):
            raise landed[0]
        return landed[0]

    def _key(self, name: str, content: Content, given: Given) -> SampleKey:
        if content.sampling.temperature == 0:
            return SampleKey(name, content.digest)
        seed = given.kwargs.get("seed", self.seed)
        return SampleKey(name, content.digest, (seed,), next(self._asked))


def _chunk(message: AIMessageChunk) -> ChatGenerationChunk:
    return ChatGenerationChunk(message=message)
