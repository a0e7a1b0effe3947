"""Asks a child process with math-verify whether formulas are equal; it evaluates nothing."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess

__all__ = ["LARGEST", "SECONDS", "same_by_math"]

LARGEST = 1_024  # bytes of one formula; sympy's work on longer ones is out of proportion
SECONDS = 2.0  # for one comparison; then the child is killed, and the formulas are not equal
_START_SECONDS = 60.0  # loading sympy takes a second, on a busy machine many
_MOST_COMPARISONS = 500  # then a fresh child: sympy's caches grow


def same_by_math(a: str, b: str) -> bool:
    """Tell whether math-verify finds two formulas equal; `False` where it is not installed.

    One child is kept while there is work, for starting one costs a second; it gets no environment,
    ends when idle for 30 seconds or with this process, and is replaced after a time-out.
    """
    if max(len(a.encode(errors="replace")), len(b.encode(errors="replace"))) > LARGEST:
        return False
    folder = _folder()
    return folder is not None and _CHILD.ask(folder, a, b)


@cache
def _folder() -> str | None:
    """Find where math-verify is installed without loading it."""
    import importlib.util
    from pathlib import Path

    found = importlib.util.find_spec("math_verify")
    return None if found is None or found.origin is None else str(Path(found.origin).parent.parent)


class _Child:
    """The one child process of this process, and the turn to use it."""

    __slots__ = ("asked", "owner", "process", "turn")

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.owner = self.asked = 0
        self.turn = threading.Lock()

    def ask(self, folder: str, a: str, b: str) -> bool:
        """Compare two formulas; anything but an answer in time is `False`."""
        import json

        with self.turn:
            for _ in range(2):  # a child that went idle is found out by asking it
                fresh = self._ready(folder)
                if self.process is None:
                    return False
                self.asked += 1
                answer = self._exchange(json.dumps([a, b]), SECONDS)
                if answer in ("true", "false"):
                    return answer == "true"
                gone_before = self.process is not None and not fresh and answer == "gone"
                self.stop()
                if not gone_before:
                    return False
        return False

    def _ready(self, folder: str) -> bool:
        """Start a child where none is alive; tell whether it is a fresh one."""
        if self.owner != os.getpid():
            self.process = None  # a fork's parent owns that child
        if (
            self.process is not None
            and self.process.poll() is None
            and self.asked < _MOST_COMPARISONS
        ):
            return False
        self.stop()
        self._start(folder)
        if self._exchange("", _START_SECONDS) != "ready":
            self.stop()
        return True

    def _start(self, folder: str) -> None:
        import atexit
        import subprocess
        from pathlib import Path

        program = str(Path(__file__).with_name("math_child.py"))
        root = {"SYSTEMROOT": os.environ.get("SYSTEMROOT", "")} if os.name == "nt" else {}
        self.process = subprocess.Popen(
            [sys.executable, "-I", program, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=root,
            cwd=os.sep,
        )
        self.owner, self.asked = os.getpid(), 0
        atexit.unregister(self.stop)
        atexit.register(self.stop)

    def _exchange(self, line: str, seconds: float) -> str:
        """Send a line and read one; a timer kills the child, which ends the reading."""
        process = self.process
        if process is None or process.stdin is None or process.stdout is None:
            return "gone"
        late = threading.Event()

        def kill() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(seconds, kill)
        timer.daemon = True
        timer.start()
        try:
            if line:
                process.stdin.write(line.encode() + b"\n")
                process.stdin.flush()
            answer = process.stdout.readline(64).decode().strip()
        except OSError:  # a broken pipe: the child ended by itself
            answer = ""
        finally:
            timer.cancel()
        return answer or ("late" if late.is_set() else "gone")

    def stop(self) -> None:
        """End the child and wait for it, so that nothing stays behind."""
        process, self.process = self.process, None
        if process is None or self.owner != os.getpid():
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what was not sent cannot reach the dead
                    pipe.close()
        process.wait()


_CHILD = _Child()
