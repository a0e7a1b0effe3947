"""Locks this process for good: limits, then files, then system calls; it knows no program."""

from __future__ import annotations

import ctypes
import os
import resource

from reasoning_chains.sandbox.landlock import limit_files
from reasoning_chains.sandbox.seccomp import limit_calls

__all__ = ["close_all_but", "limit_resources", "lock"]

_DIE_WITH_PARENT, _SIGKILL = 1, 9
_MOST_FILES = 64


def limit_resources(memory: int, cpu_seconds: int | None) -> None:
    """Set limits of memory (bytes of address space) and CPU, and forbid files to write and cores.

    At `cpu_seconds` the system ends the process by a signal that it cannot catch. Without them it
    is a worker, which runs many programs and starts a thread.
    """
    if cpu_seconds is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_MOST_FILES, _MOST_FILES))
    if hasattr(resource, "RLIMIT_MEMLOCK"):
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, 0))


def close_all_but(highest: int) -> None:
    """Close every file descriptor above `highest`."""
    os.closerange(highest + 1, 1 << 16)


def lock(rights: dict[str, int], *, worker: bool = False) -> None:
    """Shut this process off for good, as `limit_files` and `limit_calls` tell.

    A child dies with the thread that started it, lest a program outlive the one who would stop it;
    a worker serves many threads, and ends with its input.

    Raises:
        OSError: A wall could not be put up; nothing may be run then.
    """
    if not worker:
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, _SIGKILL, 0, 0, 0)
    limit_files(rights)
    limit_calls(worker=worker)
