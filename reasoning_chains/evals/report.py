"""What a run came to: every cell, and the chains compared; it reads and asks nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reasoning_chains.errors import UserMistake, shown
from reasoning_chains.evals.compared import Comparison, compared
from reasoning_chains.evals.measured import Counted, Measured, measured

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from reasoning_chains.evals.matched import How, Matched

__all__ = ["Report", "plain_data", "report_of"]


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured, in the order in which it was asked for.

    Args:
        cells: Each suite × chain × backend.
        comparisons: Each two chains on the same items, corrected by Holm over all of them.
        folder: Where the records lie.
        note: Why the run ended before its time; empty where it did not.
    """

    cells: tuple[Measured, ...]
    comparisons: tuple[Comparison, ...]
    folder: Path
    note: str = ""

    def cell(self, suite: str, chain: str, backend: str | None = None) -> Measured:
        """Find what came of a chain on a suite.

        Raises:
            UserMistake: There is none, or there are several backends and none is named.
        """
        found = [
            cell
            for cell in self.cells
            if (cell.suite, cell.chain) == (suite, chain) and backend in (None, cell.backend)
        ]
        if len(found) != 1:
            names = ", ".join(f"{c.suite} × {c.chain} × {c.backend}" for c in self.cells)
            told = f"{shown(suite)}, {shown(chain)}, {shown(backend)}"
            raise UserMistake(f"{len(found)} cells are called {told}; there are {names}")
        return found[0]

    @property
    def notes(self) -> tuple[str, ...]:
        """All that ended before its time, and why, and the replies that were lost on their way."""
        told = [f"{c.suite} × {c.chain} × {c.backend}: {c.note}" for c in self.cells if c.note]
        lost = sum(cell.cost.lost for cell in self.cells)
        if lost:
            told.append(
                f"{lost:,} replies were lost on their way and may have been billed: no count has "
                "their tokens"
            )
        return (*([self.note] if self.note else []), *told)

    def to_dict(self) -> dict[str, Any]:
        """Give plain data; an interval without an end is None there."""
        return plain_data(self)

    def to_json(self) -> str:
        """Give the report as JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1) + "\n"

    def matched(self, **how: Unpack[How]) -> Matched:
        """Compare the chains with majority and best-of-N at equal cost; see `matched`.

        Raises:
            UserMistake: The run has no pool, or a suite is not found.
        """
        from reasoning_chains.evals.matched import matched

        found = matched(self.folder, **how)
        return replace(found, notes=(*self.notes, *found.notes))

    def to_markdown(self) -> str:
        """Give the report as tables: the cells, the comparisons, the groups, the notes."""
        from reasoning_chains.evals.drawing import markdown

        return markdown(self)


def report_of(cells: Sequence[Counted], folder: Path, note: str = "") -> Report:
    """Make the report of what the cells hold."""
    return Report(tuple(measured(cell) for cell in cells), compared(cells), folder, note)


def plain_data(report: Any) -> dict[str, Any]:
    """Give a report as plain data; an interval without an end is None there."""
    made: dict[str, Any] = _plain(asdict(report))
    return made


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, Path):
        return str(value)
    return None if isinstance(value, float) and not isfinite(value) else value
