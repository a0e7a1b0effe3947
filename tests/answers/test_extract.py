"""What holds for reading any reply, of any kind."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_chains.answers import equivalent, extract_answer, vote_key
from reasoning_chains.errors import UnknownName
from reasoning_chains.types import KINDS

PIECES = st.sampled_from(
    [
        *(
            "the answer is ",
            "Answer: ",
            "\\boxed{",
            "}",
            "#### ",
            "答案是",
            "A: ",
            "=> ",
            "\n",
            " ",
            ".",
            ",",
        ),
        *(
            "5",
            "-3",
            "1,234",
            "3/4",
            "50%",
            "$",
            "(B)",
            "C",
            "yes",
            "no",
            "True",
            "是",
            "三十五",
            "万",
        ),
        *(
            "\\frac",
            "{",
            "not ",
            "but ",
            " or ",
            "to",
            "=",
            "+",
            "wait",
            "<think>",
            "</think>",
            "```",
        ),
        *(
            '{"a": 1}',
            "[",
            "]",
            '"',
            "**",
            "Q: ",
            "Action: x[",
            "Score: ",
            "½",
            "－",
            "１",
            "０",
            "。",
        ),
    ]
)
REPLIES = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=14).map("".join))
quiet = settings(derandomize=True, max_examples=300, deadline=None, database=None)


@quiet
@given(REPLIES, st.sampled_from(KINDS), st.sampled_from(["first", "last"]))
def test_any_text_is_read_or_unparsed(text: str, kind: str, pick: str) -> None:
    answer = extract_answer(text, kind, ("x", "5"), pick)
    assert answer is None or (isinstance(answer, str) and answer.strip())


@quiet
@given(REPLIES, st.sampled_from(["number", "choice", "boolean", "json"]))
def test_reading_an_answer_again_gives_it_again(text: str, kind: str) -> None:
    answer = extract_answer(text, kind)
    if answer is not None:
        assert extract_answer(answer, kind) == answer


@quiet
@given(REPLIES)
def test_number_is_canonical(text: str) -> None:
    answer = extract_answer(text)
    if answer is not None:
        assert set(answer) <= set("0123456789-./")
        assert equivalent(answer, answer)


@quiet
@given(REPLIES, st.sampled_from(["number", "choice", "boolean", "text"]))
def test_space_and_a_thinking_block_change_nothing(text: str, kind: str) -> None:
    if "think>" not in text:
        plain = extract_answer(text, kind)
        assert extract_answer(f"  <think>The answer is 7.</think>\n{text}\n ", kind) == plain


@quiet
@given(st.integers(-(10**12), 10**12), st.integers(0, 4))
def test_any_number_behind_a_marker_is_read(value: int, places: int) -> None:
    written = f"{value / 10**places:,.{places}f}"
    got = extract_answer(f"We use 3 and 4. The answer is ${written}.")
    assert got is not None
    assert vote_key(got) == vote_key(written)


def test_unknown_kind_and_pick_name_the_near_ones() -> None:
    with pytest.raises(UnknownName, match="did you mean number"):
        extract_answer("5", "numbr")
    with pytest.raises(UnknownName, match="first, last"):
        extract_answer("5", pick="middle")
    with pytest.raises(UnknownName, match="kind of answer"):
        vote_key("5", "colour")
    with pytest.raises(UnknownName, match="kind of answer"):
        equivalent("5", "5", "colour")


@pytest.mark.parametrize(
    ("text", "kind", "answer"),
    [
        (" 5 apples. There are 3 more.", "number", "5"),
        (" 3 + 2 = 5. So 9 are left", "number", "5"),
        ("The total of 3 and 4 is small. The answer is 7. The answer is 8.", "number", "7"),
        ("(B). (A) is wrong", "choice", "B"),
        ("Yes. No other way", "boolean", "yes"),
        ("Paris. It has a tower.\nMore", "text", "Paris"),
        ("```\nfirst\n```\n```\nsecond\n```", "code", "first"),
        ("[1] and [2]", "json", "[1]"),
        ("nothing", "number", None),
    ],
)
def test_first_reads_replies_to_an_extraction_prompt(
    text: str, kind: str, answer: str | None
) -> None:
    assert extract_answer(text, kind, pick="first") == answer


def test_numbers_too_long_to_compute_with_are_unparsed() -> None:
    assert extract_answer("9" * 5_000) is None
    assert extract_answer("The answer is 1e999999999.") is None
    assert extract_answer("The answer is 9^999999.") is None
    assert extract_answer("The answer is 1/0.") is None


def test_lone_line_of_two_hundred_characters_is_the_limit() -> None:
    assert extract_answer("x" * 200, "text") == "x" * 200
    assert extract_answer("x" * 201, "text") is None


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("The last letters are l and e.\n=> le", "le"),
        ("The last letters are l and e. => le.", "le"),
        ("l, e: ==> **le**", "le"),
        ("**=>** le", "le"),
        ("=> le", "le"),
        ("l and e\n=> le\n\nQ: What is next?\nA: It is so.\n=> ba", "le"),
        ("=> a step\n=> le", "le"),
        ("=> a step\n\nThat was all of it.", None),
        ("l => le", "l => le"),
        ("a, b, ... => le", "a, b, ... => le"),
        ("The answer is no.\n=>", "no"),
    ],
)
def test_an_arrow_on_the_last_line_announces_words(text: str, answer: str | None) -> None:
    assert extract_answer(text, "text") == answer


@pytest.mark.parametrize("text", ["The answer is 'le'.", "#### 'le'", "Answer: 'le'", "=> 'le'"])
def test_single_quotes_around_the_words_are_no_part_of_them(text: str) -> None:
    assert extract_answer(text, "text") == "le"
    assert extract_answer("The answer is the dogs'.", "text") == "the dogs'"


def test_an_arrow_announces_nothing_but_words() -> None:
    assert extract_answer("He has 3.\n=> 3 + 4 = 7\nNow 9 are left.") == "9"
    assert extract_answer("We see that\n=> B", "choice") is None


@pytest.mark.parametrize(
    ("text", "kind", "answer"),
    [
        ("Thus \\fbox{\\frac{3}{4}} of 8.", "number", "3/4"),
        ("So \\fbox{x+1}.", "expression", "x+1"),
        ("\\fbox{2} and \\boxed{3}", "expression", "2, 3"),
        ("First \\boxed{5}. Rather \\fbox{6}.", "number", "6"),
    ],
)
def test_a_framed_answer_is_a_boxed_one(text: str, kind: str, answer: str) -> None:
    assert extract_answer(text, kind) == answer
