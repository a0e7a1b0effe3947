"""What this machine offers to lock a process with; it locks nothing."""

from __future__ import annotations

import os
import sys
from functools import cache

from reasoning_chains.errors import SandboxUnavailable

__all__ = ["lacking", "need_kernel"]


def lacking(system: str, machine: str, landlock: int, seccomp: bool) -> str:
    """Name the first thing that tier 2 needs and that is not there, or give an empty text.

    Args:
        system: As `sys.platform` says it.
        machine: As `uname -m` says it.
        landlock: The version of Landlock, 0 for none.
        seccomp: Whether the kernel filters system calls.
    """
    from reasoning_chains.sandbox.syscalls import MACHINES

    if system != "linux":
        return f"Linux (this is {system})"
    if machine not in MACHINES or sys.maxsize < 1 << 32:
        bits = "64" if sys.maxsize > 1 << 32 else "32"
        return f"a 64-bit Python on {' or '.join(MACHINES)} (this is {bits}-bit on {machine})"
    if not landlock:
        return "Landlock (Linux 5.13 or later, with landlock among the security modules)"
    return "" if seccomp else "seccomp filters (a kernel with CONFIG_SECCOMP_FILTER)"


@cache
def _here() -> str:
    if sys.platform != "linux":
        return lacking(sys.platform, "", 0, False)
    from reasoning_chains.sandbox.landlock import landlock_version
    from reasoning_chains.sandbox.seccomp import knows_seccomp

    return lacking("linux", os.uname().machine, landlock_version(), knows_seccomp())


def need_kernel() -> None:
    """Raise where a CPython child cannot be locked.

    Raises:
        SandboxUnavailable: It names what is missing.
    """
    if missing := _here():
        raise SandboxUnavailable("the locked CPython child (python='cpython')", missing)


def two_walls() -> bool:
    """Tell whether a Monty worker can be locked by the kernel as well."""
    return not _here()
