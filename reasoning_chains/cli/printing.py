"""How things look on a terminal and in a pipe; it knows what a solution holds, not how it came."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.tree import Tree

from reasoning_chains.solution import Solution
from reasoning_chains.trace import Span
from reasoning_chains.types import Usage

__all__ = [
    "console",
    "counted",
    "notes",
    "print_json",
    "print_solution",
    "print_table",
    "progress",
    "safe",
    "solution_data",
    "trace_tree",
]

_WIDEST = 10**9  # a tree cuts its lines at the width; a terminal folds them by itself
_BIDI = "\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def console(width: int | None = None) -> Console:
    """Give the console of standard output: colour on a terminal only, and not with NO_COLOR."""
    return Console(
        file=sys.stdout, width=width, highlight=False, soft_wrap=True, emoji=False, markup=False
    )


def notes() -> Console:
    """Give the console for progress, on standard error."""
    return Console(file=sys.stderr, highlight=False, emoji=False, markup=False)


def progress(text: str) -> AbstractContextManager[Any]:
    """Show on a terminal that work goes on."""
    return notes().status(text) if sys.stderr.isatty() else nullcontext()


def safe(text: str) -> str:
    """Show control and direction characters of a model's text as escapes, so that none acts."""
    return "".join(f"\\u{ord(char):04x}" if _acts(char) else char for char in text)


def _acts(char: str) -> bool:
    """Tell whether a character does something to the terminal, or cannot be written at all."""
    return char not in "\n\t" and (unicodedata.category(char) in ("Cc", "Cs") or char in _BIDI)


def solution_data(solution: Solution, *, trace: bool = False) -> dict[str, Any]:
    """Give a solution as plain data for `--json`."""
    data: dict[str, Any] = {
        "answer": solution.answer,
        "confidence": solution.confidence,
        "stop_reason": solution.stop_reason,
        "usage": _counts(solution.usage),
        "bill": _counts(solution.bill),
        "candidates": [asdict(candidate) for candidate in solution.candidates],
        "text": solution.text,
    }
    if trace:
        data["trace"] = solution.trace.to_dict()
    return data


def print_json(data: Any) -> None:
    """Print one JSON object in one piece."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2) + "\n")


def print_solution(solution: Solution, *, trace: bool = False) -> None:
    """Print reasoning, votes, answer, confidence and cost."""
    out = console()
    if trace:
        console(_WIDEST).print(trace_tree(solution.trace.root))
    elif solution.text:
        out.print(safe(solution.text), style="dim")
    for span in solution.trace.spans("vote")[-1:]:
        out.print(f"votes: {_votes(span)}")
    answer = "none" if solution.answer is None else safe(solution.answer)
    out.print(f"answer: {answer}", style="bold")
    if solution.confidence is not None:
        out.print(f"confidence: {solution.confidence:.2f}")
    if solution.stop_reason != "answered":
        why = solution.trace.stopped
        why = "" if why == solution.text and not trace else why  # it stands above
        out.print(safe(f"stopped: {solution.stop_reason}{why and f' ({why})'}"), style="yellow")
    out.print(cost_line(solution), style="dim")


def _counts(usage: Usage) -> dict[str, float]:
    """Give what was counted; money, thinking and what was lost only where there is any."""
    told = asdict(usage)
    for name in ("money", "reasoning_tokens", "lost"):
        if not told[name]:
            del told[name]
    return told


def cost_line(solution: Solution) -> str:
    """Say in one line what the reasoning used, and what of it was bought."""
    usage, bill = solution.usage, solution.bill
    return (
        f"used: {counted(usage.calls, 'reply', 'replies')}, {_tokens(usage)}; bought: "
        f"{counted(bill.requests, 'request', 'requests')}, {_tokens(bill)}"
        + (f", for {bill.money:.4g}" if bill.money else "")
        + (f"; {counted(bill.lost, 'reply', 'replies')} lost on the way" if bill.lost else "")
    )


def _tokens(usage: Usage) -> str:
    thought = f" ({usage.reasoning_tokens} thinking)" if usage.reasoning_tokens else ""
    return f"{usage.prompt_tokens} prompt + {usage.completion_tokens} completion tokens{thought}"


def counted(number: int, one: str, more: str) -> str:
    """Say how many, in the right form."""
    return f"{number} {one if number == 1 else more}"


def _votes(span: Span) -> str:
    votes = span.data.get("votes")
    shown = [f"{safe(str(a))} × {n:g}" for a, n in votes.items()] if isinstance(votes, dict) else []
    abstained = span.data.get("abstained")
    if abstained:
        shown.append(f"abstained × {abstained}")
    return ", ".join(shown)


def trace_tree(span: Span) -> Tree:
    """Draw a span and all inside of it."""
    tree = Tree(_line(span))
    for child in span.children:
        tree.add(trace_tree(child))
    return tree


def _entry(name: str, value: object) -> str:
    """Write a value behind its name, all of its lines further in."""
    return f"  {name}: " + safe(str(value)).replace("\n", "\n      ")


def _line(span: Span) -> str:
    data = span.data
    if span.kind == "ask":
        lines = [f"ask {span.label}"]
        messages = data.get("messages")
        for message in messages if isinstance(messages, list) else []:
            lines.append(_entry(str(message["role"]), message["content"]))
        if data.get("prefill"):
            lines.append(_entry("assistant begins", data["prefill"]))
        for key in ("reasoning", "text", "error"):
            if data.get(key):
                lines.append(_entry(key, data[key]))
        lines += [_entry("note", note) for note in _listed(data.get("notes"))]
        return "\n".join(lines)
    if span.kind == "vote":
        return f"vote: {_votes(span)}"
    told = ", ".join(f"{key}={safe(str(value))}" for key, value in data.items())
    return f"{span.kind} {safe(span.label)} {told}".strip()


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def print_table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """Print a table on a terminal, and lines with tabs elsewhere."""
    out = console()
    if not out.is_terminal:
        sys.stdout.writelines("\t".join(row) + "\n" for row in rows)
        return
    table = Table(*head)
    for row in rows:
        table.add_row(*row)
    out.print(table)
