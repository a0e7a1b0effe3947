"""Runs a program in the tier that can; it knows not how a tier works."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

from reasoning_chains.errors import UnknownName, wanted
from reasoning_chains.sandbox.limits import Limits
from reasoning_chains.sandbox.program import Program, program
from reasoning_chains.sandbox.result import Result
from reasoning_chains.sandbox.stopping import Stop

__all__ = ["Python", "arun", "run"]

Python: TypeAlias = Literal["auto", "monty", "cpython"]
_MOST_AT_ONCE = 16


def run(
    code: str,
    inputs: Mapping[str, Any] | None = None,
    limits: Limits | None = None,
    python: Python = "auto",
) -> Result:
    """Run a program that a model wrote, where it can do no harm.

    Args:
        code: The program. It has no files, no network, no environment, and no input.
        inputs: Plain data that the program finds as variables.
        limits: What it may use; `Limits()` unless told.
        python: `monty`, `cpython`, or `auto`: Monty first, and CPython for exactly what Monty
            cannot run.

    Raises:
        SandboxUnavailable: The machine lacks what a tier needs.
        UserMistake: Inputs or limits are not as told above.

    >>> run("sum(numbers) / len(numbers)", {"numbers": [1, 2, 6]}).value
    3.0
    """
    return _Job(program(code, inputs), _checked(limits), _tier(python), Stop()).done()


async def arun(
    code: str,
    inputs: Mapping[str, Any] | None = None,
    limits: Limits | None = None,
    python: Python = "auto",
) -> Result:
    """Run a program as `run` does, beside the event loop; when cancelled, what runs is killed."""
    job = _Job(program(code, inputs), _checked(limits), _tier(python), Stop())
    work = asyncio.get_running_loop().run_in_executor(_THREADS.get(), job.done)
    try:
        return await work
    except asyncio.CancelledError:
        job.stop.now()
        raise


@dataclass(frozen=True, slots=True)
class _Job:
    """One program on its way through the tiers."""

    program: Program
    limits: Limits
    python: str
    stop: Stop

    def done(self) -> Result:
        """Run the program, wherever it can run."""
        from reasoning_chains.sandbox.cpython import run_in_cpython
        from reasoning_chains.sandbox.monty import run_in_monty

        if self.program.refusal:
            return Result(status="refused", error=self.program.refusal)
        if self.stop.stopped:
            return Result(status="refused", error="the program was cancelled before it began")
        if self.python != "cpython":
            result, gap = run_in_monty(self.program, self.limits, self.stop)
            if not gap or self.python == "monty":
                return result
        return run_in_cpython(self.program, self.limits, self.stop)


def _checked(limits: Limits | None) -> Limits:
    wanted("limits", limits, Limits, type(None))
    return limits or Limits()


def _tier(python: str) -> str:
    known = get_args(Python)
    if python not in known:
        raise UnknownName("python of the sandbox", str(python), known)
    return python


class _Threads:
    """The threads in which `arun` waits, anew in every process."""

    __slots__ = ("_pool", "_turn")

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._leave)

    def get(self) -> ThreadPoolExecutor:
        """Give the threads, made when first asked for."""
        with self._turn:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(_MOST_AT_ONCE, "reasoning_chains sandbox")
            return self._pool

    def _leave(self) -> None:
        """Forget the threads of the process that this one is a fork of."""
        self._pool, self._turn = None, threading.Lock()


_THREADS = _Threads()
