"""A task file with what it includes, as plain keys and values; nothing that it names is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from reasoning_chains.content import Library, is_there, read_text
from reasoning_chains.errors import UserMistake, shown
from reasoning_chains.yaml_text import measured, yaml_place

__all__ = ["ENDINGS", "Foreign", "functions", "read_task", "root_of"]

ENDINGS = (".yaml", ".yml")
_FILES = 64
_DEEP = 200
_OPENING = "[{-?:"
"""Without so many of these, nothing is nested deep."""
_TASKS = "tasks"


@dataclass(frozen=True, slots=True)
class Foreign:
    """Python that a file names with `!function`."""

    name: str


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Makes plain data, and notes Python where a file names it."""


_Loader.add_constructor("!function", lambda loader, node: Foreign(loader.construct_scalar(node)))


def read_task(path: Path) -> dict[str, Any]:
    """Read a task file, what it says laid over what it includes.

    Raises:
        UserMistake: A file is no YAML, is not there, is out of proportion, or lies outside of the
            folder of tasks; it is named.
    """
    return _read(path, root_of(path), (), [])


def root_of(path: Path) -> Path:
    """Give the folder that a task may take files from.

    The folder `tasks` that holds it, else the project's if that holds it, else its own.
    """
    place = path.resolve()
    for folder in place.parents:
        if folder.name == _TASKS:
            return folder
    here = Library.of().roots[0]
    return here if place.is_relative_to(here) else place.parent


def _read(path: Path, root: Path, above: tuple[Path, ...], read: list[Path]) -> dict[str, Any]:
    """Read a file with what it includes; `above` include it, `read` are all so far."""
    read.append(path)
    if path.resolve() in above:
        raise UserMistake(f"{above[-1]} includes {path}, which includes it in turn")
    if len(read) > _FILES:
        raise UserMistake(f"{read[0]} includes more than {_FILES} files")
    data = _parsed(path)
    merged: dict[str, Any] = {}
    for name in _names(path, data.pop("include", None)):
        merged |= _read(_included(path, name, root), root, (*above, path.resolve()), read)
    return merged | data


def _names(path: Path, told: Any) -> list[str]:
    listed = told if isinstance(told, list) else [] if told is None else [told]
    for name in listed:
        if not isinstance(name, str):
            raise UserMistake(f"{path}: include must name files, found {shown(name)}")
    return listed


def _included(path: Path, name: str, root: Path) -> Path:
    place = path.parent / name
    if Path(name).is_absolute() or not place.resolve().is_relative_to(root):
        told = "what a task includes must lie below a folder `tasks`, or the project's"
        raise UserMistake(f"{path} includes {shown(name)}, which leads out of {root}: {told}")
    if not (is_there(place) and place.is_file()):
        raise UserMistake(f"{path} includes {shown(name)}, which is not there")
    return place


def _parsed(path: Path) -> dict[str, Any]:
    text = read_text(path)
    try:
        _shallow(text, path)
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            measured(node)
            data: Any = None if node is None else loader.construct_document(node)
        finally:
            loader.dispose()
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        tag = getattr(error, "problem", None) or ""
        told = f": {tag}" if "constructor for the tag" in tag else ""
        raise UserMistake(f"{path} is no valid YAML{yaml_place(error)}{told}") from None
    if not isinstance(data, dict):
        raise UserMistake(f"{path} must hold keys and values, such as dataset_path: …")
    return {str(key): value for key, value in data.items()}


def _shallow(text: str, path: Path) -> None:
    """Refuse what is nested deep: to build it, the parser calls itself until the process ends."""
    if sum(map(text.count, _OPENING)) < _DEEP:
        return
    depth = 0
    for event in yaml.parse(text, _Loader):  # one by one, and nothing is built
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEP:
            raise UserMistake(f"{path} is nested more than {_DEEP} deep")


def functions(data: Any, key: str = "") -> Mapping[str, str]:
    """Find the Python that values name, by the keys where they stand."""
    if isinstance(data, Foreign):
        return {key: data.name}
    found: dict[str, str] = {}
    if isinstance(data, dict):
        for name, value in data.items():
            found |= functions(value, f"{key}.{name}" if key else str(name))
    elif isinstance(data, list):
        for value in data:
            found |= functions(value, key)
    return found
