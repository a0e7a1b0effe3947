"""When two answers are the same, and that equal keys and equivalence agree."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_chains.answers import equivalent, vote_key
from reasoning_chains.types import KINDS

SAME = [
    ("number", "1,000", "1000"),
    ("number", "1/2", "0.5"),
    ("number", "$5.00", "5"),
    ("number", "5 apples", "5"),
    ("number", "#### 5", "5"),
    ("number", "−5", "-5"),
    ("number", "１２", "12"),
    ("number", "3.5万", "35000"),
    ("number", "50%", "50"),
    ("number", "50%", "0.5"),
    ("number", "\\frac{1}{4}", "0.25"),
    ("number", "1e3", "1000"),
    ("choice", "(B)", "B"),
    ("choice", "b", "B."),
    ("choice", "（Ｂ）", "B"),
    ("boolean", "yes", "True"),
    ("boolean", "否", "false"),
    ("boolean", "No.", "no"),
    ("text", " Paris. ", "paris"),
    ("text", "The Eiffel Tower", "eiffel tower"),
    ("text", "it's", "its"),
    ("expression", "\\frac12", "0.5"),
    ("expression", "$x + 1$", "x+1"),
    ("expression", "\\dfrac{x}{2}", "\\frac{x}{2}"),
    ("expression", "\\left( 1, 2 \\right)", "(1,2)"),
    ("expression", "x = 5", "5"),
    ("expression", "\\text{Even}", "Even"),
    ("expression", "90^\\circ", "90"),
    ("json", '{"a": 1, "b": 2.0}', '{"b":2,"a":1}'),
    ("code", "x = 1  \ny = 2\n", "x = 1\ny = 2"),
]
OTHER = [
    ("number", "1", "12"),
    ("number", "5", "-5"),
    ("number", "0.333", "1/3"),
    ("number", "five to six", "5"),
    ("number", "12/25/1937", "12/25"),
    ("choice", "A", "B"),
    ("choice", "A dog", "A"),
    ("boolean", "yes", "no"),
    ("boolean", "no", "maybe"),
    ("text", "1.5", "15"),
    ("text", "-5", "5"),
    ("text", "the", "a"),
    ("text", "!", "?"),
    ("expression", "x", "X"),
    ("expression", "x = 5", "y = 5"),
    ("json", "1", "true"),
    ("json", "[1, 2]", "[2, 1]"),
    ("code", "x = 1", "x = 2"),
]


@pytest.mark.parametrize(("kind", "a", "b"), SAME)
def test_same_answers(kind: str, a: str, b: str) -> None:
    assert equivalent(a, b, kind)
    assert equivalent(b, a, kind)


@pytest.mark.parametrize(("kind", "a", "b"), OTHER)
def test_other_answers(kind: str, a: str, b: str) -> None:
    assert not equivalent(a, b, kind)
    assert not equivalent(b, a, kind)
    assert vote_key(a, kind) != vote_key(b, kind)


def test_unparsed_is_equivalent_to_nothing() -> None:
    assert not equivalent(None, "5")
    assert not equivalent(None, None)


@settings(derandomize=True, max_examples=300, deadline=None, database=None)
@given(
    st.text("0123456789-.,/%$ xabyesno{}\\fr", max_size=12),
    st.text("0123456789-.,/%$ xabyesno{}\\fr", max_size=12),
    st.sampled_from([kind for kind in KINDS if kind != "expression"]),
)
def test_keys_and_equivalence_agree(a: str, b: str, kind: str) -> None:
    assert equivalent(a, a, kind)
    assert equivalent(a, b, kind) == equivalent(b, a, kind)
    if vote_key(a, kind) == vote_key(b, kind):
        assert equivalent(a, b, kind)
    elif kind in ("choice", "boolean", "json", "code"):
        assert not equivalent(a, b, kind)


@settings(derandomize=True, max_examples=200, deadline=None, database=None)
@given(st.text(max_size=60), st.sampled_from(KINDS))
def test_key_of_a_key_is_itself(text: str, kind: str) -> None:
    key = vote_key(text, kind)
    assert vote_key(key, kind) == key


def test_long_answers_are_compared_as_they_are() -> None:
    long = "x " * 20_000
    assert vote_key(long, "text") == long.strip()
    assert equivalent(long, long + " ", "text")
    assert not equivalent(long, long + "y", "text")
