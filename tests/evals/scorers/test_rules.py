"""The scorers that need only the answer: what they accept, reject and cannot read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_chains import Problem, UserMistake
from reasoning_chains.evals.score import Rule
from reasoning_chains.evals.scorers.actions import Actions
from reasoning_chains.evals.scorers.choice import Choice
from reasoning_chains.evals.scorers.em import ExactMatch
from reasoning_chains.evals.scorers.exact import Exact
from reasoning_chains.evals.scorers.expression import Expression
from reasoning_chains.evals.scorers.f1 import F1, f1
from reasoning_chains.evals.scorers.lists import Listing
from reasoning_chains.evals.scorers.number import Number
from reasoning_chains.evals.scorers.sets import Set

quiet = settings(derandomize=True, max_examples=200, deadline=None, database=None)


def judged(rule: Rule, answer: str, target: str, **fields: Any) -> str:
    return rule.judge(Problem("?", **fields), answer, target).outcome


NUMBERS = [
    ("1,000", "1000", {}, "right"),
    ("1/2", "0.5", {}, "right"),
    ("50%", "0.5", {}, "right"),
    ("-3", "3", {}, "wrong"),
    ("several", "3", {}, "unparsed"),
    ("3", "several", {}, "wrong"),
    ("3.14", "3.14159", {}, "wrong"),
    ("3.14", "3.14159", {"tolerance": 0.01}, "right"),
    ("99", "100", {"relative": 0.01}, "right"),
    ("98", "100", {"relative": 0.01}, "wrong"),
    ("-99", "-100", {"relative": 0.01}, "right"),
    ("0", "0", {"relative": 0.5}, "right"),
    ("0.1", "0", {"relative": 0.5}, "wrong"),
]


@pytest.mark.parametrize(("answer", "target", "options", "outcome"), NUMBERS)
def test_numbers(answer: str, target: str, options: dict[str, float], outcome: str) -> None:
    assert judged(Number(**options), answer, target, kind="number") == outcome


def test_a_tolerance_that_is_none_is_refused() -> None:
    for options in ({"tolerance": -1.0}, {"relative": 2.0}, {"tolerance": float("nan")}):
        with pytest.raises(UserMistake, match="it must be at least 0"):
            Number(**options)


CITIES = ("Oslo", "Rome", "A")


@pytest.mark.parametrize(
    ("answer", "target", "choices", "outcome"),
    [
        ("B", "(B)", (), "right"),
        ("(c)", "C", (), "right"),
        ("B", "Rome", CITIES, "right"),
        ("A", "C", CITIES, "right"),  # the text of option C
        ("Oslo", "A", ("Oslo", "Rome"), "right"),
        ("B", "A", ("Oslo", "Rome"), "wrong"),
        ("Paris", "A", ("Oslo", "Rome"), "unparsed"),
        ("D", "A", ("Oslo", "Rome"), "unparsed"),
        ("A", "Paris", ("Oslo", "Rome"), "wrong"),
    ],
)
def test_choices(answer: str, target: str, choices: tuple[str, ...], outcome: str) -> None:
    fields: dict[str, Any] = {"choices": choices} if choices else {"kind": "choice"}
    assert judged(Choice(), answer, target, **fields) == outcome


@pytest.mark.parametrize(
    ("answer", "target", "kind", "outcome"),
    [
        ("7.0", "7", "number", "right"),
        ("many apples", "7", "number", "unparsed"),
        ("True", "yes", "boolean", "right"),
        ("perhaps", "yes", "boolean", "unparsed"),
        ("The Tower.", "tower", "text", "right"),
        ("the towers", "tower", "text", "wrong"),
        ('{"a": 1.0, "b": 2}', '{"b": 2, "a": 1}', "json", "right"),
        ("\\frac{1}{2}", "0.5", "expression", "right"),
        ("x = 5", "5", "expression", "right"),
    ],
)
def test_exact_goes_by_the_kind(answer: str, target: str, kind: str, outcome: str) -> None:
    assert judged(Exact(), answer, target, kind=kind) == outcome


def test_exact_may_be_strict() -> None:
    assert judged(Exact(strict=True), " Rome ", "Rome") == "right"
    assert judged(Exact(strict=True), "rome", "Rome") == "wrong"


def test_an_empty_formula_is_unparsed() -> None:
    assert judged(Expression(), " ", "2") == "unparsed"
    assert judged(Expression(), "3", "2") == "wrong"


@pytest.mark.parametrize(
    ("answer", "target", "outcome"),
    [
        ("red, green and blue", '["blue", "red", "green"]', "right"),
        ("red, green, and blue", "blue,green,red", "right"),
        ("红、绿", "绿、红", "right"),
        ("[1, 2]", "2, 1", "right"),
        ("red, red", "red", "right"),
        ("red", "red, green", "wrong"),
        ("", "red", "unparsed"),
        ("[]", "[]", "right"),
    ],
)
def test_sets(answer: str, target: str, outcome: str) -> None:
    assert judged(Set(), answer, target) == outcome


def test_a_set_is_worth_its_f1_and_says_what_is_missing() -> None:
    score = Set().judge(Problem("?"), "red, green, black", "red, green, blue, white")
    assert score.value == pytest.approx(2 * 2 / 7)
    assert score.note == "missing: blue, white; too many: black"


@pytest.mark.parametrize(
    ("answer", "target", "outcome"),
    [
        ("red, green", "red, green", "right"),
        ("green, red", "red, green", "wrong"),
        ('["red", "green"]', "red, green", "right"),
        ("red", "red, green", "wrong"),
        ("", "red", "unparsed"),
    ],
)
def test_lists(answer: str, target: str, outcome: str) -> None:
    assert judged(Listing(), answer, target) == outcome


def test_a_list_tells_where_it_differs() -> None:
    assert Listing(" ").judge(Problem("?"), "a c b", "a b c").note == "it differs at member 2"
    assert Listing(" ").judge(Problem("?"), "a b", "a b c").note == "it differs at member 3"


@pytest.mark.parametrize(
    ("answer", "target", "outcome", "value"),
    [
        ("the Eiffel Tower!", "Eiffel tower", "right", 1.0),
        ("Eiffel Tower in Paris", "Eiffel Tower", "wrong", 4 / 6),
        ("Paris", '["Rome", "Paris"]', "right", 1.0),
        ("Oslo", '["Rome", "Paris"]', "wrong", 0.0),
        ("yes", "yes it is", "wrong", 0.0),
        ("1.5", "15", "wrong", 0.0),
        ("", "Rome", "unparsed", 0.0),
    ],
)
def test_em_and_f1(answer: str, target: str, outcome: str, value: float) -> None:
    assert judged(ExactMatch(), answer, target) == outcome
    score = F1().judge(Problem("?"), answer, target)
    assert score.outcome == outcome
    assert score.value == pytest.approx(value)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("I_TURN_LEFT I_WALK I_WALK", "right"),
        ("TURN LEFT WALK WALK", "right"),
        ("turn_left, walk, walk.", "right"),
        ('"TURN_LEFT" + "WALK" * 2', "right"),
        ('"TURN_LEFT" + "WALK" * 3', "wrong"),
        ("WALK TURN LEFT WALK", "wrong"),
        (" ", "unparsed"),
    ],
)
def test_actions(answer: str, outcome: str) -> None:
    assert judged(Actions(), answer, "TURN_LEFT WALK WALK") == outcome


words = st.lists(st.sampled_from(["red", "green", "blue", "tower", "7"]), max_size=5)


@quiet
@given(words, words)
def test_f1_is_symmetric_between_zero_and_one_and_whole_for_itself(
    left: list[str], right: list[str]
) -> None:
    one, other = " ".join(left), " ".join(right)
    assert f1(one, other) == f1(other, one)
    assert 0 <= f1(one, other) <= 1
    assert f1(one, one) == 1


@quiet
@given(st.text(max_size=40))
def test_no_rule_breaks_on_any_text(text: str) -> None:
    for rule in (Exact(), Number(), Choice(), Set(), Listing(), ExactMatch(), F1(), Actions()):
        assert 0 <= rule.judge(Problem("?"), text, "7").value <= 1
        assert 0 <= rule.judge(Problem("?"), "7", text).value <= 1
