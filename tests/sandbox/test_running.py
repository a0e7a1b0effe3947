"""What a program gives back, and which tier ran it."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from reasoning_chains.errors import SandboxUnavailable, UserMistake
from reasoning_chains.sandbox import Limits, Result, arun, run
from reasoning_chains.sandbox.kernel import lacking
from reasoning_chains.sandbox.running import Python

TIERS: tuple[Python, ...] = ("monty", "cpython")

VALUES: list[tuple[str, Any]] = [
    ("1 + 1", 2),
    ("x = 3\nx * 2", 6),
    ("x = 3; x * 2", 6),
    ("answer = [1, (2, 'zwei'), {3}]", [1, [2, "zwei"], [3]]),
    ("answer = 4\nprint(answer)", 4),
    ("answer = 4\n5", 5),
    ("answer = 4\n", 4),
    ("x = 1", None),
    ("", None),
    ("# nothing", None),
    ("{'a': {1: None}, 'b': True}", {"a": {"1": None}, "b": True}),
    ("float('nan')", "nan"),
    ("[float('inf'), -0.5]", ["inf", -0.5]),
    ("2 ** 100", 2**100),
    ("1 + 2j", "(1+2j)"),
    ("from decimal import Decimal\nDecimal('1.10')", "1.10"),
    ("b'ab'", "b'ab'"),
    ("class A:\n    def __str__(self):\n        return 'an A'\nA()", "an A"),
    ("def f():\n    return 7\nf()", 7),
    ("f'{3:>4}'", "   3"),
    ("'''\n)\n'''", "\n)\n"),
    ("x = [1,\n 2]\n(x\n  [0])  # one", 1),
    ("if True:\n    5", None),
    ("import math\nmath.comb(5,\\\n 2)", 10),
    ("'é' + '日本'", "é日本"),
    ("str = 3\nlen = None\nanswer = {'a': [str]}", {"a": [3]}),
    ("lambda_ = 2\nlambda_", 2),
    ("not 1", False),
    ("1, 2", [1, 2]),
]


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize(("code", "value"), VALUES)
def test_the_value_is_plain_data(code: str, value: Any, tier: Python) -> None:
    result = run(code, python=tier)
    assert (result.status, result.value, result.error) == ("ok", value, "")
    assert type(result.value) is type(value)
    assert result.tier == tier


@pytest.mark.parametrize("tier", TIERS)
def test_inputs_are_variables(tier: Python) -> None:
    inputs = {"n": 4, "names": ("a", "b"), "table": {"k": [1.5, None, True]}, "long": 10**30}
    code = "print(n, names, table['k'][0])\nlong + n"
    result = run(code, inputs, python=tier)
    assert (result.stdout, result.value) == ("4 ['a', 'b'] 1.5\n", 10**30 + 4)


ERRORS = [
    ("1 / 0", "ZeroDivisionError: division by zero (line 1: 1 / 0)"),
    ("def f(x):\n    return 1 / x\n\nprint('on')\nf(0)", "(line 2: return 1 / x)"),
    (
        "x = 1\nraise ValueError('too bad')",
        "ValueError: too bad (line 2: raise ValueError('too bad'))",
    ),
    ("x = 1\ny = = 2", "(line 2: y = = 2)"),
    ("{}[5]", "KeyError: 5 (line 1: {}[5])"),
    ("nothing", "NameError: name 'nothing' is not defined"),
]


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize(("code", "told"), ERRORS)
def test_an_error_is_told_with_its_line(code: str, told: str, tier: Python) -> None:
    result = run(code, python=tier)
    assert result.status == "error"
    assert told in result.error
    assert result.value is None
    assert result.stdout == ("on\n" if "print" in code else "")


GAPS = [
    ("print('once')\nimport fractions\nfractions.Fraction(1, 3)", "1/3", "once\n"),
    ("def g():\n    yield 3\nlist(g())", [3], ""),
    ("class A(dict):\n    pass\nA(x=1)", {"x": 1}, ""),
    ("x = [1, 2]\ndel x[0]\nx", [2], ""),
    ("print('once')\nimport collections\nlist(collections.OrderedDict(a=1))", ["a"], "once\n"),
    ("from math import *\nfloor(2.5)", 2, ""),
    ("(5).bit_length()", 3, ""),
    ("bytearray(2)", "bytearray(b'\\x00\\x00')", ""),
    ("import statistics\nstatistics.mean([1, 2, 6])", 3, ""),
    ("import sys\nanswer = 1\nsys.exit()", 1, ""),
    ("class A:\n    @property\n    def x(self):\n        return 1\nA().x", 1, ""),
]


@pytest.mark.parametrize(("code", "value", "printed"), GAPS)
def test_what_monty_cannot_run_goes_to_cpython_once(code: str, value: Any, printed: str) -> None:
    result = run(code)
    assert (result.status, result.value, result.stdout) == ("ok", value, printed)
    assert result.tier == "cpython"
    alone = run(code, python="monty")
    assert (alone.status, alone.tier) == ("error", "monty")


@pytest.mark.parametrize(
    "code",
    [
        "1 / 0",
        "raise NotImplementedError('mine')",
        "raise ImportError('mine')",
        "nothing_of_that_name",
        "'text'.nothing",
        "x = = 1",
        "open('/etc/passwd')",
        "assert False",
        "raise MemoryError('mine')",
    ],
)
def test_a_program_that_is_wrong_does_not_go_on(code: str) -> None:
    assert run(code).tier == "monty"


@pytest.mark.parametrize("code", ["'\ud800'", "x = '\0'", "x = 1\n" * 100_000])
def test_what_is_no_program_is_refused(code: str) -> None:
    result = run(code)
    assert (result.status, result.tier) == ("refused", "")
    assert result.error


@pytest.mark.parametrize(
    "inputs",
    [{"a b": 1}, {"class": 1}, {"x": object()}, {"x": {1, 2}}, {"__x": 1}, {"x": "a" * 1_100_000}],
)
def test_inputs_that_are_no_data_are_a_mistake(inputs: dict[str, Any]) -> None:
    with pytest.raises(UserMistake, match="inputs"):
        run("1", inputs)


def test_other_mistakes_of_the_caller() -> None:
    with pytest.raises(UserMistake, match="cpu_seconds"):
        Limits(cpu_seconds=0)
    with pytest.raises(UserMistake, match="memory_mb"):
        Limits(memory_mb=True)
    with pytest.raises(UserMistake, match="output_bytes"):
        Limits(output_bytes=None)  # type: ignore[arg-type]
    with pytest.raises(UserMistake, match="monty"):
        run("1", python="mony")  # type: ignore[arg-type]
    with pytest.raises(UserMistake, match="code"):
        run(b"1")  # type: ignore[arg-type]
    with pytest.raises(UserMistake, match="limits"):
        run("1", limits=5)  # type: ignore[arg-type]


async def _same() -> Result:
    return await arun("print(1)\nx + 1", {"x": 2})


def test_arun_gives_the_same() -> None:
    import asyncio

    result = asyncio.run(_same())
    assert (result.stdout, result.value, result.tier) == ("1\n", 3, "monty")


def test_what_is_missing_is_named() -> None:
    assert lacking("linux", "x86_64", 7, True) == ""
    assert lacking("linux", "aarch64", 1, True) == ""
    assert "Landlock" in lacking("linux", "x86_64", 0, True)
    assert "seccomp" in lacking("linux", "x86_64", 7, False)
    assert "riscv64" in lacking("linux", "riscv64", 7, True)
    assert "darwin" in lacking("darwin", "arm64", 0, False)
    told = str(SandboxUnavailable("the locked CPython child", "Landlock"))
    assert "Landlock" in told
    assert isinstance(SandboxUnavailable("a", "b"), UserMistake)


def test_nothing_heavy_is_loaded_before_it_is_used() -> None:
    import subprocess

    code = (
        "import sys, reasoning_chains.sandbox\n"
        "print([m for m in ('pydantic_monty', 'ctypes', 'asyncio', 'json') if m in sys.modules])"
    )
    told = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "[]"
