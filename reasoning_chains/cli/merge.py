"""`merge`: the shards of a run, made anywhere, put together; no model is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reasoning_chains.cli.reporting import show
from reasoning_chains.evals.merging import merge as merged

__all__ = ["merge"]

_INTO = "A new folder: that of the whole run."
_PARTIAL = "Merge what is there, though shards are missing or have not ended."


def merge(
    folders: Annotated[list[Path], typer.Argument(help="The results of each `eval --shard`.")],
    into: Annotated[Path, typer.Option(help=_INTO)],
    partial: Annotated[bool, typer.Option("--partial", help=_PARTIAL)] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Put the shards of a run together: the report is that of one process."""
    report = merged(folders, into, partial=partial)
    show(report, as_json=as_json)
    if report.note:
        raise typer.Exit(1)
