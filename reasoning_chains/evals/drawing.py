"""A report as tables in Markdown; it computes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reasoning_chains.evals.compared import Comparison
    from reasoning_chains.evals.measured import Group, Measured
    from reasoning_chains.evals.report import Report
    from reasoning_chains.evals.statistics import Interval

__all__ = [
    "CELLS",
    "COMPARED",
    "between",
    "cell_row",
    "compared_row",
    "markdown",
    "table",
    "unused",
    "without",
]

CELLS = (
    "suite",
    "chain",
    "backend",
    "n",
    "accuracy",
    "95 %",
    "score",
    "parsed",
    "calls",
    "tokens",
    "thinking",
    "money",
    "seconds",
)
COMPARED = (
    "suite",
    "chain",
    "against",
    "n",
    "difference",
    "95 %",
    "only it",
    "only other",
    "p",
    "p (Holm)",
)
_GROUPS = ("suite", "chain", "group", "n", "accuracy", "95 %", "parsed")
_ODD = ("unparsed", "refused", "cut", "error")


def markdown(report: Report) -> str:
    """Draw the tables of a report."""
    several = len({cell.backend for cell in report.cells}) > 1
    rows = [cell_row(cell) for cell in report.cells]
    parts = [table(*without(CELLS, rows, unused(report.cells))), _odd(report.cells)]
    if report.comparisons:
        rows = [compared_row(one, several) for one in report.comparisons]
        parts += [f"Compared on the same problems:\n\n{table(COMPARED, rows)}"]
    rows = [_group_row(cell, group, several) for cell in report.cells for group in cell.groups]
    if rows:
        parts += [f"By group:\n\n{table(_GROUPS, rows)}"]
    parts += [f"Note: {' '.join(note.split())}" for note in report.notes]
    return "\n\n".join(part for part in parts if part) + "\n"


def unused(cells: Sequence[Measured]) -> frozenset[str]:
    """Give the columns that would tell nothing of any cell.

    That is no thinking, no score beside right and not right, or, of what others recorded, no cost.
    """
    left: set[str] = set()
    if not any(cell.cost.reasoning_tokens for cell in cells):
        left |= {"thinking"}
    if not any(cell.score != cell.accuracy for cell in cells):
        left |= {"score"}
    if not any(cell.cost.tokens or cell.cost.seconds for cell in cells):
        left |= {"tokens", "money", "seconds"}
    return frozenset(left)


def without(
    head: Sequence[str], rows: Iterable[Sequence[str]], left: Set[str]
) -> tuple[list[str], list[list[str]]]:
    """Leave columns out of a table."""
    places = [place for place, name in enumerate(head) if name not in left]
    return [head[place] for place in places], [[row[place] for place in places] for row in rows]


def cell_row(cell: Measured) -> tuple[str, ...]:
    """Give a cell as the texts of a row below `CELLS`."""
    cost = cell.cost
    return (
        cell.suite,
        cell.chain,
        cell.backend,
        f"{cell.questions:,}",
        _share(cell.accuracy),
        between(cell.interval),
        _share(cell.score),
        _share(cell.parsed),
        f"{cost.calls:.1f}",
        f"{cost.tokens:,.0f}",
        f"{cost.reasoning_tokens:,.0f}",
        f"{cost.money:.4g}",
        f"{cost.seconds / max(1, cell.questions):.3g}",
    )


def _odd(cells: Sequence[Measured]) -> str:
    """Tell what had no answer to score, and why."""
    lines = []
    for cell in cells:
        told = [f"{cell.outcomes[name]:,} {name}" for name in _ODD if cell.outcomes[name]]
        if told:
            lines.append(f"- {cell.suite} × {cell.chain} × {cell.backend}: {', '.join(told)}")
    return "Without an answer to score:\n\n" + "\n".join(lines) if lines else ""


def compared_row(one: Comparison, several: bool = True) -> tuple[str, ...]:
    """Give a comparison as the texts of a row below `COMPARED`."""
    return (
        one.suite,
        f"{one.first} ({one.backend})" if several else one.first,
        one.second,
        f"{one.questions:,}",
        f"{100 * one.difference:+.1f}",
        between(one.interval if one.graded else one.accuracy, sign="+"),
        f"{one.only_first:,}",
        f"{one.only_second:,}",
        f"{one.p:.2g}",
        f"{one.corrected:.2g}",
    )


def _group_row(cell: Measured, group: Group, several: bool) -> tuple[str, ...]:
    return (
        cell.suite,
        f"{cell.chain} ({cell.backend})" if several else cell.chain,
        f"{group.column} {group.value}",
        f"{group.questions:,}",
        _share(group.accuracy),
        between(group.interval),
        _share(group.parsed),
    )


def _share(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"


def between(interval: Interval, sign: str = "") -> str:
    """Give an interval in percent."""
    return f"{100 * interval.low:{sign}.1f} to {100 * interval.high:{sign}.1f}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Draw a table."""
    lines = [_line(head), _line(["---"] * len(head)), *(_line(row) for row in rows)]
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
