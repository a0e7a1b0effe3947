"""How large what a filter, a method or an operator gives can be, told before it is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from jinja2.exceptions import SecurityError

from reasoning_chains.templates.meter import BITS, ITEM, bytes_of, size_as_text

__all__ = ["ASKING", "LAZY", "REFUSED", "filter_size", "method_size", "operator_size"]

LAZY = frozenset({"default", "d", "map", "reject", "rejectattr", "select", "selectattr"})
"""Filters that take their items one by one, or none."""
ASKING = frozenset({"count", "first", "items", "last", "length", "random", "safe"})
"""Filters that make nothing of their own."""
REFUSED = frozenset({"encode", "striptags", "to_bytes", "unescape"})
"""Methods that no prompt needs, and whose time is not in proportion to their text."""

_LISTING = frozenset({"batch", "dictsort", "groupby", "list", "reverse", "slice", "sort", "unique"})
_CASES = frozenset({"capitalize", "casefold", "lower", "swapcase", "title", "upper"})
_TEXTS = frozenset({"center", "format", "indent", "replace", "trim", "truncate"}) | _CASES
_AS_METHOD = {"trim": "strip"}
_FACTORS = {
    "e": 6,
    "escape": 6,
    "forceescape": 6,
    "title": 64,
    "tojson": 6,
    "urlencode": 12,
    "wordcount": 32,
}
_BREAKS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_SPACES = tuple(chr(code) for code in range(0x3001) if chr(code).isspace())
_STRIPPED = 1_000
_STEPS = 100_000_000
_WIDEST = 4  # bytes of a character


def filter_size(name: str, values: Sequence[Any]) -> int:
    """Bound the bytes that a filter gives for a value and its arguments."""
    value, given = values[0], values[1:]
    if name in LAZY | ASKING:
        return 0
    if name == "sum" and not all(isinstance(start, int | float | str) for start in given):
        raise SecurityError("sum adds numbers only")
    if name == "round" and _largest(given) > _STRIPPED:
        raise SecurityError("a precision that is too large for a template")
    if name in _LISTING:
        return (_count(value) + _largest(given)) * ITEM + _compared(name, value)
    size = size_as_text(value, _largest(given) if name == "tojson" else 0)
    if name in _TEXTS:
        return method_size(_AS_METHOD.get(name, name), str(value), given)
    if name == "join":
        return size + _count(value) * _longest(given)
    return size * _FACTORS.get(name, 1) + _largest(given) * _WIDEST


def _compared(name: str, value: Any) -> int:
    return size_as_text(value) if name in ("dictsort", "groupby", "sort", "unique") else 0


def method_size(name: str, text: str | bytes, given: Sequence[Any]) -> int:
    """Bound the bytes that a method, or the filter of its name, gives for a text.

    Raises:
        SecurityError: It is one whose time cannot be bounded.
    """
    if name in REFUSED:
        raise SecurityError(f"{name} has no place in a template")
    known = _METHODS.get(name)
    if known is not None and isinstance(text, str):
        return known(text, given)
    factor = _FACTORS.get(name, 1)
    if name in _CASES and not text.isascii():
        factor = 3
    return bytes_of(text) * factor + _largest(given) * _WIDEST + _longest(given)


def _joined(text: str, given: Sequence[Any]) -> int:
    items = given[0] if given else ()
    return size_as_text(items) + _count(items) * bytes_of(text)


def _replaced(text: str, given: Sequence[Any]) -> int:
    if len(given) < 2 or not isinstance(given[0], str) or not isinstance(given[1], str):
        return bytes_of(text)
    old, new = given[:2]
    widest = max(_width(text), _width(new))
    return (len(text) + text.count(old) * max(0, len(new) - len(old))) * widest


def _split(text: str, given: Sequence[Any]) -> int:
    on = given[0] if given else None
    if isinstance(on, str) and on:
        _check_product(text, on)
        return bytes_of(text) + (text.count(on) + 1) * ITEM
    return bytes_of(text) + (sum(map(text.count, _SPACES)) + 1) * ITEM


def _stripped(text: str, given: Sequence[Any]) -> int:
    if _longest(given) > _STRIPPED:
        raise SecurityError("a set of letters that is too large for a template")
    return bytes_of(text)


def _searched(text: str, given: Sequence[Any]) -> int:
    for one in given:
        if isinstance(one, str):
            _check_product(text, one)
    return bytes_of(text)


def _check_product(text: str, part: str) -> None:
    if len(text) * len(part) > _STEPS and len(part) > _STRIPPED:  # a search from the right
        raise SecurityError("a search that is too long for a template")


def _indented(text: str, given: Sequence[Any]) -> int:
    lines = sum(map(text.count, _BREAKS)) + 1
    return bytes_of(text) + lines * (max(_largest(given) * _width(text), _longest(given)) + ITEM)


def _tabbed(text: str, given: Sequence[Any]) -> int:
    return bytes_of(text) + text.count("\t") * max(8, _largest(given)) * _width(text)


def _translated(text: str, given: Sequence[Any]) -> int:
    table = given[0] if given and isinstance(given[0], Mapping) else {}
    return len(text) * max(_WIDEST, _longest(tuple(table.values())))


def _formatted(text: str, given: Sequence[Any]) -> int:
    values: list[Any] = []
    for one in given:
        values += one.values() if isinstance(one, Mapping) else (one,)
    places = text.count("%") + text.count("{")
    if not places:
        return bytes_of(text)
    spelled = 4 if "!" in text or "%r" in text or "%a" in text else 1
    longest = max((size_as_text(value) for value in values), default=0) * spelled
    starred = _largest(values) * _WIDEST if "*" in text or _nested(text) else 0
    return bytes_of(text) + places * (longest + starred) + _widths(text) * _WIDEST


def _nested(text: str) -> bool:
    """Tell whether a width is itself a field, as in {:{width}}."""
    return any(part.count("{") > 1 for part in text.split("}"))


def _widths(text: str) -> int:
    """Add up all numbers in a format: the widths are among them."""
    total, run = 0, 0
    for char in text:
        run = min(run * 10 + int(char), 10**12) if "0" <= char <= "9" else 0
        total += run
    return total


_METHODS: Mapping[str, Callable[[str, Sequence[Any]], int]] = {
    "expandtabs": _tabbed,
    "format": _formatted,
    "format_map": _formatted,
    "indent": _indented,
    "join": _joined,
    "lstrip": _stripped,
    "replace": _replaced,
    "rfind": _searched,
    "rindex": _searched,
    "rpartition": _searched,
    "rsplit": _split,
    "rstrip": _stripped,
    "split": _split,
    "splitlines": _split,
    "strip": _stripped,
    "translate": _translated,
}


def operator_size(operator: str, left: Any, right: Any) -> int:
    """Bound the bytes that an operator gives.

    Raises:
        SecurityError: It is a number of too many digits.
    """
    if operator == "%" and isinstance(left, str):
        return _formatted(left, right if isinstance(right, tuple) else (right,))
    if operator == "*":
        for text, times in ((left, right), (right, left)):
            if isinstance(text, str | bytes | list | tuple) and isinstance(times, int):
                return bytes_of(text) * max(0, times)
    if operator == "+" and isinstance(left, str | bytes | list | tuple):
        return (len(left) + len(right)) * max(_width(left), _width(right)) if _sized(right) else 0
    if isinstance(left, int) and isinstance(right, int):
        bits = left.bit_length() + right.bit_length()
        if (left.bit_length() * max(1, abs(right)) if operator == "**" else bits) > BITS:
            raise SecurityError("a number that is too large for a template")
    return 0


def _sized(value: Any) -> bool:
    return isinstance(value, str | bytes | list | tuple)


def _width(value: Any) -> int:
    """Give the bytes of a character of a text, or of a list's place."""
    if isinstance(value, str | bytes):
        return 1 if value.isascii() else _WIDEST
    return 8


def _count(items: Any) -> int:
    return len(items) if hasattr(items, "__len__") else 0


def _largest(given: Iterable[Any]) -> int:
    return max((abs(one) for one in given if isinstance(one, int)), default=0)


def _longest(given: Iterable[Any]) -> int:
    return max((bytes_of(one) for one in given if isinstance(one, str | bytes)), default=0)
