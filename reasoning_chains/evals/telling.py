"""A verdict in words, and as named values for the reports of a build; it decides nothing."""

from __future__ import annotations

from reasoning_chains.evals.gate import Verdict, percent
from reasoning_chains.evals.measured import Measured
from reasoning_chains.evals.statistics.intervals import Interval

__all__ = ["line_of", "properties", "told"]

_ODD = ("unparsed", "refused", "cut", "error")
_MOST = 10


def told(verdict: Verdict) -> str:
    """Tell a verdict: the reasons first, then of what, what was measured, the questions lost."""
    cell = verdict.cell
    lines = [*verdict.reasons, *verdict.hints] or ["good enough"]
    lines += [f"  eval: {cell.suite} × {cell.chain} × {cell.backend}"]
    lines += [f"  measured: {_measured(cell)}"]
    found = verdict.against
    if found is not None:
        lines += _changed("worse", found.lost) + _changed("better", found.gained)
        if (found.chain, found.backend) != (cell.chain, cell.backend):
            lines += [f"  compared with: {found.chain} × {found.backend}"]
    return "\n".join(map(_shown, lines))


def line_of(verdict: Verdict) -> str:
    """Tell a verdict in one line."""
    cell, found = verdict.cell, verdict.against
    parts = [f"{cell.suite} × {cell.chain} × {cell.backend}: {_measured(cell)}"]
    if found is not None:
        parts += [f"{100 * found.difference:+.3g} points since the baseline, p = {found.p:.2g}"]
    return _shown("; ".join((*parts, *verdict.hints)))


def properties(verdict: Verdict) -> dict[str, str]:
    """Give what was measured by name, as text."""
    cell, found = verdict.cell, verdict.against
    values = {
        "suite": cell.suite,
        "chain": cell.chain,
        "backend": cell.backend,
        "questions": str(cell.questions),
        "accuracy": "" if cell.accuracy is None else f"{cell.accuracy:.6g}",
        "accuracy_interval": _ends(cell.interval),
        "parsed": "" if cell.parsed is None else f"{cell.parsed:.6g}",
        **{name: str(cell.outcomes[name]) for name in _ODD},
        "calls": f"{cell.cost.calls:.6g}",
        "tokens": f"{cell.cost.tokens:.6g}",
        "money": f"{cell.cost.money:.6g}",
    }
    if found is not None:
        values["difference"] = f"{found.difference:.6g}"
        values["difference_interval"] = _ends(found.interval)
        values["p"] = f"{found.p:.3g}"
        values["worse"], values["better"] = str(len(found.lost)), str(len(found.gained))
    return values


def _shown(line: str) -> str:
    """Show what would act on a terminal, or begin a line, as escapes: ids are anybody's text."""
    escaped = (one if one.isprintable() else ascii(one)[1:-1] for one in line)
    return "".join(escaped)


def _measured(cell: Measured) -> str:
    """Tell accuracy, what could not be read, and cost."""
    accuracy = "no accuracy" if cell.accuracy is None else f"accuracy {percent(cell.accuracy)}"
    ends = f"{100 * cell.interval.low:.3g} to {100 * cell.interval.high:.3g}"
    parts = [f"{accuracy} (95 %: {ends}) of {cell.questions:,} questions"]
    if cell.parsed is not None and cell.parsed < 1:
        odd = [f"{cell.outcomes[name]:,} {name}" for name in _ODD if cell.outcomes[name]]
        parts += [f"{percent(cell.parsed)} parsed ({', '.join(odd)})"]
    parts += [f"{cell.cost.tokens:,.0f} tokens each"]
    if cell.cost.money:
        parts += [f"{cell.cost.money:.4g} money in all"]
    return ", ".join(parts)


def _changed(how: str, ids: tuple[str, ...]) -> list[str]:
    if not ids:
        return []
    more = f" and {len(ids) - _MOST:,} more" if len(ids) > _MOST else ""
    return [f"  {how} than before: {', '.join(ids[:_MOST])}{more}"]


def _ends(interval: Interval) -> str:
    return f"{interval.low:.6g} to {interval.high:.6g}"
