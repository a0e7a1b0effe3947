"""From what a verb was given to a run that is ready: backend, templates, budget, seed."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import inspect
import os
import weakref
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeAlias, cast

from reasoning_chains.backends.coalesce import Coalescing, coalesced, landed
from reasoning_chains.backends.scripted import FunctionBackend
from reasoning_chains.budget import Account, Budget
from reasoning_chains.buying import Session
from reasoning_chains.content import Library
from reasoning_chains.errors import UnknownName, UserMistake, ranged, shown, wanted
from reasoning_chains.loop import at_stop, closed, run_sync
from reasoning_chains.names import check_backend, open_backend
from reasoning_chains.protocols import Backend
from reasoning_chains.run import Run
from reasoning_chains.solution import Event
from reasoning_chains.types import Completion, Problem, Request, Sampling

__all__ = [
    "AnyBackend",
    "AnyProblem",
    "Settings",
    "aclose_backend",
    "as_backend",
    "close_at_stop",
    "close_backend",
    "identity",
    "problem_of",
    "shared",
    "start",
]

AnyProblem: TypeAlias = Problem | str | Mapping[str, Any]
AnyBackend: TypeAlias = str | Backend | Callable[[Request], Awaitable[Sequence[Completion]]]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a verb was told beside the problem and the backend."""

    budget: Budget | None = None
    seed: int = 0
    sampling: Sampling = Sampling()
    lang: str | None = None
    project: str | None = None
    ask_user: Callable[[str], Any] | None = None

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Settings:
        """Make settings of a verb's options.

        Raises:
            UserMistake: An option is unknown, or of another type than it must be.
        """
        from reasoning_chains.templates.language import check_language

        kinds: dict[str, tuple[type, ...]] = {
            "budget": (Budget, type(None)),
            "seed": (int,),
            "sampling": (Sampling,),
            "lang": (str, type(None)),
            "project": (str, Path, type(None)),
            "ask_user": (object,),
        }
        for name, value in options.items():
            if name not in kinds:
                raise UnknownName("option of a verb", name, ("backend", "problem", *kinds))
            wanted(name, value, *kinds[name])
        if (asked := options.get("ask_user")) is not None and not callable(asked):
            raise UserMistake(f"ask_user must be a function of a question, found {shown(asked)}")
        ranged("seed", options.get("seed", 0), int, -(2**63))
        check_language(options.get("lang"))
        return cls(**options)


_Life = AsyncGenerator[Coalescing, None]
_Opened = dict[tuple[str, str], tuple[Coalescing, _Life]]
_named: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Opened] = weakref.WeakKeyDictionary()


async def shared(backend: AnyBackend, project: str | None = None) -> Coalescing:
    """Give the coalescing wrapper of a backend.

    One that was named by a string is opened once a loop and project, and closed when the loop ends
    (by `asyncio.run`, or with the process). Others belong to the caller, who closes them.
    """
    if not isinstance(backend, str):
        return coalesced(as_backend(backend))
    mine = _named.setdefault(asyncio.get_running_loop(), {})
    spec = (backend, str(Library.of(project).roots[0]))
    if spec not in mine:
        opened = coalesced(open_backend(backend, project=project))
        life = _life(opened, mine, spec)
        mine[spec] = (opened, life)
        await anext(life)
    return mine[spec][0]


async def _life(opened: Coalescing, mine: _Opened, spec: tuple[str, str]) -> _Life:
    """Close a backend when the loop shuts its generators down."""
    try:
        yield opened
    finally:
        mine.pop(spec, None)  # it holds this generator, and by it the loop
        await opened.aclose()


_kept: weakref.WeakValueDictionary[int, Backend] = weakref.WeakValueDictionary()


def close_at_stop(backend: AnyBackend) -> None:
    """Remember a backend that sync verbs use: nobody else can close what it holds on their loop."""
    if isinstance(backend, type) or not hasattr(backend, "complete"):
        return  # no backend, which the verb tells
    if not hasattr(backend, "aclose"):
        return
    with contextlib.suppress(TypeError):  # one that takes no weak reference closes itself
        _kept[id(backend)] = cast(Backend, backend)
    if _close_kept not in at_stop:
        at_stop.append(_close_kept)


async def _close_kept() -> None:
    await closed(aclose_backend(backend) for backend in list(_kept.values()))


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_kept.clear)  # what is open is the parent's


