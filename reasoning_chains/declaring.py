"""What is wrong with the keys and values of a YAML file, in words of the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from reasoning_chains.errors import near, shown

__all__ = ["in_words"]

_KINDS = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "dict_type": "keys and values",
    "float_parsing": "a number",
    "float_type": "a number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "list_type": "a list, such as [one, two]",
    "model_type": "keys and values",
    "string_too_short": "text, and not empty",
    "string_type": "text",
    "tuple_type": "a list, such as [one, two]",
}
_BOUNDS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}


def in_words(
    error: ValidationError,
    model: type[BaseModel],
    inner: Mapping[str, Any],
    called: str = "key",
) -> str:
    """Tell the first thing that is wrong: the key, what is wanted there, what was found.

    Args:
        error: What pydantic found.
        model: What the file is held against.
        inner: The models of those keys that hold keys and values themselves.
        called: What a key of this file is called.
    """
    found = error.errors()
    names = {table.__name__ for table in inner.values()}
    of_inner = (one for one in found if names.intersection(map(str, one["loc"])))
    first = next(of_inner, found[0])  # of a text or a mapping, what the mapping says
    if first["type"] == "model_type":
        first = found[0]
    path = [str(part) for part in first["loc"] if part not in (*names, "str")]
    key = ".".join(path)
    if first["type"] == "extra_forbidden":
        table = inner.get(path[0], model) if len(path) > 1 else model
        return f"unknown {called} {key!r}: {near(path[-1], table.model_fields)}"
    if first["type"] == "missing":
        return f"{called} {key!r} is missing: write {key}: …"
    found_there = "keys and values" if isinstance(first["input"], dict) else shown(first["input"])
    return f"{called} {key!r} must be {_wanted(first)}, found {found_there}"


def _wanted(first: Any) -> str:
    if first["type"] in _KINDS:
        return _KINDS[first["type"]]
    told = first.get("ctx", {})
    for bound, words in _BOUNDS.items():
        if bound in told:
            return f"{words} {told[bound]:g}"
    return str(told.get("expected", first["msg"]))
