"""`@tool`: makes a tool of a typed function with a docstring; it knows no chain."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import BuiltinFunctionType, FunctionType
from typing import TYPE_CHECKING, Any, overload

from reasoning_chains.errors import UserMistake
from reasoning_chains.failing import Told
from reasoning_chains.toolbox import Approve, Tool
from reasoning_chains.tools.docstring import Docstring, read_docstring
from reasoning_chains.tools.results import as_text
from reasoning_chains.waiting import in_thread

if TYPE_CHECKING:
    from reasoning_chains.tools.signature import Signature

__all__ = ["as_tool", "tool"]


@overload
def tool(function: Callable[..., Any], /) -> Tool: ...


@overload
def tool(
    *,
    name: str | None = None,
    approve: Approve | None = None,
    seconds: float = 30.0,
    longest: int = 8_000,
) -> Callable[[Callable[..., Any]], Tool]: ...


def tool(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    approve: Approve | None = None,
    seconds: float = 30.0,
    longest: int = 8_000,
) -> Tool | Callable[[Callable[..., Any]], Tool]:
    """Make a tool of a function, a method, a partial, or an object that can be called.

    The first paragraph of the docstring tells the model what it does, the lines under `Args:` what
    its arguments are; the types give the JSON schema, and arguments are held to it. What the
    function raises is told the model, and its result is written as text. A function that is not
    async runs in a thread of its own.

    Args:
        function: What is called.
        name: Its name for the model, if not its own.
        approve: Asked with the name and the arguments before each call; False forbids it.
        seconds: How long a call may take.
        longest: How many characters of a result the model is shown.

    Raises:
        UserMistake: An argument has no type, the docstring is missing, or there are `*args`.

    Example:
        >>> from reasoning_chains import tool
        >>> @tool
        ... def add(a: int, b: int) -> int:
        ...     '''Add two numbers.'''
        ...     return a + b
        >>> add.inputs
        ('a', 'b')
    """
    if approve is not None and not callable(approve):
        raise UserMistake(f"approve must be a function, found {approve!r}")
    limits = {"approve": approve, "seconds": seconds, "longest": longest}

    def make(wrapped: Callable[..., Any]) -> Tool:
        return _made(wrapped, name, _callers_names(), limits)

    return make if function is None else _made(function, name, _callers_names(), limits)


def _callers_names() -> Mapping[str, Any]:
    """Give the local names where the decorator stands: an annotation may be one of them."""
    frame = inspect.currentframe()
    for _ in range(2):
        frame = frame.f_back if frame else None
    return dict(frame.f_locals) if frame else {}


def _made(
    function: Callable[..., Any],
    name: str | None,
    names: Mapping[str, Any],
    limits: Mapping[str, Any],
) -> Tool:
    from reasoning_chains.tools.signature import Signature  # loads pydantic

    whose = name or _name(function)
    if not callable(function) or isinstance(function, type | Tool):
        raise UserMistake(f"tool wants a function, found {function!r}")
    told = _told(function, whose)
    if _yields(function):
        raise UserMistake(f"tool {whose} yields: return the whole result instead")
    try:
        signature = Signature.of(function, told.arguments, names)
    except UserMistake as mistake:
        raise UserMistake(f"tool {whose}: {mistake}") from None
    call = _Call(whose, function, signature)
    return Tool(whose, told.description, signature.schema(), call, **limits)


@dataclass(frozen=True, slots=True)
class _Call:
    """Calls the function with arguments that were checked."""

    name: str
    function: Callable[..., Any]
    signature: Signature

    async def __call__(self, arguments: Mapping[str, Any]) -> str:
        if _is_async(self.function):
            with Told(self.name):
                return as_text(await self._begun(arguments))
        given = await in_thread(partial(self._in_thread, arguments))
        if not inspect.isawaitable(given):
            return str(given)
        return await self._awaited(given)

    def _begun(self, arguments: Mapping[str, Any]) -> Any:
        placed, named = self.signature.bound(arguments)
        return self.function(*placed, **named)

    def _in_thread(self, arguments: Mapping[str, Any]) -> str | Awaitable[Any]:
        with Told(self.name):
            given = self._begun(arguments)
            return given if inspect.isawaitable(given) else as_text(given)

    async def _awaited(self, given: Awaitable[Any]) -> str:
        with Told(self.name):
            return as_text(await given)


def _name(function: Any) -> str:
    while isinstance(function, partial):
        function = function.func
    return str(getattr(function, "__name__", type(function).__name__))


def _told(function: Any, whose: str) -> Docstring:
    while isinstance(function, partial):
        function = function.func
    text = inspect.getdoc(function)
    if not inspect.isroutine(function):
        kind: Any = type(function)
        text = inspect.cleandoc(kind.__call__.__doc__ or kind.__doc__ or "")
    told = read_docstring(text or "")
    if not told.description:
        raise UserMistake(f"tool {whose} has no docstring: say in one what it does, for the model")
    return told


def _yields(function: Any) -> bool:
    while isinstance(function, partial):
        function = function.func
    below = function if inspect.isroutine(function) else type(function).__call__
    return inspect.isgeneratorfunction(below) or inspect.isasyncgenfunction(below)


def _is_async(function: Any) -> bool:
    called = type(function).__call__
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(called)


def as_tool(found: Any) -> Any:
    """Make a tool of a plain function; what is one already stays as it is."""
    return tool(found) if isinstance(found, FunctionType | BuiltinFunctionType) else found
