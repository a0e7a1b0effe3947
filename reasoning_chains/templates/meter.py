"""How much time and memory a render has left; it knows neither templates nor filters."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Mapping, MappingView
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from jinja2.exceptions import SecurityError
from jinja2.utils import Namespace

__all__ = [
    "BITS",
    "ITEM",
    "SECONDS",
    "allow",
    "bytes_of",
    "charge",
    "check_clock",
    "counted",
    "metered",
    "paused",
    "size_as_text",
]

SECONDS = 1.0
"""How long a render may take of the processor's time, where it says no other."""
BYTES = 24 << 20
"""What a render may make in all; every text and list that it makes counts, kept or not."""
BITS = 100_000
ITEM = 64
"""Bytes that an item of a new list is counted as, with the list's own place for it."""
_NODE = 48
_PLACE = 8


class _Meter:
    """The limits of the render that is going on."""

    __slots__ = ("ends", "left")

    def __init__(self, seconds: float) -> None:
        self.ends, self.left = time.thread_time() + seconds, BYTES


_running: ContextVar[_Meter | None] = ContextVar("reasoning_chains_render_meter", default=None)


@contextmanager
def metered(seconds: float = SECONDS) -> Iterator[None]:
    """Limit the renders of a metered environment in this block."""
    token = _running.set(_Meter(seconds))
    try:
        yield
    finally:
        _running.reset(token)


@contextmanager
def paused() -> Iterator[None]:
    """Stop the clock in this block: the render waits for something else."""
    meter, began = _running.get(), time.thread_time()
    try:
        yield
    finally:
        if meter is not None:
            meter.ends += time.thread_time() - began


def check_clock() -> None:
    """End a render that has taken its time.

    Raises:
        SecurityError: It has.
    """
    meter = _running.get()
    if meter is not None and time.thread_time() > meter.ends:
        raise SecurityError("the template takes too long to render")


def allow(size: float) -> None:
    """Refuse what would take more bytes than are left, before it is made."""
    meter = _running.get()
    if size > (BYTES if meter is None else meter.left):
        raise SecurityError("the template makes a text or list that is too large")


def charge(value: Any) -> Any:
    """Count what was made, and give it back."""
    spend(bytes_of(value))
    return value


def spend(size: int) -> None:
    """Count bytes that were made."""
    allow(size)
    meter = _running.get()
    if meter is not None:
        meter.left -= size


def counted(items: Iterable[Any], size: int = ITEM) -> Iterator[Any]:
    """Give the items, looking at the clock and counting each."""
    for item in items:
        check_clock()
        spend(size)
        yield item


def bytes_of(value: Any) -> int:
    """Give the bytes of a text, or of a list's places; a number of too many digits is refused."""
    if isinstance(value, str | bytes):
        return len(value) if value.isascii() else sys.getsizeof(value)
    if isinstance(value, list | tuple | dict | set):
        return len(value) * _PLACE
    if isinstance(value, int) and value.bit_length() > BITS:
        raise SecurityError("a number that is too large for a template")
    return 0


def size_as_text(value: Any, indent: int = 0) -> int:
    """Bound the bytes of a value written as text, lists with all that they hold.

    What is in a list is written with escapes. `indent` is what each level adds to a line.

    Raises:
        SecurityError: It is more than a render may make; lists of lists grow fast.
    """
    if isinstance(value, str | bytes):
        return bytes_of(value)
    total, waiting = 0, [(value, 0)]
    while waiting:
        one, depth = waiting.pop()
        total += _NODE + indent * depth
        if isinstance(one, str | bytes):
            printable = isinstance(one, str) and one.isprintable()
            total += bytes_of(one) * (1 if printable else 4)
        elif isinstance(one, Mapping):
            waiting += [(item, depth + 1) for pair in one.items() for item in pair]
        elif isinstance(one, list | tuple | set | frozenset | MappingView):
            waiting += [(item, depth + 1) for item in one]  # type: ignore[union-attr]
        elif isinstance(one, Namespace):
            raise SecurityError("a namespace is no text: write out what it holds")
        else:
            total += bytes_of(one)
        allow(total)
        check_clock()
    return total
