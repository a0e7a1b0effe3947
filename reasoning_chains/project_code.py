"""Objects of the user's own project by `module:name`: the only place that executes its files."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reasoning_chains.content import is_there
from reasoning_chains.errors import Caught, UnknownName, UserMistake, near
from reasoning_chains.names import BACKENDS, CHAINS, SCORERS, TOOLS

__all__ = ["project_instance", "project_object"]

_KNOWN: Mapping[str, Sequence[str]] = {
    "backend": (*BACKENDS, "module:name"),
    "chain": (*CHAINS,),
    "scorer": (*SCORERS, "module:function"),
    "tool": (*TOOLS, "agent:NAME", "module:function"),
}


def project_object(spec: str, folder: Path, kind: str = "tool") -> Any:
    """Give what `module:name` means in a file of the user's own project: an object of this kind.

    The module is one that can be imported, or a file of the project's folder.

    Raises:
        UserMistake: There is no such module, or nothing of this name in it.
    """
    name, colon, attribute = spec.partition(":")
    if not colon or not all(part.isidentifier() for part in (*name.split("."), attribute)):
        raise UnknownName(kind, spec, _KNOWN[kind])
    file = folder.joinpath(*name.split(".")).with_suffix(".py")
    module: Any = None
    with Caught(Exception, SystemExit) as caught, _beside(folder):
        module = _of_file(file, name) if is_there(file) else importlib.import_module(name)
    if (error := caught.error) is not None:
        told = f"{kind} {spec!r}: {type(error).__name__}: {error}"
        raise UserMistake(f"{told}; it is looked for in {folder} too") from error
    if not hasattr(module, attribute):
        known = [other for other in vars(module) if not other.startswith("_")]
        raise UserMistake(f"{kind} {spec!r}: {name} has no {attribute}: {near(attribute, known)}")
    return getattr(module, attribute)


def project_instance(spec: str, folder: Path, kind: str) -> Any:
    """Give what `module:name` means, made without arguments where it is a class.

    Raises:
        UserMistake: As `project_object`, or the class cannot be made so.
    """
    made = project_object(spec, folder, kind)
    if not isinstance(made, type):
        return made
    with Caught() as caught:
        return made()
    told = f"{kind} {spec!r} cannot be made without arguments: {caught.error}"
    raise UserMistake(f"{told}; name one that is made already") from caught.error


@contextmanager
def _beside(folder: Path) -> Iterator[None]:
    """Let a module of the project import its neighbours, after all else that may be imported."""
    place = str(folder)
    known = place in sys.path
    if not known:
        sys.path.append(place)
    try:
        yield
    finally:
        if not known:
            sys.path.remove(place)


def _of_file(file: Path, name: str) -> Any:
    """Execute a file of the project once, until it changes; one that is imported is taken so."""
    from importlib.util import module_from_spec, spec_from_file_location

    imported = getattr(sys.modules.get(name), "__file__", None)
    if imported and file.samefile(imported):
        return sys.modules[name]
    known = f"{file.stem} of {file}, {file.stat().st_mtime_ns}"
    if known not in sys.modules:
        spec = spec_from_file_location(known, file)
        if spec is None or spec.loader is None:
            raise ImportError(f"{file} is no module")
        sys.modules[known] = made = module_from_spec(spec)
        with Caught(Exception, SystemExit) as caught:
            spec.loader.exec_module(made)
        if caught.error is not None:
            del sys.modules[known]
            raise caught.error
    return sys.modules[known]
