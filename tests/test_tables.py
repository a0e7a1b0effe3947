from __future__ import annotations

from benchmarks.tables import PAGES, ROOT, TABLES, filled


def test_the_tables_of_the_documents_are_those_of_the_results() -> None:
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        assert filled(text) == text, f"{page}: run python -m benchmarks.tables"


def test_every_table_stands_in_a_document() -> None:
    pages = "".join((ROOT / page).read_text(encoding="utf-8") for page in PAGES)
    for name in TABLES:
        assert f"<!-- table: {name} -->" in pages
