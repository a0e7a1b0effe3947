"""The calculator writes results as a person does, and says what is wrong in a line."""

from __future__ import annotations

import doctest
import importlib
import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from reasoning_chains.sandbox.calculator import LONGEST, calculator

RIGHT = {
    "7": "7",
    "14 / 2": "7",
    "7 / 2": "3.5",
    "0.1 + 0.2": "0.3",
    "1 - 0.9": "0.1",
    "4.35 * 100": "435",
    "1/3 + 1/3 + 1/3": "1",
    "1 / 3": "0.333333333333333",
    "2 / 3": "0.666666666666667",
    "1,234 × 2": "2468",
    "1,234,567.5 - 0.5": "1234567",
    "max(1,234)": "234",
    "$1,234.50 + $0.50": "1235",
    "50%": "0.5",
    "20% of 80": "16",
    "17 % 5": "2",
    "-7 % 3": "2",
    "-7 // 2": "-4",
    "10 mod 3": "1",
    "2 ^ 10": "1024",
    "2 ** 3 ** 2": "512",
    "-2 ** 2": "-4",
    "2 ** -1": "0.5",
    "8 ^ (1/3)": "2",
    "sqrt(16)": "4",
    "sqrt(2)": "1.4142135623731",
    "√16 + 1": "5",
    "cbrt(-27)": "-3",
    "5!": "120",
    "3!!": "720",
    "2(3 + 4)": "14",
    "(1 + 2)(3 + 4)": "21",
    "2pi": "6.28318530717959",
    "3 x 4": "12",
    "9 ÷ 3 − 1": "2",
    "（１２＋３）×２": "30",
    "3² + 4²": "25",
    "12*3=": "36",
    "sin(pi)": "0",
    "cos(pi / 3)": "0.5",
    "log(1000, 10)": "3",
    "log10(1e-5)": "-5",
    "ln(e)": "1",
    "round(2.675, 2)": "2.68",
    "round(-2.5)": "-3",
    "floor(-2.5)": "-3",
    "int(-2.5)": "-2",
    "mean(1, 2, 6)": "3",
    "gcd(12, 18) + lcm(4, 6)": "18",
    "comb(52, 5)": "2598960",
    "math.factorial(20)": "2432902008176640000",
    "2 ^ 100": "1267650600228229401496703205376",
    "10 ^ 30 / 7": "1.42857142857143e29",
    "1 / 10 ^ 10": "1e-10",
    "0 ^ 0": "1",
    "1e5": "100000",
    "3.10": "3.1",
}


@pytest.mark.parametrize(("expression", "written"), RIGHT.items())
def test_results(expression: str, written: str) -> None:
    assert calculator(expression) == written


WRONG = {
    "1 / 0": "division by zero",
    "1 +": "a number is wanted, found the end",
    "(1": "')' is wanted",
    "1)": "an operator is wanted",
    "": "a number is wanted",
    "3 4": "an operator is wanted",
    "1,23": "goes on oddly",
    "sqr(4)": "did you mean sqrt",
    "log(1, 2, 3)": "takes 1 to 2 numbers, found 3",
    "sqrt(-1)": "negative",
    "9 ** 9 ** 9": "more than 4000 digits",
    "10 ** 5000": "more than 4000 digits",
    "factorial(10 ** 6)": "more than 4000 digits",
    "2.5!": "a whole number is needed, found 2.5",
    "acos(2)": "",
    "__import__('os')": "no part of an arithmetic expression",
    "().__class__": "",
    "open('x')": "",
    "1 if 1 else 2": "",
    "x = 3": "",
    "'a' * 9": "no part of an arithmetic expression",
    "[1, 2][0]": "",
    "1; 2": "no part",
    "lambda: 1": "",
    "(" * 100 + "1" + ")" * 100: "deep",
    "1+" * 3000 + "1": f"at most {LONGEST}",
    "\ud800": "no part",
}


@pytest.mark.parametrize(("expression", "told"), WRONG.items())
def test_errors_are_told(expression: str, told: str) -> None:
    result = calculator(expression)
    assert result.startswith("error: ")
    assert told in result
    assert len(result) < 300


def test_long_expressions_are_computed() -> None:
    assert calculator("1+" * 2000 + "1") == "2001"
    assert calculator("9" * 3000 + " + 1") == "1" + "0" * 3000


numbers = some.integers(-50, 50).map(lambda n: f"({n})") | some.decimals(
    0, 99, places=2, allow_nan=False
).map(str)
formulas = some.recursive(
    numbers,
    lambda inner: some.tuples(inner, some.sampled_from("+-*/"), inner).map(
        lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
    ),
    max_leaves=6,
)


def exactly(text: str) -> Fraction:
    """Work out a formula of the strategy above by itself."""
    at = 0

    def operand() -> Fraction:
        nonlocal at
        if text[at] != "(":
            start = at
            while at < len(text) and text[at] in "0123456789.-":
                at += 1
            return Fraction(text[start:at])
        at += 1
        value = operand()
        if text[at] == " ":
            sign = text[at + 1]
            at += 3
            right = operand()
            value = {
                "+": lambda: value + right,
                "-": lambda: value - right,
                "*": lambda: value * right,
                "/": lambda: value / right,
            }[sign]()
        at += 1
        return value

    return operand()


@settings(max_examples=60, deadline=None)
@given(formulas)
def test_it_agrees_with_exact_arithmetic(formula: str) -> None:
    written = calculator(formula)
    try:
        right = exactly(formula)
    except ZeroDivisionError:
        assert written == "error: division by zero"
        return
    assert math.isclose(float(Fraction(written)), float(right), rel_tol=1e-14, abs_tol=1e-300)
    if right.denominator == 1:
        assert written == str(right)


@settings(max_examples=100, deadline=None)
@given(some.text("0123456789+-*/%^!(),. epixsqrtmaxof√²'\"_=", max_size=30))
def test_any_text_gives_a_line(text: str) -> None:
    assert calculator(text)


@pytest.mark.parametrize("name", ["calculator", "running"])
def test_the_examples_are_true(name: str) -> None:
    found = importlib.import_module(f"reasoning_chains.sandbox.{name}")
    failed, tried = doctest.testmod(found)
    assert tried
    assert not failed
