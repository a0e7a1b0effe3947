"""Asks a helper process to run programs in Monty, for a process that was forked; it runs none."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

from reasoning_chains.errors import SandboxUnavailable
from reasoning_chains.sandbox.limits import Limits
from reasoning_chains.sandbox.program import Program
from reasoning_chains.sandbox.result import Result
from reasoning_chains.sandbox.stopping import Stop
from reasoning_chains.sandbox.telling import passed

__all__ = ["run_by_helper"]

_NEEDED = ("PATH", "MONTY_BIN")


class _Helper:
    """The one helper of this process, and the turn to use it."""

    __slots__ = ("_process", "_turn")

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._leave)

    def ask(self, asked: bytes, stop: Stop) -> bytes:
        """Send a line and give the line that comes back, empty where the helper died."""
        with self._turn:
            process, greeting = self._ready()
            if process.stdin is None or process.stdout is None:
                return b""
            with stop.reaching(process.kill):
                try:
                    process.stdin.write(greeting + asked + b"\n")
                    process.stdin.flush()
                    return process.stdout.readline()
                except BrokenPipeError:
                    return b""

    def _ready(self) -> tuple[subprocess.Popen[bytes], bytes]:
        """Give the helper, and what a fresh one must be told first."""
        greeting = b""
        if self._process is None or self._process.poll() is not None:
            self.stop()
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(Path(__file__).with_name("helping.py"))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _NEEDED if name in os.environ},
            )
            atexit.register(self.stop)
            greeting = json.dumps(sys.path).encode() + b"\n"
        return self._process, greeting

    def stop(self) -> None:
        """End the helper, and its workers with it."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def _leave(self) -> None:
        """Leave the helper to the process that started it: this one is its fork."""
        if self._process is not None:
            atexit.unregister(self.stop)
            self._process.returncode = 0  # it is no child of this process
        self._process, self._turn = None, threading.Lock()


_HELPER = _Helper()


def run_by_helper(program: Program, limits: Limits, stop: Stop) -> tuple[Result, bool]:
    """Run a program as `run_in_monty` does, in the helper.

    Raises:
        SandboxUnavailable: There is no worker there either.
    """
    asked = json.dumps([asdict(program), asdict(limits)]).encode()
    answer = _HELPER.ask(asked, stop)
    if not answer:
        return Result(status="crashed", tier="monty", error=passed("crashed", limits)), False
    told: dict[str, Any] = json.loads(answer)
    if "missing" in told:
        raise SandboxUnavailable(*told["missing"])
    return Result(**told["result"]), told["gap"]
