"""Tier 1: runs a program in a Monty worker, another interpreter in another process."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from reasoning_chains.sandbox.ending import marked
from reasoning_chains.sandbox.gaps import is_gap
from reasoning_chains.sandbox.helper import run_by_helper
from reasoning_chains.sandbox.inside import for_monty
from reasoning_chains.sandbox.limits import Limits
from reasoning_chains.sandbox.program import Program
from reasoning_chains.sandbox.result import Result, Status
from reasoning_chains.sandbox.stopping import Stop
from reasoning_chains.sandbox.telling import passed, told, value_of
from reasoning_chains.sandbox.workers import forked, killer, workers

if TYPE_CHECKING:
    from pydantic_monty import MontyRuntimeError, MontySession, MontySyntaxError

__all__ = ["run_in_monty"]

_INSIDE = "<string>"
_SHORT = """
import json
def ended(names):
    return json.dumps(names["answer"])
"""
"""In place of `plain.py` where the program is our own, and ends with a text."""
_RUN = """
__names = {{"__name__": "__main__"}}
__names.update(__inputs)
exec(__code, __names)
f"{{ended(__names)!s:.{longest}}}"
"""
"""The value crosses as a text of bounded length: no list of a program's is built in the host."""


@dataclass(slots=True)
class _Printed:
    """What a program prints, up to a number of bytes; then it is stopped."""

    most: int
    stop: Stop
    pieces: list[str] = field(default_factory=list)
    size: int = 0
    over: bool = False
    started: float = field(default_factory=time.monotonic)

    def __call__(self, stream: str, text: str) -> None:
        """Take a piece of what was printed; messages beside the output count, and are dropped."""
        if self.over:
            return
        self.size += len(text.encode(errors="replace"))
        if stream == "stdout":
            self.pieces.append(text)
        if self.size > self.most:
            self.over = True
            self.stop.kill()

    @property
    def text(self) -> str:
        """What was printed, cut to its limit."""
        whole = "".join(self.pieces).encode(errors="replace")
        return whole[: self.most].decode(errors="ignore")


def run_in_monty(program: Program, limits: Limits, stop: Stop) -> tuple[Result, bool]:
    """Run a program; tell too whether Monty cannot run it although CPython may.

    Raises:
        SandboxUnavailable: There is no worker here.
    """
    if forked():
        return run_by_helper(program, limits, stop)
    workers()
    start = time.monotonic()
    result, gap = Result(), False
    for code in ("" if program.sets_answer else marked(program.code), program.code):
        if code:
            result, gap, parsed = _once(program, code, limits, stop)
            if parsed:
                break
    return replace(result, tier="monty", seconds=time.monotonic() - start), gap


def _once(program: Program, code: str, limits: Limits, stop: Stop) -> tuple[Result, bool, bool]:
    """Run a program's text in a fresh session; tell whether it is a gap, and was parsed."""
    from pydantic_monty import (
        MontyCrashedError,
        MontyError,
        MontyRuntimeError,
        MontySyntaxError,
    )

    printed = _Printed(limits.output_bytes, stop)
    try:
        text = _feed(replace(program, code=code), limits, stop, printed)
    except (MontyRuntimeError, MontySyntaxError) as error:
        return _raised(error, program.code, limits, printed)
    except MontyCrashedError:
        late = time.monotonic() - printed.started >= _seconds(limits)
        status: Status = "output" if printed.over else "timeout" if late else "crashed"
        return Result(printed.text, None, status, error=passed(status, limits)), False, True
    except MontyError as error:
        return Result(printed.text, None, "crashed", error=told(str(error), 0, "")), False, True
    return _valued(text, limits, printed), False, True


def _feed(program: Program, limits: Limits, stop: Stop, printed: _Printed) -> Any:
    """Give a worker the program and wait for what comes of it."""
    session = workers().checkout(
        limits={
            "max_feed_duration_secs": _seconds(limits),
            "max_memory": limits.memory_mb << 20,
        },
        os_policy={"sleep": "zero"},
    )
    with session:
        kill, close = killer(session.worker_pid)
        try:
            with stop.reaching(kill):
                printed.started = time.monotonic()  # it may have waited for a worker
                return _fed(session, program, limits, printed)
        finally:
            close()


def _fed(session: MontySession, program: Program, limits: Limits, printed: _Printed) -> Any:
    return session.feed_run(
        (_SHORT if program.sets_answer else for_monty("plain.py"))
        + _RUN.format(longest=limits.output_bytes + 1),
        inputs={"__code": program.code, "__inputs": json.loads(program.inputs)},
        print_callback=printed,
    )


def _valued(text: Any, limits: Limits, printed: _Printed) -> Result:
    """Read what came of a program that ran to its end."""
    if printed.over or not isinstance(text, str) or len(text) > limits.output_bytes:
        return Result(printed.text, None, "output", error=passed("output", limits))
    try:
        return Result(printed.text, value_of(text))
    except ValueError as error:
        return Result(printed.text, None, "error", error=f"the value cannot be read: {error}")


def _raised(
    error: MontyRuntimeError | MontySyntaxError, code: str, limits: Limits, printed: _Printed
) -> tuple[Result, bool, bool]:
    """Read what came of a program that raised, was stopped, or could not be parsed."""
    from pydantic_monty import MontySyntaxError

    said = error.display("type-msg")
    frames = error.traceback()
    lines = [frame.line for frame in frames if frame.filename == _INSIDE]
    said, line = _placed(said, lines[-1] if lines else 0)
    status: Status = "output" if printed.over else _status(said, bool(lines))
    if status != "error":
        return Result(printed.text, None, status, error=passed(status, limits)), False, True
    result = Result(printed.text, None, "error", error=told(said, line, code))
    source = code.split("\n")[max(line - 1, 0) :][:1]
    parsed = bool(lines) or not isinstance(error, MontySyntaxError)
    return result, is_gap(said, *source), parsed


def _placed(said: str, line: int) -> tuple[str, int]:
    """Take the place out of the message of an error of syntax, which is in no frame."""
    before, found, after = said.rpartition(f" ({_INSIDE}, line ")
    number = after.removesuffix(")")
    return (before, int(number)) if found and number.isdecimal() else (said, line)


def _status(said: str, placed: bool) -> Status:
    if said.startswith("MemoryError"):
        return "memory"
    return "timeout" if said.startswith("TimeoutError: feed time") and not placed else "error"


def _seconds(limits: Limits) -> float:
    return min(limits.cpu_seconds, limits.wall_seconds)
