"""`backends --check`: each backend is asked one small question, and tells what it can do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from reasoning_chains.backends.guard.told import allowances
from reasoning_chains.chains.direct import Direct
from reasoning_chains.cli.printing import safe
from reasoning_chains.errors import Caught, ReasoningChainsError
from reasoning_chains.names import open_backend
from reasoning_chains.problems import exercises
from reasoning_chains.protocols import Backend
from reasoning_chains.session import aclose_backend
from reasoning_chains.types import Sampling

__all__ = ["HEADS", "tried_all"]

HEADS = ("backend", "answers", "seconds", "can", "limits, or health")


async def tried_all(tables: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Ask all at once, each once; give a row each, with the reason where one does not answer."""
    return await asyncio.gather(*(_tried(name, table) for name, table in tables.items()))


async def _tried(name: str, table: Mapping[str, Any]) -> tuple[str, ...]:
    once: dict[str, Any] = {} if "route" in table else {"retry": False}
    with Caught(ReasoningChainsError) as caught:
        return await _answered(name, open_backend(name, store=False, **once))
    return name, safe(f"no: {caught.error}"), "", "", ""


async def _answered(name: str, backend: Backend) -> tuple[str, ...]:
    asked = next(exercises("arithmetic", 2, 0)).problem
    began = time.monotonic()
    try:
        await Direct().ainvoke(asked, backend, sampling=Sampling(max_tokens=64))
        took = time.monotonic() - began
        able = ", ".join(key for key, value in asdict(backend.capabilities).items() if value)
        return name, "yes", f"{took:.2f}", able.replace("_", " "), _limits(backend)
    finally:
        await aclose_backend(backend)


def _limits(backend: Backend) -> str:
    if health := getattr(backend, "health", {}):
        return "; ".join(f"{name}: {words}" for name, words in health.items())
    found = allowances(getattr(backend, "limits", {}), time.time())
    return ", ".join(f"{one.limit:g} {one.what} a minute" for one in found if one.limit)
