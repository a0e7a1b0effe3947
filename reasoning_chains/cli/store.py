"""`store`: what lies in a store of replies, and what can be done with it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from reasoning_chains.cli.printing import console, counted, print_table, safe
from reasoning_chains.errors import UserMistake
from reasoning_chains.project import project_folder
from reasoning_chains.store.managing import counted_by_backend, merged, pruned, written_out
from reasoning_chains.store.places import USUAL

__all__ = ["store_commands"]

store_commands = typer.Typer(no_args_is_help=True, help="Look at, cut, export and merge stores.")
_Place = Annotated[Path | None, typer.Argument(help=f"The file; {USUAL} if left out.")]


def _place(given: Path | None) -> Path:
    return given or project_folder() / USUAL


@store_commands.command()
def stats(path: _Place = None) -> None:
    """Count the replies of a store, and what they cost."""
    rows = counted_by_backend(_place(path))
    print_table(
        ("backend", "replies", "prompt tokens", "completion tokens", "money", "first", "last"),
        [
            (row.backend, *map(str, row[1:4]), f"{row.money:.4g}", _day(row.first), _day(row.last))
            for row in rows
        ],
    )


def _day(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}"


@store_commands.command()
def prune(
    path: _Place = None,
    days: Annotated[float, typer.Option(help="Replies that are older are deleted.")] = 30.0,
) -> None:
    """Delete the replies that are older than some days."""
    if not days >= 0:
        raise UserMistake(f"--days {days:g} must be 0 or more")
    console().print(f"{counted(pruned(_place(path), days), 'reply', 'replies')} deleted")


@store_commands.command()
def export(
    path: _Place = None,
    out: Annotated[Path | None, typer.Option(help="A file; standard output if left out.")] = None,
) -> None:
    """Write each reply as one line of JSON, with what was asked."""
    lines = written_out(_place(path))
    if out is None:
        for line in lines:
            typer.echo(line)
        return
    try:
        with out.open("x", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
    except FileExistsError:
        raise UserMistake(f"{out} is there already: name a new file") from None
    except OSError as error:
        raise UserMistake(f"{out} cannot be written: {error.strerror}") from None


@store_commands.command()
def merge(
    into: Annotated[Path, typer.Argument(help="The store that takes the replies.")],
    others: Annotated[list[Path], typer.Argument(help="The stores that give them.")],
) -> None:
    """Put the replies of several stores into one; nothing that is there is replaced."""
    new = merged(into, others)
    console().print(safe(f"{counted(new, 'new reply', 'new replies')} in {into}"))
