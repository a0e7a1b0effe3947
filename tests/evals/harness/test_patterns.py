"""A pattern finds with RE2 what it finds with Python's own expressions, in linear time."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.harness.patterns import literal, pattern_of

PATTERNS = [
    r"#### (\-?[0-9\.\,]+)",
    r"(-?[$0-9.,]{2,})|(-?[0-9]+)",
    r"[Tt]he (?:[Bb]est [Aa]nswer|[Aa]nswer)[^A-D]*([A-D])|\\boxed\{([A-D])\}",
    r"([A-E]).*",
    r"^(.*?)\s*$",
    r"[\s\S]*is (\w+)$",
    r"(?s).*#### ",
    r"\.$",
    r"^\s+",
    r"\s+$",
    r"答えは \(?([ABCD])\)? です",
    r"الإجابة هي \(?([ABCD])\)?",
    r"[]x]+[^]]",
    r"a{,2}b",
    r"\d+\W?",
    r"[\D]",
    r"(?i)yes|no",
    r"\u0041b?",
    r"(?P<word>\w+) (?P<end>\S+)\Z",
]
TEXTS = st.text(
    st.sampled_from(
        "AB xXyesnois.,$#-\\boxed{}][0127\n\r\t\x0b\x1c\x85\u2003٣éß答えはですالإجابةهي"
    ),
    max_size=40,
)


@pytest.mark.parametrize("text", PATTERNS)
@given(reply=TEXTS)
def test_it_finds_what_python_finds(text: str, reply: str) -> None:
    pattern = pattern_of(text)
    assert [_stripped(one) for one in pattern.findall(reply)] == [
        _stripped(one) for one in re.findall(text, reply)
    ]
    assert pattern.removed(reply) == re.sub(text, "", reply)


def _stripped(found: str | tuple[str, ...]) -> object:
    """Take off what every filter takes off."""
    return found.strip() if isinstance(found, str) else tuple(part.strip() for part in found)


@given(st.text(max_size=20))
def test_a_literal_matches_itself(text: str) -> None:
    spelled = text.encode(errors="replace").decode()
    assert pattern_of(f"^{literal(text)}").removed(spelled + "!") == "!"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (r"(?<=answer is )(.*)(?=.)", "no look-around"),
        (r"(a)\1", "back-references"),
        (r"(", "cannot be matched"),
        (r"[\W]", r"holds \\W in brackets"),
        ("a" * 10_001, "at most 10,000"),
        (r"((a{1000}){1000}){1000}", "cannot be matched"),
    ],
)
def test_what_cannot_be_matched_is_told(text: str, told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        pattern_of(text)


def test_a_reply_that_matches_too_often_is_refused() -> None:
    hostile = pattern_of("a.*?b|a")
    assert len(hostile.findall("a" * 1_000)) == 1_000
    with pytest.raises(UserMistake, match="too often"):
        hostile.findall("a" * 100_000)


def test_lone_surrogates_are_no_text_and_break_nothing() -> None:
    assert pattern_of("[0-9]+").findall("\ud800 12") == ["12"]
