"""Digests of what a run's results rest on beside its suites; it compares none."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from reasoning_chains.chain import Chain
from reasoning_chains.content import Library
from reasoning_chains.evals.planning import Plan

__all__ = ["wording_of"]

_OWN = __name__.partition(".")[0]


def wording_of(plan: Plan) -> str:
    """Give a digest of all templates, and of the files in which chains of the user's own stand."""
    told = hashlib.sha256(Library.of(plan.project).digest("templates").encode())
    for kind in dict.fromkeys(kind for _, chain in plan.chains for kind in _kinds(chain)):
        path = Path(getattr(sys.modules.get(kind.__module__), "__file__", None) or "")
        if kind.__module__.partition(".")[0] != _OWN and path.is_file():
            told.update(hashlib.sha256(path.read_bytes()).digest())
    return told.hexdigest()[:16]


def _kinds(chain: Any) -> Iterator[type]:
    """Give the class of a chain, and those of the chains in it."""
    yield type(chain)
    for field in fields(chain) if is_dataclass(chain) else ():
        value = getattr(chain, field.name)
        for inner in value if isinstance(value, tuple) else (value,):
            if isinstance(inner, Chain):
                yield from _kinds(inner)
