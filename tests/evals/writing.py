"""Suites written for a test: an eval.yaml with its rows beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from reasoning_chains.evals.suite import Suite, suite_at

CARD: dict[str, Any] = {
    "description": "Sums.",
    "data": "rows.jsonl",
    "kind": "number",
    "scorer": "number",
}
ROWS = """{"id": "a", "question": "1 + 1?", "answer": 2}
{"id": "b", "question": "1 + 2?", "answer": 3}
"""


def written(folder: Path, rows: str | bytes = ROWS, **changed: Any) -> Path:
    """Write the folder of a suite; a key that is None is left out."""
    card = {**CARD, **changed}
    told = {key: value for key, value in card.items() if value is not None}
    place = folder / "evals" / "mine"
    place.mkdir(parents=True, exist_ok=True)
    (place / "eval.yaml").write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")
    data = told.get("data")
    file = data if isinstance(data, str) else (data or {}).get("file", "rows.jsonl")
    content = rows if isinstance(rows, bytes) else rows.encode()
    (place / file).write_bytes(content)
    return place


def opened(folder: Path, rows: str | bytes = ROWS, **changed: Any) -> Suite:
    """Write a suite and open it."""
    return suite_at(written(folder, rows, **changed), folder)
