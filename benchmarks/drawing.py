"""How a table of a document is drawn from a result."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def read(name: str) -> dict[str, Any]:
    """Read a result with the command that made it."""
    data: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text("utf-8"))
    return data


def made_by(*names: str) -> str:
    """Name the commands beside a table."""
    commands = [f"`{read(name)['command']}`" for name in names]
    machine = read(names[0])["machine"]
    if isinstance(machine, dict):
        machine = f"{machine['architecture']}, {machine['cores']} cores"
    return f"\n\nMade by {', '.join(commands)} on {machine}."


def rows(head: tuple[str, ...], body: Iterable[tuple[str, ...]]) -> str:
    """Write a Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in body)])


def share(cell: dict[str, Any]) -> str:
    """Write a share without its leading zero."""
    return f"{cell['share']:.2f}"
