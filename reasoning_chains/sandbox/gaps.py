"""Tells a program that Monty cannot run from one that is wrong; it runs neither."""

from __future__ import annotations

import builtins

__all__ = ["is_gap"]

_ALWAYS = ("NotImplementedError", "ModuleNotFoundError", "ImportError")
_INTERNAL = (
    "RuntimeError: Internal error in monty",
    "RuntimeError: 'os.environ' is not supported in this environment",
)
_ONLY_IN_CPYTHON = {"exit", "quit"}


def is_gap(error: str, raising: str = "") -> bool:
    """Tell whether an error shows something that CPython has and Monty has not.

    Args:
        error: Type and message, as Monty says them.
        raising: The line of the program where it was raised; a line that names the error's type
            raised it by itself.
    """
    kind, _, message = error.partition(": ")
    if kind == "SystemExit":
        return True  # CPython tells an end that is none of an error
    if kind in _ALWAYS:
        return kind not in raising
    if kind == "NameError":
        name = _quoted(message)
        return name in _ONLY_IN_CPYTHON or hasattr(builtins, name)
    if kind == "AttributeError":
        return _lacks_attribute(message)
    return error.startswith(_INTERNAL)


def _lacks_attribute(message: str) -> bool:
    """Tell whether the message is of a module, or of a type that has the attribute in CPython."""
    if message.startswith("module '"):
        return True
    owner, _, rest = message.partition(" has no attribute ")
    found = getattr(builtins, _quoted(owner), None)
    if owner.endswith(" object") and owner.startswith("'") and "_iterator" in owner:
        return _quoted(rest) in ("__next__", "__iter__")
    return isinstance(found, type) and hasattr(found, _quoted(rest))


def _quoted(message: str) -> str:
    """Give the first text in quotes."""
    parts = message.split("'", 2)
    return parts[1] if len(parts) > 2 else ""
