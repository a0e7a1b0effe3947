"""How reports of evals are printed: tables, Markdown in a pipe, or JSON; it measures nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence, Set
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from reasoning_chains.cli.printing import console, notes, safe
from reasoning_chains.evals.drawing import (
    CELLS,
    COMPARED,
    cell_row,
    compared_row,
    unused,
    without,
)
from reasoning_chains.evals.matched_drawing import (
    MATCHED_CELLS,
    match_row,
    matched_cell_row,
    matched_heads,
)

if TYPE_CHECKING:
    from pathlib import Path

    from reasoning_chains.evals.matched import Matched
    from reasoning_chains.evals.measured import Measured
    from reasoning_chains.evals.report import Report

__all__ = ["show", "show_matched"]


def show(report: Report, *, as_json: bool) -> None:
    """Print a report; its notes go to standard error."""
    if as_json:
        sys.stdout.write(report.to_json())
    elif not console().is_terminal:
        sys.stdout.write(report.to_markdown())
    else:
        _draw(report)
    _tell(report.notes, report.folder)


def show_matched(report: Matched, *, as_json: bool) -> None:
    """Print a comparison at equal cost in the same ways."""
    if as_json:
        sys.stdout.write(report.to_json())
    elif not console().is_terminal:
        sys.stdout.write(report.to_markdown())
    else:
        _draw_matched(report)
    _tell(report.notes, report.folder)


def _tell(told: Iterable[str], folder: Path) -> None:
    out = notes()
    for note in told:
        out.print(safe(note), style="yellow")
    out.print(safe(f"records: {folder}"), style="dim")


def _draw(report: Report) -> None:
    """Draw what fits on a terminal: a column in which all is the same is left out."""
    left = {"calls", *_alike(report.cells)}
    _print(CELLS, [cell_row(cell) for cell in report.cells], left)
    rows = [compared_row(one, "backend" not in left) for one in report.comparisons]
    if rows:
        _print(COMPARED, rows, {"n", "only it", "only other", "p"})


def _draw_matched(report: Matched) -> None:
    left = _alike(report.cells)
    _print(MATCHED_CELLS, [matched_cell_row(cell) for cell in report.cells], {"95 %", *left})
    rows = [match_row(one, "backend" not in left) for one in report.matches]
    alone = {"suite"} if len({cell.suite for cell in report.cells}) == 1 else set()
    if rows:
        _print(matched_heads(report.by), rows, {"score", "p", report.by, *alone})


def _alike(cells: Sequence[Measured]) -> set[str]:
    """Give the columns that tell little on a terminal, or the same of every cell."""
    left = {"seconds", *unused(cells)}
    left |= set() if len({cell.backend for cell in cells}) > 1 else {"backend"}
    return left | (set() if any(cell.cost.money for cell in cells) else {"money"})


def _print(head: Sequence[str], rows: Iterable[Sequence[str]], left: Set[str]) -> None:
    """Print some columns of a table, long names folded and never cut."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    kept, lines = without(head, rows, left)
    for name in kept:
        table.add_column(name, overflow="fold")
    for line in lines:
        table.add_row(*map(safe, line))
    Console(file=sys.stdout, highlight=False, emoji=False, markup=False).print(table)
