"""The project's `reasoning.toml`: which backends it declares; it opens none of them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from reasoning_chains.content import Library, read_text
from reasoning_chains.errors import UserMistake

__all__ = ["FILE", "backend_table"]

FILE = "reasoning.toml"


def backend_table(project: str | Path | None = None) -> dict[str, dict[str, Any]]:
    """Read the `[backends.NAME]` tables of the project, which may have none.

    Each has `use`, such as `openai:MODEL`, and the options of that backend.

    Raises:
        UserMistake: The file is no TOML, or a table has no `use`.
    """
    path = Library.of(project).roots[0] / FILE
    if not path.is_file():
        return {}
    try:
        data = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise UserMistake(f"{path}: no valid TOML: {error}") from None
    odd = sorted(set(data) - {"backends"})
    if odd:
        raise UserMistake(f"{path}: unknown table {odd[0]!r}: known is [backends.NAME]")
    tables = data.get("backends", {})
    if not isinstance(tables, dict):
        raise UserMistake(f"{path}: backends must be tables: write [backends.NAME]")
    for name, table in tables.items():
        if not isinstance(table, dict) or not isinstance(table.get("use"), str):
            raise UserMistake(f'{path}: [backends.{name}] needs use = "openai:MODEL" or the like')
    return tables
