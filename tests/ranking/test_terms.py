"""Words are folded, scripts without blanks give pairs, and hostile text takes linear time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_chains.ranking.terms import folded, terms
from tests.answers.test_linear import work


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (" \n\t…—", []),
        ("How many Apples?", ["how", "many", "apples"]),
        ("Straße STRASSE", ["strasse", "strasse"]),
        ("Ｔｏｋｙｏ ３２", ["tokyo", "32"]),
        ("e\u0301te\u0301 \u00e9t\u00e9", ["\u00e9t\u00e9", "\u00e9t\u00e9"]),
        ("snake_case-x", ["snake", "case", "x"]),
        ("中国人", ["中国", "国人"]),
        ("水", ["水"]),
        ("买3个苹果。多少钱?", ["买", "3", "个苹", "苹果", "多少", "少钱"]),
        ("GPT模型 and モデル", ["gpt", "模型", "and", "モデ", "デル"]),
        ("สวัสดี", ["สว", "วั", "ัส", "สด", "ดี"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("\ud800a", ["a"]),
    ],
)
def test_a_text_is_cut_and_folded(text: str, found: list[str]) -> None:
    assert terms(text) == found


@given(st.text())
def test_any_text_gives_terms_without_blanks(text: str) -> None:
    for term in terms(text):
        assert term
        assert not any(char.isspace() for char in term)


@given(st.text(alphabet="aB zß中国人3,"))
def test_case_does_not_matter(text: str) -> None:
    assert terms(text) == terms(text.upper())


@pytest.mark.parametrize(
    "unit", ["\u0300\u0327", "a\u0327\u0300", "中", "a ", "ﷺ", "\u0345", "\u0e31", "\ud800"]
)
def test_work_is_linear(unit: str) -> None:
    small, large = (work(terms, unit * (size // len(unit))) for size in (1_000, 4_000))
    assert large <= 5 * small


@pytest.mark.parametrize("marks", ["\u0300\u0327", "\u0345\u05b0", "\u0f73", "\u0344"])
def test_a_row_of_marks_is_cut_before_it_is_sorted(marks: str) -> None:
    assert len(folded("a" + marks * 50_000)) < 80  # NFKC takes time by the square of a row
