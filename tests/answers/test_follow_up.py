from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_chains.answers.readers import FollowUp, read_follow_up


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Yes.\nFollow up: Who wrote Emma?", "Who wrote Emma?"),
        (" Yes.\n**Follow-up:** Who wrote Emma?\n", "Who wrote Emma?"),
        ("Follow up: A?\nIntermediate answer: B\nFollow up: C?", "A?"),
        ("需要。\n追问：谁写了《爱玛》？", "谁写了《爱玛》？"),
        ("Follow up question: Who?", "Who?"),
        ("So the final answer is: 3\nFollow up: Who?", None),
        ("No.\nSo the final answer is: 3", None),
        ("Follow up:\n", None),
        ("", None),
    ],
)
def test_the_first_follow_up_question_is_read(text: str, question: str | None) -> None:
    found = read_follow_up(text)
    assert (found and found.question) == question


def test_it_ends_where_the_question_ends() -> None:
    text = "Yes.\nFollow up: Who wrote Emma?\nIntermediate answer: Nobody."
    found = read_follow_up(text)
    assert found == FollowUp("Who wrote Emma?", text.index("\nIntermediate"))


@given(
    st.text()
    | st.lists(st.sampled_from(["Follow up:", "\n", "x", " ", "追问：", "So the "])).map("".join)
)
def test_no_text_breaks_it(text: str) -> None:
    found = read_follow_up(text)
    assert found is None or (found.question and 0 < found.end <= len(text))
