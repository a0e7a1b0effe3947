"""The tables of hand-written replies, English and Chinese: each is read as stated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reasoning_chains.answers import equivalent, extract_answer


def rows(language: str) -> list[dict[str, Any]]:
    lines = (Path(__file__).parent / f"replies_{language}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in lines.splitlines()]


ROWS = [(language, row) for language in ("en", "zh") for row in rows(language)]


@pytest.mark.parametrize(
    "row", [row for _, row in ROWS], ids=[f"{name}: {row['why']}" for name, row in ROWS]
)
def test_reply_is_read_as_stated(row: dict[str, Any]) -> None:
    kind, choices = row.get("kind", "number"), row.get("choices", ())
    answer = extract_answer(row["reply"], kind, choices)
    assert answer == row["answer"]
    if answer is not None:
        assert extract_answer(answer, kind, choices) == answer
        assert equivalent(answer, row["answer"], kind)


def test_tables_are_as_large_as_promised() -> None:
    assert len(rows("en")) >= 120
    assert len(rows("zh")) >= 100
    assert len({row["reply"] for _, row in ROWS}) == len(ROWS)
