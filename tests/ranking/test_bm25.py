"""Ranks agree with the formula written out, ties go to the lower place, wrong input is refused."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_chains.errors import UserMistake
from reasoning_chains.ranking import Index, terms

TEXTS = (
    "The river Thames flows through London.",
    "Paris lies on the river Seine.",
    "The Seine is a river in France; Paris, Rouen and Le Havre lie on the Seine.",
    "长江是中国最长的河流。",
    "黄河流经九个省。",
    "",
)


def slow(texts: list[str], query: str) -> list[float]:
    """The formula as Robertson & Zaragoza write it (their eq. 3.15), with Lucene's +1."""
    counts = [Counter(terms(text)) for text in texts]
    mean = sum(sum(count.values()) for count in counts) / len(texts)
    scores = [0.0] * len(texts)
    for term in terms(query):
        holders = sum(term in count for count in counts)
        idf = math.log(1 + (len(texts) - holders + 0.5) / (holders + 0.5))
        for place, count in enumerate(counts):
            if count[term]:
                norm = 1.5 * (1 - 0.75 + 0.75 * sum(count.values()) / mean)
                scores[place] += idf * count[term] * 2.5 / (count[term] + norm)
    return scores


@given(
    st.lists(st.text(alphabet="ab 中国", max_size=12), min_size=1, max_size=8),
    st.text(alphabet="ab 中国", max_size=8),
)
def test_scores_agree_with_the_formula(texts: list[str], query: str) -> None:
    expected = slow(texts, query) if any(terms(text) for text in texts) else [0.0] * len(texts)
    found = dict(Index(texts).best(query, len(texts)))
    assert set(found) == set(range(len(texts)))
    for place, score in enumerate(expected):
        assert found[place] == pytest.approx(score)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("Which river flows through LONDON?", 0),
        ("seine rouen", 2),
        ("中国最长的河", 3),
        ("黄河流经几个省", 4),
    ],
)
def test_the_text_that_fits_comes_first(query: str, first: int) -> None:
    assert Index(TEXTS).best(query, 1)[0][0] == first


def test_equals_and_strangers_keep_their_order() -> None:
    index = Index(["b", "a", "b", "a", "c"])
    assert [place for place, _ in index.best("a", 5)] == [1, 3, 0, 2, 4]
    assert [score for _, score in index.best("a", 5)][2:] == [0, 0, 0]
    assert index.best("a", 2) == index.best("a", 5)[:2]
    assert index.best("", 2) == [(0, 0.0), (1, 0.0)]


def test_there_are_never_more_than_there_are() -> None:
    assert Index([]).best("a", 3) == []
    assert len(Index([])) == 0
    assert len(Index(["a"]).best("a", 9)) == 1
    assert Index(["a"]).best("a", 0) == []


def test_texts_without_a_word_are_found_last() -> None:
    assert Index(["", "…"]).best("x", 2) == [(0, 0.0), (1, 0.0)]


@pytest.mark.parametrize("texts", ["one text", ["a", None], 3, {"a": 1}])
def test_what_is_no_list_of_texts_is_refused(texts: Any) -> None:
    with pytest.raises(UserMistake, match="texts must be"):
        Index(texts)


@pytest.mark.parametrize("k", [-1, 1.5, "2", None, True])
def test_a_wrong_k_is_refused(k: Any) -> None:
    with pytest.raises(UserMistake, match="k"):
        Index(["a"]).best("a", k)


def test_a_wrong_query_is_refused() -> None:
    wrong: Any = None
    with pytest.raises(UserMistake, match="query must be text"):
        Index(["a"]).best(wrong, 1)
