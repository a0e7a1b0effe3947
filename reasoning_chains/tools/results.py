"""Writes what a function gave as text for a model; it knows no tool."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import is_dataclass
from enum import Enum
from typing import Any

__all__ = ["as_text"]


def as_text(value: Any) -> str:
    """Write a value: text as it is, nothing as "done", structures as JSON, the rest by `str`.

    Structures are mappings, lists, tuples, sets, dataclasses and pydantic models; what is not JSON
    inside of them stands as text. Letters are not escaped.

    Raises:
        ValueError: A structure holds itself, or bytes that are not UTF-8.
    """
    if value is None:
        return "done"
    if isinstance(value, Enum):
        return as_text(value.value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if not _is_structure(value):
        return str(value)
    from pydantic_core import to_jsonable_python

    return json.dumps(to_jsonable_python(value, fallback=str), ensure_ascii=False)


def _is_structure(value: Any) -> bool:
    if isinstance(value, type):
        return False
    if isinstance(value, Mapping | list | tuple | set | frozenset) or is_dataclass(value):
        return True
    return hasattr(value, "model_dump_json")
