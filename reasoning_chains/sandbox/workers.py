"""Keeps a few Monty workers ready for this process; it knows no program."""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from reasoning_chains.errors import SandboxUnavailable
from reasoning_chains.sandbox.kernel import two_walls
from reasoning_chains.sandbox.launcher import SCRIPT

if TYPE_CHECKING:
    from pydantic_monty import Monty

    from reasoning_chains.sandbox.folder import Folder

__all__ = ["GRACE", "forked", "killer", "workers"]

GRACE = 0.5
"""Seconds after its time-out that a worker is given to stop by itself, before it is killed."""
_MOST = 4
_WHAT = "the Monty interpreter (python='monty' and the calculator)"


class _Workers:
    """The one pool of this process, and the turn to start it."""

    __slots__ = ("_folder", "_pool", "_turn", "left")

    def __init__(self) -> None:
        self._pool: Monty | None = None
        self._folder: Folder | None = None
        self.left = False
        self._turn = threading.Lock()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._leave)

    def get(self) -> Monty:
        """Give the pool, started by the first who asks."""
        with self._turn:
            if self._pool is None:
                self._pool = self._start()
                atexit.register(self.stop)
            return self._pool

    def _start(self) -> Monty:
        from pydantic_monty import Monty, MontyError

        most = max(2, min(_MOST, os.cpu_count() or 1))
        pool = None
        try:
            pool = Monty(
                binary_path=self._program(),
                min_processes=1,
                max_processes=most,
                feed_duration_limit_grace=GRACE,
            ).__enter__()
            with pool.checkout() as session:  # a worker that cannot lock itself ends at once
                session.feed_run("1")
            return pool
        except (MontyError, OSError, RuntimeError) as error:
            if pool is not None:
                pool.__exit__(None, None, None)
            self._tidy()
            raise SandboxUnavailable(_WHAT, f"a worker, which did not start ({error})") from error

    def _program(self) -> Path:
        """Give the worker's program, behind a script that locks it where the kernel can."""
        from pydantic_monty._binary import find_monty_binary

        try:
            worker = find_monty_binary()
        except FileNotFoundError as error:
            missing = "its worker program: pip install pydantic-monty"
            raise SandboxUnavailable(_WHAT, missing) from error
        if not two_walls():
            return Path(worker)
        from reasoning_chains.sandbox.folder import Folder

        self._folder = Folder()
        python = self._folder.path / "python"
        python.symlink_to(Path(sys.executable).resolve())
        script = self._folder.path / "monty"
        text = SCRIPT.format(
            python=python,
            root=str(Path(__file__).parents[2]),
            worker=str(Path(worker).resolve()),
        )
        script.write_text(text, encoding="utf-8")
        script.chmod(0o700)
        return script

    def stop(self) -> None:
        """End the workers, so that nothing stays behind."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.__exit__(None, None, None)
        self._tidy()

    def _tidy(self) -> None:
        folder, self._folder = self._folder, None
        if folder is not None:
            folder.remove()

    def _leave(self) -> None:
        """Leave the workers to the process that started them: this one is its fork."""
        if self._pool is not None:
            self.left = True
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._pool))  # its end would end workers
            atexit.unregister(self.stop)
        self._pool = self._folder = None
        self._turn = threading.Lock()


_WORKERS = _Workers()


def workers() -> Monty:
    """Give this process's pool of workers.

    Raises:
        SandboxUnavailable: There is no worker here, or it does not start.
    """
    try:
        return _WORKERS.get()
    except ImportError as error:
        missing = f"the package pydantic-monty ({error}): pip install pydantic-monty"
        raise SandboxUnavailable(_WHAT, missing) from error


def forked() -> bool:
    """Tell whether this process is a fork of one whose workers it cannot use.

    Their client keeps threads of its own, which a fork does not have: it would wait for ever.
    """
    return _WORKERS.left


def killer(process: int | None) -> tuple[Callable[[], None], Callable[[], None]]:
    """Give what kills a process and what closes that, sure to hit no later one of its number."""
    if process is None:
        return (lambda: None), (lambda: None)
    try:
        handle = os.pidfd_open(process)
    except (AttributeError, OSError):
        return (lambda: _kill(process)), (lambda: None)

    def kill() -> None:
        with contextlib.suppress(OSError):
            signal.pidfd_send_signal(handle, signal.SIGKILL)

    return kill, lambda: os.close(handle)


def _kill(process: int) -> None:
    with contextlib.suppress(OSError):
        os.kill(process, signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
