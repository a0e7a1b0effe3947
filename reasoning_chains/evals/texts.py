"""The texts of a solution, put into its record, so that answers can be read out of them anew."""

from __future__ import annotations

from typing import Any

from reasoning_chains.evals.record import Record
from reasoning_chains.solution import Solution

__all__ = ["with_texts"]


def with_texts(record: Record, solution: Solution) -> Record:
    """Give a record with the text of each candidate, or of the solution where it has none."""
    cut = {
        ask.data.get("text") for ask in solution.trace.asks if ask.data.get("finish") == "length"
    }
    if not record.candidates:
        return record.model_copy(update=_kept(solution.text, cut))
    ballots = tuple(
        ballot.model_copy(update=_kept(candidate.text, cut))
        for ballot, candidate in zip(record.candidates, solution.candidates, strict=True)
    )
    return record.model_copy(update={"candidates": ballots})


def _kept(text: str, cut: set[Any]) -> dict[str, Any]:
    """Give a text as it can be written: half of a surrogate pair stands as a question mark."""
    return {"text": text.encode(errors="replace").decode(), "cut": bool(text) and text in cut}
