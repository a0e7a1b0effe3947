"""Which candidate a reply chooses."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_chains.answers.chosen import read_chosen

quiet = settings(derandomize=True, max_examples=300, deadline=None, database=None)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("The answer is 12, so candidate 3 is right.", 3),
        ("The most consistent response is Response 2", 2),
        ("The most consistent response is **Response 2**.", 2),
        ("The most consistent response is Response 2. Response 1 and Response 3 agree.", 2),
        ("Response #3", 3),
        ("I choose candidate number 4.", 4),
        ("I go with option 2: it is short. Option 1 is long.", 2),
        ("Candidate 1 is wrong. Candidate 2 is right.", 2),
        ("Candidate 2 is right, not candidate 1.", 2),
        ("Candidate two is right", 2),
        ("candidate 1 … no, candidate 2", 2),
        ("The answer is (2).", 2),
        ("(2)", 2),
        ("２", 2),
        ("**2.**", 2),
        ("3 + 4 = 7.\n2", 2),
        ("<think>Candidate 1 is right.</think>Candidate 2", 2),
        ("Response 2 is the outlier. Response 1 is the most consistent.", 1),
        ("我选2", 2),
        ("我选择回答（2）", 2),
        ("答案2", 2),
        ("候选2", 2),
        ("候选：2", 2),
        ("候选二", 2),
        ("选项2", 2),
        ("第2个候选答案正确", 2),
        ("答案是12，所以候选3正确。", 3),
        ("候选1不正确，候选2正确", 2),
        ("最一致的回答是回答3。因为回答1也如此。", 3),
        ("The answer is 12.", None),
        ("Response X", None),
        ("responses 1, 2 and 3 agree", None),
        ("candidate 2.5", None),
        ("candidate 12345678901", None),
        ("Candidate 1 is not right.", None),
        ("no idea", None),
        ("", None),
    ],
)
def test_the_announced_candidate_is_read(text: str, number: int | None) -> None:
    assert read_chosen(text) == number


NUMBERS = st.integers(min_value=0, max_value=999)


@quiet
@given(NUMBERS, st.sampled_from(["candidate {}", "Response {}", "({})", "{}.", "答案{}", "候选{}"]))
def test_every_form_gives_its_number(number: int, form: str) -> None:
    assert read_chosen(form.format(number)) == number


@quiet
@given(NUMBERS, NUMBERS)
def test_the_last_announced_one_counts(first: int, last: int) -> None:
    assert read_chosen(f"So candidate {first} is right.\nSo candidate {last} is right.") == last
    assert read_chosen(f"I choose candidate {first}. Candidate {last} is long.") == first


@quiet
@given(st.text(max_size=200), NUMBERS)
def test_an_announcement_at_the_end_is_found_behind_any_text(text: str, number: int) -> None:
    plain = text.replace("<", " ").replace("`", " ")
    assert read_chosen(f"{plain}\n\nSo candidate {number} is right.") == number


@quiet
@given(st.text(alphabet="candiresponse 0123456789.()是不候选答案第个\n", max_size=120))
def test_nothing_raises_and_what_is_read_is_a_number(text: str) -> None:
    found = read_chosen(text)
    assert found is None or 0 <= found < 10_000
