from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_chains.answers.commands import expand
from reasoning_chains.answers.rational import Worked, makes, work_out
from reasoning_chains.problems.scan_grammar import interpret


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", Fraction(7)),
        ("(1 + 2) * 3", Fraction(9)),
        ("8 / (3 - 8 / 3)", Fraction(24)),
        ("10 - 2 - 3", Fraction(5)),
        ("２×３", Fraction(6)),
        ("1 / 3", Fraction(1, 3)),
    ],
)
def test_it_is_exact(text: str, value: Fraction) -> None:
    found = work_out(text)
    assert found is not None
    assert found.value == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 +",
        "(1",
        "1)",
        "1 / 0",
        "2 ** 3",
        "-1",
        "a",
        "1 2",
        "1.5",
        "(" * 300,
        "1+" * 300,
        "4²",
    ],
)
def test_what_is_something_else_is_none(text: str) -> None:
    assert work_out(text) is None


def test_each_number_is_used_once() -> None:
    assert makes("Answer: (10 - 4) * (8 / 2) = 24", [2, 4, 8, 10])
    assert makes("First I try.\n(10 - 4) * (8 / 2)", [10, 8, 4, 2])
    assert not makes("(10 - 4) * 4 = 24", [2, 4, 8, 10])
    assert not makes("24", [1, 2, 3, 4])
    assert not makes("", [1, 2, 3, 4])
    assert makes("5 * (5 - 1 / 5) = 24", [1, 5, 5, 5])


@given(st.text() | st.text(alphabet="0123456789+-*/() ="))
def test_no_text_breaks_it(text: str) -> None:
    found = work_out(text)
    assert found is None or isinstance(found, Worked)
    makes(text, [1, 2, 3, 4])


@given(st.lists(st.integers(0, 99), min_size=1, max_size=6), st.data())
def test_sums_and_products_agree_with_python(numbers: list[int], data: st.DataObject) -> None:
    signs = [data.draw(st.sampled_from("+-*")) for _ in numbers[1:]]
    text = str(numbers[0]) + "".join(f" {s} {n}" for s, n in zip(signs, numbers[1:], strict=True))
    total, product = Fraction(0), Fraction(numbers[0])
    for sign, number in zip(signs, numbers[1:], strict=True):
        if sign == "*":
            product *= number
        else:
            total, product = total + product, Fraction(number if sign == "+" else -number)
    assert work_out(text) == Worked(total + product, tuple(numbers))


def test_repetition_is_expanded() -> None:
    assert expand('("TURN_LEFT" * 2 + "WALK") * 2') == ("TURN_LEFT", "TURN_LEFT", "WALK") * 2
    assert expand("'LOOK' + 'RUN' * 0") == ("LOOK",)
    assert expand("“LOOK” + “RUN”") == ("LOOK", "RUN")


@pytest.mark.parametrize(
    "text",
    ["", "WALK", '"WALK', '"WALK" *', '"A" * 99999', "(" * 300, '"" + "A"', '"A" "B"', '"A" * -1'],
)
def test_what_is_no_command_is_none(text: str) -> None:
    assert expand(text) is None


@given(st.text() | st.text(alphabet='"AB+*() 239'))
def test_no_text_breaks_the_expansion(text: str) -> None:
    found = expand(text)
    assert found is None or len(found) <= 10_000


def test_the_grammar_of_scan() -> None:
    assert interpret("turn left twice and jump") == ("TURN_LEFT", "TURN_LEFT", "JUMP")
    assert interpret("walk after turn opposite right") == ("TURN_RIGHT", "TURN_RIGHT", "WALK")
    for odd in ("", "fly", "walk left right", "twice", "walk and"):
        with pytest.raises(ValueError, match="SCAN"):
            interpret(odd)
