"""The child process's program, comparing formulas by math-verify; it knows no other module.

It is started as `python -I math_child.py FOLDER`, FOLDER being where math-verify is installed, and
answers each line `[a, b]` on its input with `true` or `false`. It ends with its input, or when
idle. What guards it: LaTeX extraction only; sympy's `parse_expr`, which is `eval`, is replaced
before anything is read; files to write, processes and sockets end it at once.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn

IDLE_SECONDS = 30
_LONGEST_NUMERAL = 1_000
_DELIMITERS = ("$", "\\(", "\\[", "\\boxed")
_WARMING = (
    ("x=1,2", "\\{1, 2\\}"),
    ("1 < x \\le 2", "x \\in (1, 2]"),
    ("\\frac{\\sqrt{8}}{2}", "\\sqrt{2} \\text{ cm}"),
    ("(x+1)^2", "x^2 + 2x + 1.0"),
    ("\\begin{pmatrix} 1 & 2 \\end{pmatrix}", "50\\%"),
)
_MEMORY = 2 << 30
_REFUSED = ("subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "pty.")
_REFUSED_TOO = ("socket.", "ctypes.", "shutil.", "os.remove", "os.rename", "os.mkdir", "os.kill")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def main() -> None:
    """Serve comparisons until the input ends."""
    sys.dont_write_bytecode = True
    if len(sys.argv) > 1 and sys.argv[1] not in sys.path:
        sys.path.append(sys.argv[1])
    compare = _comparison()
    _limit()
    sys.addaudithook(_guard)
    print("ready", flush=True)  # noqa: T201  # the answer to the parent, not a message
    while True:
        _alarm(IDLE_SECONDS)
        line = sys.stdin.readline()
        if not line:
            return
        _alarm(5)  # the parent kills after 2; this is for the case that it died itself
        left, right = json.loads(line)
        print(json.dumps(compare(left, right)), flush=True)  # noqa: T201


def _comparison() -> Callable[[str, str], bool]:
    """Load math-verify and give the comparison of two texts, with nothing left that evaluates one.

    The warming up loads what sympy loads late, some of which reads its own constants by
    `parse_expr`; so it comes before that function is taken away.
    """
    import math_verify

    logging.disable(logging.CRITICAL)
    config = (math_verify.LatexExtractionConfig(),)

    def read(text: str) -> Any:
        text = text if any(mark in text for mark in _DELIMITERS) else f"${text}$"
        return math_verify.parse(
            text, extraction_config=config, fallback_mode="no_fallback", parsing_timeout=None
        )

    def compare(left: str, right: str) -> bool:
        first, second = read(left), read(right)
        if not first or not second:
            return False
        pairs = ((first, second), (second, first))
        return any(math_verify.verify(*pair, timeout_seconds=None) for pair in pairs)

    for left, right in _WARMING:
        compare(left, right)
    _disarm()
    return compare


def _disarm() -> None:
    """Replace `parse_expr` wherever it is bound, and `eval` and `exec` where sympy calls them."""
    import builtins

    import math_verify.parser

    # sympy puts functions of the same names over its modules.
    sympy_parser: Any = sys.modules["sympy.parsing.sympy_parser"]
    lambdify: Any = sys.modules["sympy.utilities.lambdify"]
    original = sympy_parser.parse_expr
    for module in list(sys.modules.values()):
        for name, value in list(vars(module).items()):
            if value is original:
                setattr(module, name, _numeral)
    for name in ("eval_expr", "stringify_expr", "eval", "exec", "compile"):
        setattr(sympy_parser, name, _refuse)
        setattr(lambdify, name, _refuse)
    math_verify.parser.parse_expr_cached = _refuse
    builtins.eval = _refuse


def _numeral(text: Any, *_: Any, **__: Any) -> Any:
    """Stand in for `parse_expr`: read plain digits, as latex2sympy hands over, and no more."""
    import sympy

    digits = text.strip() if isinstance(text, str) else ""
    whole, point, decimals = digits.partition(".")
    if len(digits) > _LONGEST_NUMERAL or not (whole + decimals).isdecimal() or not digits.isascii():
        _refuse()
    return sympy.Float(digits) if point else sympy.Integer(int(digits))


def _refuse(*_: Any, **__: Any) -> NoReturn:
    raise ValueError("texts are not evaluated here")


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    """End the process before it writes a file, starts a process or opens a socket."""
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING
    if writes or event.startswith((*_REFUSED, *_REFUSED_TOO)):
        os._exit(3)


def _limit() -> None:
    if os.name == "posix":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _alarm(seconds: int) -> None:
    """Let the system end this process after some seconds, where it can."""
    if os.name == "posix":
        import signal

        signal.alarm(seconds)


if __name__ == "__main__":
    main()
