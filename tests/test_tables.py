from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.reasoning import done, weights
from benchmarks.tables import PAGES, ROOT, TABLES, filled


def test_the_tables_of_the_documents_are_those_of_the_results() -> None:
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        assert filled(text) == text, f"{page}: run python -m benchmarks.tables"


def test_every_table_stands_in_a_document() -> None:
    pages = "".join((ROOT / page).read_text(encoding="utf-8") for page in PAGES)
    for name in TABLES:
        assert f"<!-- table: {name} -->" in pages


@pytest.mark.parametrize(
    ("changes", "is_done"),
    [({}, True), ({"command": "… --count 59"}, False), ({"weights": "of another model"}, False)],
)
def test_a_figure_is_made_again_where_it_is_smaller_or_of_other_weights(
    tmp_path: Path, changes: dict[str, str], is_done: bool
) -> None:
    path = tmp_path / "reasoning_part.json"
    assert not done(path, 60)
    path.write_text(json.dumps({"command": "… --count 60", "weights": weights(), **changes}))
    assert done(path, 60) is is_done
