"""A Jinja sandbox that also limits time and size; it knows no prompt and no role.

Jinja's own sandbox stops a template from reaching objects, not from running for ever or filling the
memory. Here every loop, product, power, join and string method is metered.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast

from jinja2 import nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

__all__ = ["SECONDS", "MeteredEnvironment", "metered"]

SECONDS = 1.0
"""How long a render may take, where it says no other."""
_CHARACTERS = 16 << 20
_NUMBER = 10_000_000
_BITS = 100_000
_CHECKED_EVERY = 256

_deadline: ContextVar[float] = ContextVar("reasoning_chains_render_deadline", default=0.0)


@contextmanager
def metered(seconds: float = SECONDS) -> Iterator[None]:
    """Limit the renders of a metered environment in this block."""
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


class MeteredEnvironment(ImmutableSandboxedEnvironment):
    """Renders within limits; one that passes them ends with a SecurityError."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.filters.update({_LOOP: _looped, _JOIN: _joined})
        for name in ("center", "indent", "batch", "slice", "format", "truncate", "wordwrap"):
            self.filters[name] = _small(self.filters[name])
        self.globals.pop("lipsum", None)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for loop in list(tree.find_all(nodes.For)):
            loop.iter = _filtered(cast(nodes.Expr, loop.iter), _LOOP)
        for join in list(tree.find_all(nodes.Concat)):
            joined = nodes.List(list(join.nodes), lineno=join.lineno)
            join.nodes = [_filtered(joined, _JOIN)]
        return tree

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Refuse products, powers and formats that are out of proportion."""
        if operator == "**" and _bits(left) * max(1, abs(_number(right))) > _BITS:
            raise SecurityError("a power that is too large for a template")
        if operator == "*" and _repeated(left, right) > _CHARACTERS:
            raise SecurityError("a product that is too large for a template")
        if operator == "%" and isinstance(left, str):
            _check_format(left)
            _check_numbers(right if isinstance(right, tuple) else (right,))
        return super().call_binop(context, operator, left, right)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """Refuse formats whose widths are out of proportion."""
        wrapped = super().wrap_str_format(value)
        if wrapped is None:
            return None
        _check_format(value.__self__)
        return _small(wrapped)

    def call(self, context: Context, obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Refuse string methods whose arguments are out of proportion."""
        owner = getattr(obj, "__self__", None)
        if isinstance(owner, str):
            _check_format(owner)
            _check_numbers((*args, *kwargs.values()))
        return super().call(context, obj, *args, **kwargs)


_LOOP, _JOIN = "metered_loop", "metered_join"


def _filtered(node: nodes.Expr, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


def _looped(items: Iterable[Any]) -> Iterator[Any]:
    """Give the items, looking at the clock now and then; an undefined value raises as ever."""
    for place, item in enumerate(items):
        if place % _CHECKED_EVERY == 0:
            _check_clock()
        yield item


def _joined(items: list[Any]) -> str:
    _check_clock()
    texts = [str(item) for item in items]
    if sum(map(len, texts)) > _CHARACTERS:
        raise SecurityError("a text that is too long for a template")
    return "".join(texts)


def _check_clock() -> None:
    end = _deadline.get()
    if end and time.monotonic() > end:
        raise SecurityError("the template takes too long to render")


def _small(inner: Callable[..., Any]) -> Callable[..., Any]:
    def checked(*args: Any, **kwargs: Any) -> Any:
        for value in args:
            if isinstance(value, str):
                _check_format(value)
        _check_numbers((*args, *kwargs.values()))
        return inner(*args, **kwargs)

    for mark in ("jinja_pass_arg",):  # filters that take the environment say so on themselves
        if hasattr(inner, mark):
            setattr(checked, mark, getattr(inner, mark))
    return checked


def _check_numbers(values: Iterable[Any]) -> None:
    for value in values:
        if isinstance(value, int) and abs(value) > _NUMBER:
            raise SecurityError(f"a number over {_NUMBER:,} for the size of a text")


def _check_format(text: str) -> None:
    """Refuse a text that, as a format, asks for a width of more than seven digits."""
    if "%" not in text and "{" not in text:
        return
    run = 0
    for char in text:
        run = run + 1 if char.isdigit() else 0
        if run > 7:
            raise SecurityError("a width that is too large for a template")


def _number(value: Any) -> float:
    return value if isinstance(value, int | float) else 0


def _bits(value: Any) -> int:
    return value.bit_length() if isinstance(value, int) else 1


def _repeated(left: Any, right: Any) -> int:
    if isinstance(left, int) and isinstance(right, int):
        return (left.bit_length() + right.bit_length()) // 8
    for text, times in ((left, right), (right, left)):
        if isinstance(text, str | list | tuple) and isinstance(times, int):
            return len(text) * max(0, times)
    return 0
