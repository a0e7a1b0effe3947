"""Tier 2: runs a program in a CPython child that the kernel has locked; Linux only."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reasoning_chains.errors import SandboxUnavailable
from reasoning_chains.sandbox.child import LOCKED
from reasoning_chains.sandbox.kernel import need_kernel
from reasoning_chains.sandbox.limits import Limits
from reasoning_chains.sandbox.program import Program
from reasoning_chains.sandbox.result import Result, Status
from reasoning_chains.sandbox.stopping import Stop
from reasoning_chains.sandbox.telling import cut, passed, told, value_of

__all__ = ["run_in_cpython"]

_WHAT = "the locked CPython child (python='cpython')"
_START_SECONDS = 60.0  # for the interpreter to start and lock itself, on a machine however busy
_PIECE = 1 << 16
_CPU_SIGNALS = {-signal.Signals(number).value for number in (24, 27)}  # SIGXCPU, SIGPROF
_FLAGS = ("-I", "-S", "-B", "-X", "utf8")


@dataclass(slots=True)
class _Heard:
    """What a child said on its two pipes, why the listening ended, and by when it must."""

    end: float
    printed: bytearray = field(default_factory=bytearray)
    message: bytearray = field(default_factory=bytearray)
    status: Status = "ok"
    began: bool = False

    def left(self, wall_seconds: float) -> float:
        """Give the seconds that are left; the program's own begin when the child is locked."""
        if not self.began and self.message.startswith(LOCKED):
            self.began, self.end = True, time.monotonic() + wall_seconds
        return max(self.end - time.monotonic(), 0.0)


def run_in_cpython(program: Program, limits: Limits, stop: Stop) -> Result:
    """Run a program in a fresh child, which is gone afterwards whatever it did.

    Raises:
        SandboxUnavailable: The machine lacks what locks the child.
    """
    need_kernel()
    start = time.monotonic()
    given = {
        "code": program.code,
        "inputs": json.loads(program.inputs),
        "cpu": limits.cpu_seconds,
        "memory": limits.memory_mb << 20,
        "output": limits.output_bytes,
    }
    try:
        child = _started(json.dumps(given).encode())
    except OSError as error:
        raise SandboxUnavailable(_WHAT, f"a child, which did not start ({error})") from error
    try:
        with stop.reaching(child.kill):
            heard = _listened(child, limits, _Heard(start + _START_SECONDS))
            code = _ended(child, heard, limits)
    finally:
        _finish(child)
    return _result(program, limits, heard, code, time.monotonic() - start)


def _started(given: bytes) -> subprocess.Popen[bytes]:
    """Start a child that has nothing of this process: no environment, no file, no terminal."""
    with os.fdopen(os.memfd_create("program"), "wb+") as told_it:
        told_it.write(given)
        told_it.seek(0)
        return subprocess.Popen(
            [
                str(Path(sys.executable).resolve()),
                *_FLAGS,
                str(Path(__file__).with_name("child.py")),
                str(Path(__file__).parents[2]),
            ],
            stdin=told_it,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={},
            cwd="/",
            start_new_session=True,
        )


def _listened(child: subprocess.Popen[bytes], limits: Limits, heard: _Heard) -> _Heard:
    """Read both pipes until they close, too much comes, or the time is over."""
    most_told = 8 * limits.output_bytes + _PIECE
    with selectors.DefaultSelector() as pipes:
        for pipe, told_in in ((child.stdout, heard.printed), (child.stderr, heard.message)):
            if pipe is not None:
                pipes.register(pipe, selectors.EVENT_READ, told_in)
        while pipes.get_map():
            left = heard.left(limits.wall_seconds)
            ready = pipes.select(left)
            if not ready or not left:
                heard.status = "timeout"
                return heard
            for key, _ in ready:
                piece = os.read(key.fd, _PIECE)
                if not piece:
                    pipes.unregister(key.fileobj)
                key.data.extend(piece)
                if len(heard.printed) > limits.output_bytes or len(heard.message) > most_told:
                    heard.status = "output"
                    return heard
    return heard


def _ended(child: subprocess.Popen[bytes], heard: _Heard, limits: Limits) -> int:
    """Give the child's exit code; one that shut its pipes and goes on has its time, and no more."""
    if heard.status != "ok" or len(heard.message) > len(LOCKED):
        return 0
    try:
        return child.wait(heard.left(limits.wall_seconds))
    except subprocess.TimeoutExpired:
        heard.status = "timeout"
        return 0


def _finish(child: subprocess.Popen[bytes]) -> None:
    """End the child; it can have started no other process."""
    child.kill()
    for pipe in (child.stdout, child.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    child.wait()


def _result(program: Program, limits: Limits, heard: _Heard, code: int, seconds: float) -> Result:
    """Make of what was heard what it means; nothing that the child says is believed unread."""
    printed = heard.printed[: limits.output_bytes].decode(errors="replace")
    said = _locked(heard, code)
    message = _read(said) if heard.status == "ok" else {}
    status, value, error = heard.status, None, ""
    if status == "ok" and not message:
        status, error = _died(said, code, seconds, limits)
    elif status == "ok" and (
        "long" in message or len(str(message.get("value"))) > limits.output_bytes
    ):
        status = "output"
    elif status == "ok" and message.get("error"):
        line = message.get("line")
        error = told(str(message["error"]), line if isinstance(line, int) else 0, program.code)
        status = "memory" if error.startswith("MemoryError") else "error"
        error = passed("memory", limits) if status == "memory" else error
    elif status == "ok":
        try:
            value = value_of(str(message.get("value", "")))
        except ValueError as wrong:
            status, error = "error", f"the value cannot be read: {wrong}"
    if status in ("timeout", "output"):
        error = passed(status, limits)
    return Result(printed, value, status, "cpython", error, seconds)


def _died(said: bytes, code: int, seconds: float, limits: Limits) -> tuple[Status, str]:
    """Say why a child ended without a message."""
    if code in _CPU_SIGNALS or (code == -signal.SIGKILL and seconds >= limits.cpu_seconds):
        return "timeout", ""
    if said:
        return "crashed", told("the program broke its interpreter's report", 0, "")
    ended = f"by signal {-code}" if code < 0 else f"with exit code {code}"
    return "crashed", f"{passed('crashed', limits)}: it ended {ended}"


def _read(message: bytes) -> dict[str, Any]:
    """Read the child's message; anything but one JSON object is none."""
    try:
        read = json.loads(message)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def _locked(heard: _Heard, code: int) -> bytes:
    """Give what the child said after it was locked; only it can have written the first words.

    Raises:
        SandboxUnavailable: The child could not start, or not lock itself, and has run nothing.
    """
    said = bytes(heard.message)
    killed = code < 0 and code != -signal.SIGSYS  # from outside, as when it is cancelled
    if said.startswith(LOCKED) or heard.status == "output" or killed:
        return said.removeprefix(LOCKED)
    lines = said.decode(errors="replace").strip().splitlines() or ["it said nothing"]
    raise SandboxUnavailable(_WHAT, f"a child that locks itself; it did not: {cut(lines[-1], 300)}")
