"""Turns what a program ended with into JSON; it runs inside, in either interpreter.

Monty is given this file as text, so it keeps to what Monty understands: no class, no generator
function, no `del`.
"""

from __future__ import annotations

import json
import math

DEEPEST = 40


def ended(names: dict[str, object]) -> str:
    """Write the value of the last expression, or the variable `answer`, as JSON."""
    value = names.get("__value__")
    if value is None:
        value = names.get("answer")
    return json.dumps(plain(value, 0), separators=(",", ":"))


def plain(value: object, depth: int) -> object:
    """Make plain data of a value; what is no data is given as its text."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if depth < DEEPEST and isinstance(value, dict):
        return {named(key): plain(value[key], depth + 1) for key in value}
    if depth < DEEPEST and isinstance(value, (list, tuple)):
        return [plain(item, depth + 1) for item in value]
    if depth < DEEPEST and isinstance(value, (set, frozenset)):
        return [plain(item, depth + 1) for item in in_order(value)]
    return str(value)


def named(key: object) -> str:
    """Make the name of a member of a JSON object."""
    return key if isinstance(key, str) else str(key)


def in_order(values: set[object] | frozenset[object]) -> list[object]:
    """Order a set where its members can be compared, so that equal sets are told equally."""
    try:
        return sorted(values)  # type: ignore[type-var]
    except TypeError:
        return list(values)
