"""From what a verb was given to a run that is ready: backend, templates, budget, seed."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import inspect
import weakref
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, cast

from reasoning_chains.backends.coalesce import Coalescing, coalesced
from reasoning_chains.backends.scripted import FunctionBackend
from reasoning_chains.budget import Account, Budget
from reasoning_chains.buying import Session
from reasoning_chains.content import Library
from reasoning_chains.errors import UnknownName, UserMistake
from reasoning_chains.loop import at_stop
from reasoning_chains.names import open_backend
from reasoning_chains.protocols import Backend
from reasoning_chains.run import Run
from reasoning_chains.solution import Event
from reasoning_chains.types import Completion, Problem, Request, Sampling

__all__ = [
    "AnyBackend",
    "Settings",
    "close_at_stop",
    "problem_of",
    "shared",
    "start",
    "streamed",
]

AnyBackend: TypeAlias = str | Backend | Callable[[Request], Awaitable[Sequence[Completion]]]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a verb was told beside the problem and the backend."""

    budget: Budget | None = None
    seed: int = 0
    sampling: Sampling = Sampling()
    lang: str | None = None
    project: str | None = None

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Settings:
        """Make settings of a verb's options.

        Raises:
            UserMistake: An option is unknown, or of another type than it must be.
        """
        from reasoning_chains.templates.language import LANGUAGES

        wanted: dict[str, tuple[type, ...]] = {
            "budget": (Budget, type(None)),
            "seed": (int,),
            "sampling": (Sampling,),
            "lang": (str, type(None)),
            "project": (str, Path, type(None)),
        }
        for name, value in options.items():
            if name not in wanted:
                raise UnknownName("option of a verb", name, wanted)
            if not isinstance(value, wanted[name]) or isinstance(value, bool):
                kinds = " or ".join(kind.__name__ for kind in wanted[name])
                raise UserMistake(f"{name} must be {kinds}, found {value!r}")
        if options.get("lang") not in (None, *LANGUAGES):
            raise UnknownName("language", str(options["lang"]), LANGUAGES)
        return cls(**options)


_Life = AsyncGenerator[Coalescing, None]
_named: weakref.WeakKeyDictionary[
    asyncio.AbstractEventLoop, dict[tuple[str, str], tuple[Coalescing, _Life]]
] = weakref.WeakKeyDictionary()


async def shared(backend: AnyBackend, project: str | None = None) -> Coalescing:
    """Give the coalescing wrapper of a backend.

    One that was named by a string is opened once a loop and project, and closed when the loop ends
    (by `asyncio.run`, or with the process). Others belong to the caller, who closes them.
    """
    if not isinstance(backend, str):
        return coalesced(_as_backend(backend))
    mine = _named.setdefault(asyncio.get_running_loop(), {})
    spec = (backend, str(Library.of(project).roots[0]))
    if spec not in mine:
        opened = coalesced(open_backend(backend, project=project))
        life = _life(opened)
        mine[spec] = (opened, life)
        await anext(life)
    return mine[spec][0]


async def _life(opened: Coalescing) -> _Life:
    """Close a backend when the loop shuts its generators down."""
    try:
        yield opened
    finally:
        await opened.aclose()


def streamed(backend: Coalescing) -> Coalescing:
    """Give a backend that emits deltas, where it has one that does so only on demand."""
    view = getattr(backend.inner, "streamed", None)
    return coalesced(view()) if view is not None else backend


_kept: weakref.WeakValueDictionary[int, Backend] = weakref.WeakValueDictionary()


def close_at_stop(backend: AnyBackend) -> None:
    """Remember a backend that sync verbs use: nobody else can close what it holds on their loop."""
    if not hasattr(backend, "aclose"):
        return
    with contextlib.suppress(TypeError):  # one that takes no weak reference closes itself
        _kept[id(backend)] = cast(Backend, backend)
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


_functions: weakref.WeakValueDictionary[int, FunctionBackend] = weakref.WeakValueDictionary()
"""By the function's id, which stays its own: the value holds the function."""


def _function_backend(function: Any) -> FunctionBackend:
    made = _functions.get(id(function))
    if made is None:
        made = _functions[id(function)] = FunctionBackend(function)
    return made


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
