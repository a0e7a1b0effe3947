"""The shape of a step's data, `{"age": "number", "signs": "list of text"}`, as a pydantic model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from reasoning_chains.errors import UserMistake, near

__all__ = ["shaped"]

_WORDS: Mapping[str, Any] = {
    "boolean": bool,
    "number": float,
    "text": str,
    "whole number": int,
    "yes or no": bool,
}
_LIST = "list of "
_OTHERS: Mapping[str, str] = {
    "array": "list of text",
    "bool": "yes or no",
    "double": "number",
    "float": "number",
    "int": "whole number",
    "integer": "whole number",
    "list": "list of text",
    "numbers": "number",
    "str": "text",
    "string": "text",
    "strings": "text",
    "texts": "text",
}
"""What these kinds are called elsewhere."""
_DEEPEST = 8


def shaped(name: str, schema: object) -> Any:
    """Make a model of fields: each a word such as `number`, a list of choices, or fields again.

    Raises:
        UserMistake: It is none of these.
    """
    if not isinstance(schema, Mapping) or not schema:
        raise UserMistake(
            f"step {name}: schema={schema!r} must name its fields: write "
            '{"age": "number", "signs": "list of text"}'
        )
    return _model(name, schema, 0)


def _model(name: str, schema: Mapping[Any, Any], depth: int) -> Any:
    from pydantic import ConfigDict, Field, create_model

    if depth > _DEEPEST:
        raise UserMistake(f"step {name}: a schema nested more than {_DEEPEST} deep")
    fields: dict[str, Any] = {  # by names of our own: a field may be called as a method is
        f"field_{place}": (
            _kind(f"{name}.{key}", value, depth),
            Field(alias=str(key), title=str(key)),
        )
        for place, (key, value) in enumerate(schema.items())
    }
    return create_model(name.replace(".", "_"), __config__=ConfigDict(extra="forbid"), **fields)


def _kind(name: str, value: object, depth: int) -> Any:
    if isinstance(value, Mapping):
        return _model(name, value, depth + 1)
    if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        return Literal[tuple(value)]
    word = value if isinstance(value, str) else ""
    bare = word.removeprefix(_LIST)
    if bare not in _WORDS:
        kinds = [*_WORDS, *(_LIST + each for each in _WORDS)]
        meant = _OTHERS.get(bare.lower())
        told = (
            near(word or "", kinds if word.startswith("list") else _WORDS)
            if meant is None
            else f"did you mean {word[: len(word) - len(bare)]}{meant}?"
        )
        raise UserMistake(f"step {name}: unknown kind of field {value!r}: {told}")
    kind: Any = _WORDS[bare]
    return list[kind] if word.startswith(_LIST) else kind
