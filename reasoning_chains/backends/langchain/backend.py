"""The backend over a LangChain chat model; it knows neither its provider nor any chain."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from reasoning_chains.backends.langchain.failures import failed, worded
from reasoning_chains.backends.langchain.messages import Kept, read, to_langchain
from reasoning_chains.backends.langchain.model import (
    abilities,
    chat_model_wanted,
    longest_of,
    name_of,
    secrets_of,
    tuned,
    without_retries,
)
from reasoning_chains.errors import (
    BackendError,
    CapabilityMissing,
    Caught,
    HostedError,
    MissingPackage,
    ReasoningChainsError,
    UserMistake,
    wanted,
)
from reasoning_chains.pricing import Price
from reasoning_chains.protocols import Emit
from reasoning_chains.types import (
    Capabilities,
    Completion,
    Content,
    Delta,
    Request,
    SampleKey,
    Sampling,
)

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

__all__ = ["LangChainBackend", "opened"]


class LangChainBackend:
    """Completions from a LangChain chat model.

    Args:
        chat_model: Any `BaseChatModel`. What is asked is a copy without retries of its own.
        thinking: Whether the model thinks by itself: prompts then leave out what asks for steps.
        defaults: What a request's sampling lies over; where neither says it, the model's own
            settings hold. A reply has 4,096 tokens where the model could be told, and is not.
        name: Stands in sample keys and traces, if not one made of the model's names.
        price: What a million tokens cost, such as `{"input": 0.15, "output": 0.6}`; a budget of
            money needs it.

    Of a request's sampling it sets those fields that the chat model has; a note in the trace tells
    of the others. A message with tool calls goes back as it came, with its thinking.

    Raises:
        UserMistake: It is no chat model, or cannot be made again without retries.
    """

    def __init__(
        self,
        chat_model: BaseChatModel,
        *,
        thinking: bool = False,
        defaults: Sampling = Sampling(),
        name: str | None = None,
        price: Price | Mapping[str, float] | None = None,
    ) -> None:
        wanted("thinking", thinking, bool)
        wanted("defaults", defaults, Sampling)
        wanted("name", name, str, type(None))
        chat_model_wanted(chat_model)
        self.name = name or name_of(chat_model)
        self.price = Price.read(price)
        self.defaults = defaults.over(Sampling(max_tokens=longest_of(chat_model)))
        self.capabilities: Capabilities = abilities(chat_model, thinking=thinking)
        self._model = without_retries(chat_model)
        self._secrets = secrets_of(chat_model)
        self._kept = Kept()
        self._streaming = False

    def streamed(self) -> LangChainBackend:
        """Give the same backend with deltas; the model is shared."""
        view = copy.copy(self)
        view._streaming = self.capabilities.stream
        return view

    async def complete(self, request: Request, emit: Emit) -> None:
        """Ask the chat model, once a sample, all at once.

        Raises:
            CapabilityMissing: The content needs what no chat model is known to do.
        """
        content = request.content
        self._check(content)
        if request.n == 1:
            await self._sample(content, request.samples[0], partial(emit, 0))
            return
        async with asyncio.TaskGroup() as group:
            for index, key in enumerate(request.samples):
                group.create_task(self._sample(content, key, partial(emit, index)))

    def _check(self, content: Content) -> None:
        if content.prefill:
            raise CapabilityMissing("a prefilled reply", self.name, "LangChain has no word for it")
        if content.schema is not None:
            raise CapabilityMissing("a JSON schema", self.name, "ask for JSON in words")
        if content.sampling.logprobs is not None:
            raise CapabilityMissing("log-probabilities", self.name, "use another backend")
        if content.tools and not self.capabilities.tools:
            raise CapabilityMissing("calling tools", self.name, "its class has no bind_tools")

    async def _sample(
        self,
        content: Content,
        key: SampleKey,
        emit: Callable[[Delta | Completion | BackendError], None],
    ) -> None:
        said: list[str] = []

        def spoken(delta: Delta) -> None:
            said.append(delta.text)
            emit(delta)

        completion: Completion | None = None
        with Caught() as caught:
            completion = await self._answered(content, key, spoken)
        error = caught.error
        if completion is not None:
            emit(completion)
        elif isinstance(error, BackendError):
            emit(error)
        elif isinstance(error, ReasoningChainsError):
            raise error  # a mistake of the caller's, told by a model of our own
        elif error is not None:
            told = failed(error, self.name, self._secrets)
            if isinstance(told, HostedError):
                told.received = "".join(said)
            emit(told)

    async def _answered(
        self, content: Content, key: SampleKey, spoken: Callable[[Delta], None]
    ) -> Completion:
        sampling = content.sampling.over(self.defaults)
        model, notes = tuned(self._model, sampling, key.seed >> 32, streaming=self._streaming)
        asked: Any = model
        if content.tools:
            asked = model.bind_tools([_spelled(tool) for tool in content.tools])
        messages = to_langchain(content.messages, self._kept)
        options = {"stop": list(sampling.stop)} if sampling.stop else {}
        if self._streaming:
            message = await _gathered(asked.astream(messages, **options), spoken)
        else:
            message = await asked.ainvoke(messages, **options)
        completion = read(message, content, notes)
        self._kept.keep(completion, message)
        return completion


async def _gathered(chunks: Any, spoken: Callable[[Delta], None]) -> BaseMessage:
    from langchain_core.messages import AIMessageChunk

    from reasoning_chains.backends.langchain.messages import reasoning_of

    found: list[Any] = []
    async for chunk in chunks:
        found.append(chunk)
        delta = Delta(str(chunk.text), reasoning_of(chunk))
        if delta != Delta():
            spoken(delta)
    if not found:
        raise BackendError("the chat model ended its stream without a word", retryable=True)
    first, *rest = found
    whole: BaseMessage = first + rest if rest and isinstance(first, AIMessageChunk) else first
    return whole


def _spelled(tool: Any) -> dict[str, Any]:
    """Spell a tool as OpenAI does, which every `bind_tools` reads."""
    function = {
        "name": tool.name,
        "description": tool.description,
        "parameters": dict(tool.parameters),
    }
    return {"type": "function", "function": function}


def _is_secret(name: str) -> bool:
    return any(part in name for part in ("key", "token", "secret", "password"))


def opened(
    model: str,
    *,
    thinking: bool = False,
    defaults: Sampling = Sampling(),
    price: Price | Mapping[str, float] | None = None,
    **options: Any,
) -> LangChainBackend:
    """Open a chat model by `PROVIDER:MODEL`, as `langchain.chat_models.init_chat_model` does.

    Args:
        model: Such as `openai:gpt-4o-mini` or `anthropic:claude-sonnet-4-5`.
        thinking: As in `LangChainBackend`.
        defaults: As in `LangChainBackend`.
        price: As in `LangChainBackend`.
        **options: What the provider's chat model takes, such as `base_url`.

    Raises:
        MissingPackage: LangChain is not installed.
        UserMistake: The provider is unknown, its package is missing, or an option is wrong.
    """
    try:
        from langchain.chat_models import init_chat_model
    except ImportError as error:
        raise MissingPackage("backend 'langchain'", "langchain", "langchain") from error
    made: Any = None
    with Caught() as caught:
        made = init_chat_model(model, **options)
    if caught.error is not None:
        secrets = [str(value) for name, value in options.items() if _is_secret(name)]
        words = worded(caught.error, secrets)
        raise UserMistake(f"backend 'langchain:{model}' cannot be opened: {words}")
    name = f"langchain:{model}"
    return LangChainBackend(made, thinking=thinking, defaults=defaults, name=name, price=price)
