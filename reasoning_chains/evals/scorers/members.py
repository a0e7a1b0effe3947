"""The members of an answer or a target that is a list: JSON, or parts between separators."""

from __future__ import annotations

import json

from reasoning_chains.answers.equivalence import vote_key
from reasoning_chains.answers.folding import fold

__all__ = ["members"]

_ENDS = "[](){}"


def members(text: str, separator: str = ",") -> list[str]:
    """Give the members, each as its voting key; of an English or Chinese list "and" is no member.

    Args:
        text: A JSON list, or members between separators.
        separator: What stands between them; a space stands for any spaces.
    """
    listed = _json_list(text)
    if listed is None:
        listed = _parted(fold(text).strip().strip(_ENDS), separator)
    keys = (vote_key(part, "text") for part in listed)
    return [key for key in keys if key]


def _json_list(text: str) -> list[str] | None:
    bare = text.strip()
    if not bare.startswith("["):
        return None
    try:
        found = json.loads(bare, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return None
    return [part if isinstance(part, str) else json.dumps(part) for part in found]


def _parted(text: str, separator: str) -> list[str]:
    if separator.isspace():
        return text.split()
    parts = text.replace("、", separator).split(separator)
    if len(parts) > 1 or " and " in text:
        last = parts.pop().strip()
        head, joined, tail = last.rpartition(" and ")
        parts += [head, tail] if joined else [last.removeprefix("and ")]
    return parts
