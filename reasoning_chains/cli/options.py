"""A command whose options are the fields of one frozen dataclass; it knows no command."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import Any, TypeVar, get_type_hints

__all__ = ["with_options"]

_T = TypeVar("_T")


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
