"""`init` and `new`: the first files of a project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reasoning_chains.cli.printing import console, safe
from reasoning_chains.content import Library, bundled_root
from reasoning_chains.starting import KINDS, add, begin

__all__ = ["init", "new"]

_KINDS = ", ".join(KINDS)
_PLACES = {"agent": ("agents", "NAME/agent.yaml"), "eval": ("evals", "NAME/eval.yaml")}


def init(
    folder: Annotated[Path, typer.Argument(help="Where; the current folder if left out.")] = Path(),
) -> None:
    """Begin a project: a template, a workflow, an agent, an eval, and a test that runs at once."""
    if not str(folder).strip(" ."):
        folder = Path()
    _told(begin(folder))
    there = "" if folder.resolve() == Path().resolve() else f"cd {folder}, then "
    console().print(safe(f"Try: {there}python -m pytest   or: reasoning-chains agent helper"))


def new(
    kind: Annotated[str, typer.Argument(help=f"One of {_KINDS}.")],
    name: Annotated[str, typer.Argument(help="Small letters, digits and _.")],
    folder: Annotated[Path, typer.Option(help="The project.")] = Path(),
) -> None:
    """Add a chain, a template, a workflow, an agent or an eval to the project."""
    _told(add(kind, name, folder))
    place = _PLACES.get(kind, ("templates", "NAME.jinja"))
    place = (place[0], place[1].replace("NAME", name))
    if kind != "chain" and Library((bundled_root(),)).find(*place):
        console().print(safe(f"in this project it takes the place of the bundled {kind} {name}"))


def _told(paths: list[Path]) -> None:
    for path in paths:
        console().print(safe(f"wrote {path}"))
