"""From what a verb was given to a run that is ready: backend, templates, budget, seed."""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from reasoning_chains.backends.coalesce import Coalescing, coalesced
from reasoning_chains.backends.scripted import FunctionBackend
from reasoning_chains.budget import Account, Budget
from reasoning_chains.buying import Session
from reasoning_chains.content import Library
from reasoning_chains.errors import UserMistake
from reasoning_chains.loop import at_stop
from reasoning_chains.names import open_backend
from reasoning_chains.protocols import Backend
from reasoning_chains.run import Run
from reasoning_chains.solution import Event
from reasoning_chains.types import Completion, Problem, Request, Sampling

__all__ = ["AnyBackend", "Settings", "leased", "problem_of", "start", "streamed"]

AnyBackend: TypeAlias = str | Backend | Callable[[Request], Awaitable[Sequence[Completion]]]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a verb was told beside the problem and the backend."""

    budget: Budget | None = None
    seed: int = 0
    sampling: Sampling = Sampling()
    lang: str | None = None
    project: str | None = None


@dataclass(slots=True)
class _Lease:
    backend: Coalescing
    holders: int = 0


_leases: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, _Lease]] = (
    weakref.WeakKeyDictionary()
)


def streamed(backend: Coalescing) -> Coalescing:
    """Give a backend that emits deltas, where it has one that does so only on demand."""
    view = getattr(backend.inner, "streamed", None)
    return coalesced(view()) if view is not None else backend


@asynccontextmanager
async def leased(
    backend: AnyBackend, project: str | None = None, *, keep: bool = False
) -> AsyncIterator[Coalescing]:
    """Give the coalescing wrapper of a backend.

    One that was named by a string is opened once a loop, shared, and closed with its last holder,
    or kept open where `keep` says so. Others belong to the caller, who closes them.
    """
    if not isinstance(backend, str):
        shared = coalesced(_as_backend(backend))
        if keep:
            _close_at_stop(shared.inner)
        yield shared
        return
    leases = _leases.setdefault(asyncio.get_running_loop(), {})
    spec = f"{backend}\0{project or ''}"
    if spec not in leases:
        leases[spec] = _Lease(coalesced(open_backend(backend, project=project)), int(keep))
        if keep:
            _close_at_stop(leases[spec].backend.inner)
    lease = leases[spec]
    lease.holders += 1
    try:
        yield lease.backend
    finally:
        lease.holders -= 1
        if not lease.holders:
            del leases[spec]
            await lease.backend.aclose()


_kept: weakref.WeakValueDictionary[int, Backend] = weakref.WeakValueDictionary()


def _close_at_stop(backend: Backend) -> None:
    """Remember a backend that sync verbs use: nobody else can close what it holds on their loop."""
    _kept[id(backend)] = backend
    if _close_kept not in at_stop:
        at_stop.append(_close_kept)


async def _close_kept() -> None:
    for backend in list(_kept.values()):
        await Coalescing(backend).aclose()


def _as_backend(backend: Any) -> Backend:
    if hasattr(backend, "complete") and hasattr(backend, "capabilities"):
        return cast(Backend, backend)
    if inspect.iscoroutinefunction(backend):
        return _function_backend(backend)
    raise UserMistake(
        f"backend {backend!r} is none: give a name such as 'embedded', an object with "
        "name, capabilities, defaults and complete, or an async function of a request"
    )


_functions: weakref.WeakKeyDictionary[Any, FunctionBackend] = weakref.WeakKeyDictionary()


def _function_backend(function: Any) -> FunctionBackend:
    if function not in _functions:
        _functions[function] = FunctionBackend(function)
    return _functions[function]


def problem_of(problem: Problem | str) -> Problem:
    """Take a problem, or make one of a text."""
    if isinstance(problem, Problem):
        return problem
    if isinstance(problem, str):
        return Problem(problem)
    raise UserMistake(f"a Problem or a text is wanted, found {type(problem).__name__}")


def start(
    backend: Coalescing,
    problem: Problem,
    settings: Settings,
    watch: Callable[[Event], None] | None = None,
) -> Run:
    """Make the outermost run of a call; its path begins with the seed and the problem's id."""
    from reasoning_chains.templates import templates_of

    templates = templates_of(Library.of(settings.project))
    session = Session(backend, templates, settings.lang, watch)
    account = Account(settings.budget or Budget())
    return Run(session, problem, (settings.seed, identity(problem)), account, settings.sampling)


def identity(problem: Problem) -> str:
    """Give the problem's id, or one made of what it asks."""
    if problem.id:
        return problem.id
    parts: Mapping[str, Any] = {"q": problem.question, "c": problem.context, "o": problem.choices}
    return hashlib.sha256(repr(parts).encode(errors="replace")).hexdigest()[:12]
