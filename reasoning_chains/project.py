"""The project's `reasoning.toml`: which backends it declares; it opens none of them."""

from __future__ import annotations

import tomllib
from collections.abc import Container, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from reasoning_chains.backends.guard.route import RULES
from reasoning_chains.content import Library, read_text
from reasoning_chains.errors import UserMistake, near
from reasoning_chains.pricing import Price
from reasoning_chains.types import Sampling

__all__ = ["FILE", "backend_table", "price_table", "project_folder"]

FILE = "reasoning.toml"


def project_folder(project: str | Path | None = None) -> Path:
    """Give the folder of the project, where its relative paths begin."""
    return Library.of(project).roots[0]


def backend_table(
    project: str | Path | None = None, taken: Container[str] = ()
) -> dict[str, dict[str, Any]]:
    """Read the `[backends.NAME]` tables of the project, which may have none.

    Each has `use`, such as `openai:MODEL`, and the options of that backend; or `route`, the names
    of others, with `rule` and `weights`. The names in `taken` are backends already.

    Raises:
        UserMistake: The file is no TOML, a table has no `use`, or a name is taken.
    """
    path, data = _file(project)
    tables = data.get("backends", {})
    if not isinstance(tables, dict):
        raise UserMistake(f"{path}: backends must be tables: write [backends.NAME]")
    for name in tables:
        if name in taken:
            raise UserMistake(
                f"{path}: {name!r} is a built-in backend: give the table its own name"
            )
        _check_table(f"{path}: [backends.{name}]", name, tables)
    return {name: _read(f"{path}: [backends.{name}]", table) for name, table in tables.items()}


def price_table(project: str | Path | None = None) -> dict[str, Price]:
    """Read the `[prices]` of the project, each by the name of a model.

    Raises:
        UserMistake: The file is no TOML, or a price is none.
    """
    path, data = _file(project)
    told = data.get("prices", {})
    if not isinstance(told, dict):
        raise UserMistake(f"{path}: prices must be a table: write [prices]")
    found: dict[str, Price] = {}
    for model, given in told.items():
        try:
            price = Price.read(given)
        except UserMistake as error:
            raise UserMistake(f"{path}: [prices] {model}: {error}") from None
        if price is not None:
            found[model] = price
    return found


def _file(project: str | Path | None) -> tuple[Path, dict[str, Any]]:
    path = project_folder(project) / FILE
    if not path.is_file():
        return path, {}
    try:
        data = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise UserMistake(f"{path}: no valid TOML: {error}") from None
    odd = sorted(set(data) - {"backends", "prices"})
    if odd:
        raise UserMistake(
            f"{path}: unknown table {odd[0]!r}: known are [backends.NAME] and [prices]"
        )
    return path, data


def _check_table(where: str, name: str, tables: Mapping[str, Any]) -> None:
    table = tables[name]
    if isinstance(table, dict) and "route" in table:
        _check_route(where, name, tables)
    elif not isinstance(table, dict) or not isinstance(table.get("use"), str):
        raise UserMistake(f'{where} needs use = "openai:MODEL" or the like')


_OF_ROUTES = ("offline", "route", "rule", "store", "weights")


def _check_route(where: str, name: str, tables: Mapping[str, Any]) -> None:
    table = tables[name]
    told = table["route"]
    if not isinstance(told, list) or not told or not all(isinstance(one, str) for one in told):
        raise UserMistake(f'{where}: route must be a list of backends, such as ["house", "cheap"]')
    if len(set(told)) < len(told):
        raise UserMistake(f"{where}: route names a backend twice: leave one out")
    for key in table:
        if key not in _OF_ROUTES:
            raise UserMistake(f"{where}: unknown key {key!r} of a route: {near(key, _OF_ROUTES)}")
    if (rule := table.get("rule", "order")) not in RULES:
        raise UserMistake(f"{where}: unknown rule {rule!r}: {near(str(rule), RULES)}")
    weights = table.get("weights", {})
    if not isinstance(weights, Mapping) or not set(weights) <= set(told):
        raise UserMistake(f"{where}: weights must be numbers by names of the route")
    if name in _reached(name, tables):
        raise UserMistake(f"{where}: the route leads back to itself: leave that target out")


def _reached(name: str, tables: Mapping[str, Any]) -> set[str]:
    """Give all backends that a route leads to, over other routes too."""
    found, waiting = set[str](), [name]
    while waiting:
        table = tables.get(waiting.pop())
        told = table.get("route", ()) if isinstance(table, Mapping) else ()
        new = {one for one in told if isinstance(one, str)} - found
        found |= new
        waiting += new
    return found


def _read(where: str, table: Mapping[str, Any]) -> dict[str, Any]:
    """Make the sampling of `defaults = {temperature = 0.2}`; other options stay as they are."""
    if "defaults" not in table:
        return dict(table)
    given = table["defaults"]
    if not isinstance(given, Mapping):
        raise UserMistake(f"{where}: defaults must be a table, such as {{temperature = 0.2}}")
    known = [one.name for one in fields(Sampling)]
    for key in given:
        if key not in known:
            raise UserMistake(f"{where}: unknown key {key!r} in defaults: {near(key, known)}")
    try:
        return {**table, "defaults": Sampling(**given)}
    except UserMistake as error:
        raise UserMistake(f"{where}: {error}") from None
