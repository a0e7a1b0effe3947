"""Workflows written to a file for a test, and what was sent for them."""

from __future__ import annotations

from pathlib import Path

from reasoning_chains import ScriptedBackend

Sent = list[list[tuple[str, str]]]


def written(folder: Path, text: str, name: str = "flow.jinja") -> str:
    """Write a file into the templates of a project, and give its path."""
    path = folder / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path)


def sent(backend: ScriptedBackend) -> Sent:
    """Give the messages of every request."""
    return [[(m.role, m.content) for m in r.content.messages] for r in backend.requests]