async def aclose_backend(backend: AnyBackend) -> None:
    """Close a backend that one opened oneself: its connections, its thread, its weights.

    It may be used again, and then opens what it needs anew.

    Raises:
        UserMistake: It is no backend, or the name of one, which the library closes itself.
    """
    if isinstance(backend, str):
        check_backend(backend)
        raise UserMistake(
            f"backend {shown(backend)} was opened by the library, which closes it with its event "
            "loop or with the process: leave this call out"
        )
    close = getattr(backend, "aclose", None)
    if close is None or isinstance(backend, type):
        as_backend(backend)  # refuses what is none
    else:
        await landed(cast(Backend, backend))
        await close()


def close_backend(backend: AnyBackend) -> None:
    """Do the same from sync code, and wait for it."""
    run_sync(aclose_backend(backend))


def as_backend(backend: Any) -> Backend:
    """Take an object that is a backend, or make one of an async function.

    Raises:
        UserMistake: It is neither.
    """
    if hasattr(backend, "complete") and not isinstance(backend, type):
        for part in ("name", "capabilities", "defaults"):
            if not hasattr(backend, part):
                raise UserMistake(f"{shown(backend)}, given as backend, has no {part}: {_SEAM}")
        return cast(Backend, backend)
    if inspect.iscoroutinefunction(backend):
        return _function_backend(backend)
    raise UserMistake(
        "backend must be a name such as 'embedded', an object with name, capabilities, defaults "
        f"and complete, or an async function of a request, found {shown(backend)}"
    )


_SEAM = "write name, capabilities=Capabilities(...), defaults=Sampling() and async complete"
_functions: weakref.WeakValueDictionary[int, FunctionBackend] = weakref.WeakValueDictionary()
"""By the function's id, which stays its own: the value holds the function."""


def _function_backend(function: Any) -> FunctionBackend:
    made = _functions.get(id(function))
    if made is None:
        made = _functions[id(function)] = FunctionBackend(function)
    return made


_FIELDS = tuple(field.name for field in fields(Problem))


def problem_of(problem: AnyProblem) -> Problem:
    """Take a problem, or make one of a text, or of its fields with whatever else templates see."""
    if isinstance(problem, Problem):
        return problem
    if isinstance(problem, str):
        return Problem(problem)
    if not isinstance(problem, Mapping):
        raise UserMistake(f"a Problem, a text or a mapping is wanted, found {shown(problem)}")
    if "question" not in problem:
        raise UserMistake('the mapping has no question: write {"question": "…"}')
    told = {name: value for name, value in problem.items() if name in _FIELDS}
    inputs = {name: value for name, value in problem.items() if name not in _FIELDS}
    for name in inputs:
        _refuse_slip(name)
    given = told.pop("inputs", {})
    wanted("inputs", given, Mapping)
    return Problem(**told, inputs={**given, **inputs})


def _refuse_slip(name: object) -> None:
    """Refuse an input whose name is most likely a field's with a slip: nothing would read it."""
    import difflib  # it loads regular expressions

    close = difflib.get_close_matches(str(name)[:100], sorted(_FIELDS), n=1, cutoff=0.8)
    if close:
        raise UserMistake(
            f"the mapping has no field {name!r}: did you mean {close[0]}? If templates are to see "
            f"it, write Problem(question, inputs={{{name!r}: …}})"
        )


def start(
    backend: Coalescing,
    problem: Problem,
    settings: Settings,
    watch: Callable[[Event], None] | None = None,
) -> Run:
    """Make the outermost run of a call; its path begins with the seed and the problem's id."""
    from reasoning_chains.templates import templates_of

    templates = templates_of(Library.of(settings.project))
    session = Session(backend, templates, settings.lang, watch, settings.ask_user)
    account = Account(settings.budget or Budget())
    return Run(session, problem, (settings.seed, identity(problem)), account, settings.sampling)


def identity(problem: Problem) -> str:
    """Give the problem's id, or one made of what it asks."""
    if problem.id:
        return problem.id
    parts: dict[str, Any] = {"q": problem.question, "c": problem.context, "o": problem.choices}
    if problem.inputs:
        parts["i"] = sorted(problem.inputs.items())
    return hashlib.sha256(repr(parts).encode(errors="replace")).hexdigest()[:12]
