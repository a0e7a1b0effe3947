"""A comparison at equal cost as tables in Markdown; it computes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reasoning_chains.evals.drawing import CELLS, between, cell_row, table, unused, without

if TYPE_CHECKING:
    from reasoning_chains.evals.beside import Match
    from reasoning_chains.evals.matched import Matched
    from reasoning_chains.evals.measured import Measured

__all__ = ["MATCHED_CELLS", "markdown", "match_row", "matched_cell_row", "matched_heads"]

_PLACE = CELLS.index("tokens")
MATCHED_CELLS = (*CELLS[:_PLACE], "prompt", "completion", *CELLS[_PLACE + 1 :])


def matched_heads(by: str) -> tuple[str, ...]:
    """Give the heads of the matches, by what they are matched by."""
    return (
        "suite",
        "chain",
        by,
        "score",
        "against",
        "samples",
        "times",
        "its score",
        "difference",
        "95 %",
        "p",
        "p (Holm)",
    )


def markdown(report: Matched) -> str:
    """Draw the tables of a comparison at equal cost."""
    several = len({cell.backend for cell in report.cells}) > 1
    rows = [matched_cell_row(cell) for cell in report.cells]
    parts = [table(*without(MATCHED_CELLS, rows, unused(report.cells)))]
    if report.matches:
        lines = [match_row(one, several) for one in report.matches]
        told = f"Beside what else can be had, samples of {report.pool} for the same {report.by}:"
        parts.append(f"{told}\n\n{table(matched_heads(report.by), lines)}")
    parts += [f"Note: {' '.join(note.split())}" for note in report.notes]
    return "\n\n".join(parts) + "\n"


def matched_cell_row(cell: Measured) -> tuple[str, ...]:
    """Give a cell as the texts of a row below `MATCHED_CELLS`."""
    row, cost = cell_row(cell), cell.cost
    parts = (f"{cost.prompt_tokens:,.0f}", f"{cost.completion_tokens:,.0f}")
    return (*row[:_PLACE], *parts, *row[_PLACE + 1 :])


def match_row(one: Match, several: bool = True) -> tuple[str, ...]:
    """Give a match as the texts of a row below `matched_heads`; what is not known is blank."""
    return (
        one.suite,
        f"{one.chain} ({one.backend})" if several else one.chain,
        f"{one.cost:,.4g}" if one.cost < 1000 else f"{one.cost:,.0f}",
        f"{100 * one.score:.1f} %",
        one.against,
        "" if one.samples is None else f"{one.samples:.2f}",
        "" if one.times is None else f"{one.times:.2f}",
        "" if one.other_score is None else f"{100 * one.other_score:.1f} %",
        "" if one.difference is None else f"{100 * one.difference:+.1f}",
        "" if one.interval is None else between(one.interval, sign="+"),
        "" if one.p is None else f"{one.p:.2g}",
        "" if one.corrected is None else f"{one.corrected:.2g}",
    )
