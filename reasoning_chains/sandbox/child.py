"""The program of the CPython child: it locks itself, then runs what it was given, once.

It is started as `python -I -S -B -X utf8 child.py ROOT`, ROOT being where this package lies, with
an empty environment. On its input it is told, as JSON, the program, its inputs and its limits; the
program prints to its output, and what came of it is written as JSON where its errors would go.

This is the one place where a text becomes a running program. The import machinery does it, as with
any module, and only after the process was shut off for good: had a wall failed, it had ended.
"""

from __future__ import annotations

import ast
import json
import math
import os
import signal
import sys
from importlib.machinery import SourceFileLoader
from types import CodeType, ModuleType, TracebackType

TYPE_CHECKING = False  # without `typing`, which costs the child milliseconds
if TYPE_CHECKING:
    from typing import Any

NAME = "<program>"
LOCKED = b"locked\n"
"""What the child says when it is locked, before it runs anything."""
_TOLD = 3
_NOT_READ = {"site-packages", "dist-packages", "test", "idlelib", "ensurepip", "turtledemo"}


def main() -> None:
    """Lock this process, run the program, tell what came of it, and end."""
    given = json.loads(sys.stdin.buffer.read())
    encode = _locked(sys.argv[1], given)
    module = ModuleType("__main__")
    vars(module).update(given["inputs"])
    vars(module)["exit"] = vars(module)["quit"] = sys.exit
    sys.modules["__main__"] = module
    sys.argv = [""]
    caught = _Caught()
    text = "null"
    with caught:
        _Program(given["code"]).exec_module(module)
    if not caught.error:
        with caught:
            text = encode(vars(module))
    with _Caught():
        sys.stdout.flush()
    _tell({"error": caught.error, "line": caught.line, "value": text}, given["output"])


class _Program(SourceFileLoader):
    """A module whose text came by itself, not from a file."""

    def __init__(self, code: str) -> None:
        super().__init__("__main__", NAME)
        self.code = code

    def get_code(self, fullname: str) -> CodeType | None:
        """Compile the text; the value of its last expression is kept as `__value__`."""
        tree = ast.parse(self.code, NAME)
        if tree.body and isinstance(tree.body[-1], ast.Expr):
            last = tree.body[-1]
            kept = ast.Assign([ast.Name("__value__", ast.Store())], last.value)
            tree.body[-1] = ast.fix_missing_locations(ast.copy_location(kept, last))
        return self.source_to_code(tree, NAME)


class _Caught:
    """Keeps whatever is raised within a block, and lets nothing out."""

    def __init__(self) -> None:
        self.error, self.line = "", 0

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if kind is not None and not (kind is SystemExit and _exited_well(value)):
            self.error = kind.__name__
            while trace is not None:
                inside = trace.tb_frame.f_code.co_filename == NAME
                self.line = trace.tb_lineno if inside else self.line
                trace = trace.tb_next
            self.line = _line_of(value) or self.line
            with _Caught():  # its message may raise again
                message = f"{value.msg if isinstance(value, SyntaxError) else value!s:.2000}"
                self.error += f": {message}" if message else ""
        return True


def _exited_well(value: object) -> bool:
    return getattr(value, "code", None) in (None, 0)


def _line_of(value: object) -> int:
    """Give the line of an error of syntax in the program itself."""
    line = value.lineno if isinstance(value, SyntaxError) and value.filename == NAME else 0
    return line if isinstance(line, int) else 0


def _locked(root: str, given: dict[str, Any]) -> Any:
    """Take what is needed from this package, lock the process, and give what writes values."""
    sys.path.append(root)
    from reasoning_chains.sandbox.landlock import LIST, READ
    from reasoning_chains.sandbox.lock import close_all_but, limit_resources, lock
    from reasoning_chains.sandbox.plain import ended

    sys.path.remove(root)
    sys.path_importer_cache.pop(root, None)
    for name in [name for name in sys.modules if name.startswith("reasoning_chains")]:
        del sys.modules[name]
    os.dup2(2, _TOLD)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 2)
    close_all_but(_TOLD)
    sys.stdout.reconfigure(errors="replace", line_buffering=True)  # type: ignore[union-attr]
    try:
        limit_resources(_size() + given["memory"], math.ceil(given["cpu"] + _used()))
        signal.setitimer(signal.ITIMER_PROF, given["cpu"])
        lock(dict.fromkeys(_readable(), READ | LIST))
    except (OSError, ValueError) as error:
        os.write(_TOLD, f"a wall is missing: {error}".encode())
        os._exit(1)
    os.write(_TOLD, LOCKED)
    return ended


def _readable() -> list[str]:
    """List what may be read: the standard library, without what was installed into it."""
    library = os.path.dirname(os.__file__)  # noqa: PTH120  # pathlib costs milliseconds
    with os.scandir(library) as entries:
        inside = [entry.path for entry in entries if entry.name not in _NOT_READ]
    return [*inside, *(path for path in sys.path if path.endswith("lib-dynload"))]


def _size() -> int:
    """Tell how many bytes of addresses this process has."""
    with open("/proc/self/statm", encoding="ascii") as pages:  # noqa: PTH123
        return int(pages.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def _used() -> float:
    times = os.times()
    return times.user + times.system


def _tell(message: dict[str, Any], longest: int) -> None:
    """Write what came of the program, and end without running anything more of it."""
    if len(message.get("value", "")) > longest:
        message = {"long": True}
    left = json.dumps(message).encode()
    while left:
        left = left[os.write(_TOLD, left) :]
    os._exit(0)


if __name__ == "__main__":
    main()
