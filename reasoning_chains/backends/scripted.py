"""Replies given beforehand, for tests and examples; it reads no question to invent an answer."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from reasoning_chains.errors import BackendError, UserMistake, shown, wanted
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
    Usage,
)

__all__ = ["FunctionBackend", "ScriptedBackend"]

Scripted: TypeAlias = str | Completion | BackendError
Script: TypeAlias = Callable[[Content, SampleKey], Scripted | Awaitable[Scripted]]

_FREE = Price()
_KEPT = 10_000
_ALL = Capabilities(n=True, prefill=True, seed="row", tools=True, json_schema=True, stream=True)


_LIST = "a list of Completion is wanted, one a sample"


class ScriptedBackend:
    """Give the replies of a list in the order of the asks, or those that a function makes.

    Args:
        replies: Texts, completions or errors, one a sample; or a function of content and key.
        capabilities: What it claims to do; by default all but log-probabilities and
            thinking by itself.
        price: What it says that its tokens cost.

    `requests` holds what was asked, the last 10,000 at least. Tokens are counted as words.
    """

    name = "scripted"
    defaults = Sampling(max_tokens=512)

    def __init__(
        self,
        replies: Sequence[Scripted] | Script,
        *,
        capabilities: Capabilities = _ALL,
        price: Price | Mapping[str, float] | None = _FREE,
    ) -> None:
        if isinstance(replies, str):
            raise UserMistake("ScriptedBackend wants a list of replies: put the text into a list")
        if not callable(replies) and not isinstance(replies, Sequence):
            told = f"found {shown(replies)}"
            raise UserMistake(f"ScriptedBackend wants a list of replies or a function, {told}")
        self.capabilities = capabilities
        self.price = Price.read(price)
        self.requests: list[Request] = []
        self._script = replies if callable(replies) else None
        self._replies = [] if callable(replies) else list(replies)
        self._given = 0

    async def complete(self, request: Request, emit: Emit) -> None:
        """Give the next reply to each sample, in order."""
        self.requests.append(request)
        if len(self.requests) > 2 * _KEPT:
            del self.requests[:_KEPT]
        for index, key in enumerate(request.samples):
            scripted = await self._next(request.content, key)
            if isinstance(scripted, BackendError):
                emit(index, scripted)
                continue
            completion = Completion(scripted) if isinstance(scripted, str) else scripted
            wanted("each scripted reply", completion, str, Completion, BackendError)
            if self.capabilities.stream and completion.text:
                emit(index, Delta(completion.text))
            emit(index, _counted(completion, request.content, first=index == 0))

    async def _next(self, content: Content, key: SampleKey) -> Scripted:
        if self._script is not None:
            made = self._script(content, key)
            return await made if inspect.isawaitable(made) else made
        self._given += 1
        if self._given > len(self._replies):
            return BackendError(
                f"the script is at its end: {len(self._replies)} replies were given and one more "
                "was asked for; add it to ScriptedBackend([...])"
            )
        return self._replies[self._given - 1]


def _counted(completion: Completion, content: Content, *, first: bool) -> Completion:
    if completion.usage != Usage():
        return completion
    prompt = sum(len(message.content.split()) for message in content.messages)
    words = len(completion.text.split()) + len(completion.reasoning.split())
    usage = Usage(1, int(first), prompt, words)
    bill = usage if first else Usage(1, 0, 0, words)
    return replace(completion, usage=usage, bill=bill)


class FunctionBackend:
    """Make a backend of a plain `async def f(request) -> list[Completion]`."""

    capabilities = Capabilities(n=True)
    defaults = Sampling()

    def __init__(self, function: Callable[[Request], Awaitable[Sequence[Completion]]]) -> None:
        self._function = function
        self.name = f"function:{getattr(function, '__name__', 'anonymous')}"

    async def complete(self, request: Request, emit: Emit) -> None:
        """Call the function, once for the whole request."""
        try:
            completions = await self._function(request)
        except (OSError, TimeoutError) as error:
            raise BackendError(f"backend {self.name!r} failed: {error}", retryable=True) from error
        if not isinstance(completions, Sequence) or isinstance(completions, str):
            raise BackendError(f"backend {self.name!r} gave {shown(completions)}: {_LIST}")
        for each in completions:
            if not isinstance(each, Completion):
                raise BackendError(f"backend {self.name!r} gave {shown(each)}: {_LIST}")
        if len(completions) != request.n:
            raise BackendError(
                f"backend {self.name!r} gave {len(completions)} completions, and {request.n} "
                "were asked for"
            )
        for index, completion in enumerate(completions):
            emit(index, _counted(completion, request.content, first=index == 0))
