"""Task files that are written for a test, with rows beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from reasoning_chains.evals.suite import Suite, suite_at

SUMS: dict[str, Any] = {
    "task": "sums",
    "dataset_path": "example/sums",
    "test_split": "test",
    "doc_to_text": "Question: {{question}}\nAnswer:",
    "doc_to_target": "{{answer}}",
    "generation_kwargs": {"until": ["\n\n"], "max_gen_toks": 64, "do_sample": False},
    "filter_list": [
        {
            "name": "strict-match",
            "filter": [
                {"function": "regex", "regex_pattern": r"The answer is (\-?[0-9\.\,]+)\."},
                {"function": "take_first"},
            ],
        },
        {
            "name": "flexible-extract",
            "filter": [
                {"function": "regex", "regex_pattern": "(-?[0-9]+)", "group_select": -1},
                {"function": "take_first"},
            ],
        },
    ],
    "metric_list": [{"metric": "exact_match", "aggregation": "mean", "higher_is_better": True}],
    "metadata": {"version": 2.0},
}
ROWS = [{"question": f"{n} + 1?", "answer": n + 1} for n in range(6)]


def task_file(folder: Path, name: str = "sums.yaml", **changed: Any) -> Path:
    """Write a task file; a key that is None is left out."""
    told = {key: value for key, value in {**SUMS, **changed}.items() if value is not None}
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")
    return path


def rows_file(folder: Path, rows: list[dict[str, Any]] | None = None, name: str = "test") -> Path:
    """Write rows."""
    path = folder / f"{name}.jsonl"
    lines = (json.dumps(row) for row in (ROWS if rows is None else rows))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def opened(folder: Path, rows: list[dict[str, Any]] | None = None, **changed: Any) -> Suite:
    """Write a task file with its rows, and open it."""
    return suite_at(task_file(folder, **changed), folder, data=rows_file(folder, rows))
