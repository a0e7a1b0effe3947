"""A command's options: the fields of one frozen dataclass, and `name=value`; no command."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Sequence
from dataclasses import MISSING, fields
from typing import Any, TypeVar, get_type_hints

from reasoning_chains.errors import UserMistake

__all__ = ["INPUTS", "given_inputs", "with_options"]

_T = TypeVar("_T")

INPUTS = "name=value, or name:=JSON, for a workflow."
"""What the help of `--input` says."""


def given_inputs(told: Sequence[str] | None) -> dict[str, Any]:
    """Read `name=value` as text and `name:=value` as JSON.

    Raises:
        UserMistake: One is neither, or stands twice.
    """
    found: dict[str, Any] = {}
    for text in told or ():
        name, equals, value = text.partition("=")
        bare = name.removesuffix(":").strip()
        if not equals or not bare:
            raise UserMistake(
                f"--input {text!r} must be a name and a value: write --input weight=20"
            )
        if bare in found:
            raise UserMistake(f"--input {bare} is given twice: leave one out")
        found[bare] = _json(text, value) if name.endswith(":") else value
    return found


def _json(text: str, value: str) -> Any:
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        told = f"--input {text[:80]!r} is no JSON: {error}"
        raise UserMistake(f"{told}; write --input 'days:=[1, 2]', or = for text") from None


def with_options(options: type[_T]) -> Callable[[Callable[[_T], None]], Callable[..., None]]:
    """Make a command of a function of one dataclass, whose fields typer then sees as options."""

    def make(function: Callable[[_T], None]) -> Callable[..., None]:
        hints = get_type_hints(options, include_extras=True)

        def command(**given: Any) -> None:
            function(options(**given))

        kind = inspect.Parameter.KEYWORD_ONLY
        command.__name__ = function.__name__
        command.__doc__ = function.__doc__
        command.__annotations__ = dict(hints)
        command.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [
                inspect.Parameter(
                    field.name,
                    kind,
                    default=inspect.Parameter.empty if field.default is MISSING else field.default,
                    annotation=hints[field.name],
                )
                for field in fields(options)  # type: ignore[arg-type]
            ]
        )
        return command

    return make
