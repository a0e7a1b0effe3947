"""Formulas are compared in a child process that evaluates no text and leaves nothing behind."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from reasoning_chains.answers import equivalent, math_check

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("math_verify") is None,
    reason="math-verify is not installed: pip install 'reasoning-chains[math]'",
)


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("x+1", "1+x", True),
        ("(x+1)^2", "x^2+2x+1", True),
        ("\\sqrt{8}", "2\\sqrt{2}", True),
        ("\\{1, 2\\}", "\\{2, 1\\}", True),
        ("x+1", "x+2", False),
        ("\\sqrt{8}", "3\\sqrt{2}", False),
    ],
)
def test_algebra_decides(a: str, b: str, same: bool) -> None:
    assert equivalent(a, b, "expression") is same
    assert equivalent(b, a, "expression") is same


PAYLOADS = [
    "__import__('os').system('touch {path}')",
    "__import__('pathlib').Path('{path}').touch()",
    "open('{path}','w').close()",
    "\\text{__import__('os').system('touch {path}')}",
    "\\operatorname{__import__('os').system('touch {path}')}(x)",
    "\\frac{open('{path}','w')}{2}",
    "(lambda: open('{path}', 'w'))()",
    "().__class__.__base__.__subclasses__()",
    "1 + open('{path}','w').fileno()",
    "\\boxed{open('{path}','w')}",
    "\\mathrm{exec}(\\text{open('{path}','w')})",
    "x_{open('{path}','w')} = 1",
    "\\sum_{i=1}^{3} open('{path}','w')",
    "eval(compile('open(\"{path}\",\"w\")','','exec'))",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_code_in_a_formula_is_never_run(payload: str, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    text = payload.replace("{path}", str(canary))
    for form in (text, f"${text}$", f"The answer is {text}"):
        equivalent(form, "2", "expression")
        equivalent("x^2", form, "expression")
    assert not canary.exists()


DISARMED = """
import sys
sys.argv = ["child", ""]
sys.path.insert(0, sys.argv[1]) if sys.argv[1] else None
import runpy
child = runpy.run_path({program!r})
compare = child["_comparison"]()
import sympy, sympy.parsing.sympy_parser as parser
tried = 0
for call in (lambda: parser.parse_expr("[].append(1)"), lambda: sympy.sympify("1+1"),
             lambda: sympy.parse_expr("x"), lambda: parser.eval_expr("1", {{}}, {{}}),
             lambda: sympy.simplify("open(1)"), lambda: sympy.lambdify((), "1+1")()):
    try:
        call()
    except Exception:
        tried += 1
assert tried == 6, tried
assert compare("x+1", "1+x") and not compare("x", "y")
print("disarmed")
"""


def test_parse_expr_is_out_of_reach_in_the_child() -> None:
    program = str(Path(math_check.__file__).with_name("math_child.py"))
    done = subprocess.run(
        [sys.executable, "-c", DISARMED.format(program=program)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.stdout.strip() == "disarmed", done.stderr


def test_endless_work_is_killed_and_the_next_comparison_works() -> None:
    assert equivalent("x+2", "2+x", "expression")
    assert not equivalent("9^{9^{9^{9}}}", "9^{9^{9^{8}}}+x", "expression")
    assert equivalent("x+1", "1+x", "expression")


def test_child_has_no_environment_and_ends() -> None:
    assert equivalent("x+3", "3+x", "expression")
    process = math_check._CHILD.process
    assert process is not None
    environment = Path(f"/proc/{process.pid}/environ")
    if environment.exists():
        assert environment.read_bytes() == b""
    math_check._CHILD.stop()
    assert process.returncode is not None
    assert math_check._CHILD.process is None


def test_long_formulas_are_not_sent() -> None:
    math_check._CHILD.stop()
    assert not equivalent("x+" * 600 + "1", "1+" + "x+" * 599 + "x", "expression")
    assert math_check._CHILD.process is None
