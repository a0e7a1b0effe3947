"""The scanner finds the last expression of real programs, and does no harm to any text."""

from __future__ import annotations

import ast
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from reasoning_chains.sandbox import Limits, run
from reasoning_chains.sandbox.ending import marked
from reasoning_chains.sandbox.result import STATUSES

LIBRARY = sorted(Path(ast.__file__).parent.glob("*.py"))[::12]
ENDS = {
    "1 + 1": True,
    "f(\n 1,\n)": True,
    "x = 1; x": True,
    "'''a\n#'''": True,
    "x  # ; y": True,
    "(yield_ := 3)": True,
    "x = 1": False,
    "x += 1": False,
    "if x: y": False,
    "for a in b:\n    a": False,
    "import a": False,
    "@a\ndef b(): pass": False,
    "x: int": False,
    "return 5": False,
    "assert x": False,
}


@pytest.mark.parametrize(("tail", "is_value"), ENDS.items())
def test_it_agrees_with_the_parser_after_real_programs(tail: str, is_value: bool) -> None:
    for path in LIBRARY:
        text = path.read_text(encoding="utf-8", errors="replace")
        program = marked(f"{text}\n{tail}\n")
        last = parsed(program)
        if is_value:
            assert isinstance(last, ast.Assign), path.name
            assert ast.unparse(last.targets[0]) == "__value__"
            if ";" not in tail.partition("#")[0]:
                assert ast.dump(last.value) == ast.dump(expression(tail))
        else:
            assert last is None or "__value__" not in ast.unparse(last)


def parsed(program: str) -> ast.stmt | None:
    try:
        return ast.parse(program).body[-1] if program else None
    except SyntaxError:  # then the program is run as it stands
        return None


def expression(text: str) -> ast.expr:
    last = ast.parse(text).body[-1]
    assert isinstance(last, ast.Expr)
    return last.value


def test_lines_keep_their_numbers() -> None:
    text = "x = 1\n\n(x +\n  1)\n"
    assert marked(text).count("\n") - text.count("\n") == 2
    assert marked(text).startswith("x = 1\n\n__value__ = ((x +\n")


@pytest.mark.parametrize("piece", ["'", '"""', "(", "\\", "#", ";", "\n", "x;", "'\\", "é"])
def test_time_is_linear_in_hostile_text(piece: str) -> None:
    def took(size: int) -> float:
        text = piece * (size // len(piece))
        start = time.process_time()
        marked(text)
        return time.process_time() - start

    assert took(64_000) <= 10 * took(16_000) + 0.2


@settings(max_examples=80, deadline=None)
@given(some.text("xyz01 =+-*/()[]{}:,.'\"\\#;\n\tifdefprintwhile", max_size=80))
def test_any_text_ends_in_a_status(text: str) -> None:
    result = run(text, limits=Limits(0.2, 5, output_bytes=1_000), python="monty")
    assert result.status in STATUSES


pieces = some.sampled_from(
    [
        "x = 1",
        "x = [x, x]",
        "print(x)",
        "x = str(x) * 3",
        "x = {1: x}",
        "def f(n):\n    return f(n - 1) if n else 0",
        "f(5)",
        "import math",
        "x = math.pi",
        "raise ValueError(x)",
        "for i in range(9):\n    x = (x, i)",
        "x = lambda: x",
        "class A:\n    y = 3",
        "A()",
        "x = f'{x!r:>9}'",
        "x = x / 0",
        "[x for x in range(3)]",
        "x = 10 ** 50",
        "while x:\n    break",
        "try:\n    x = y\nexcept NameError:\n    x = None",
    ]
)


@settings(max_examples=60, deadline=None)
@given(some.lists(pieces, min_size=1, max_size=6))
def test_any_program_ends_in_a_status(lines: list[str]) -> None:
    result = run("\n".join(lines), limits=Limits(0.5, 5, 64, 5_000), python="monty")
    assert result.status in STATUSES
    assert (result.status == "ok") == (not result.error)
