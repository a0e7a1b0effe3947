"""Builds and sets the filter of system calls of this process; it knows no files and no limits."""

from __future__ import annotations

import ctypes
import os
import struct
from functools import cache

from reasoning_chains.sandbox.syscalls import (
    ARCHITECTURES,
    COMPUTING,
    LOCKING,
    MACHINES,
    SPECIAL,
)

__all__ = ["knows_seccomp", "limit_calls", "program_of_calls"]

_KILL, _ERROR, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_EPERM, _ENOSYS = 1, 38
_LOAD, _SAME, _AT_LEAST, _BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_X32 = 0x40000000
_THREAD = 0x00010000  # CLONE_THREAD: a thread dies with its process, a child process need not
_HARMLESS_FCNTL = (0, 1, 2, 3, 1030)
"""F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC.

The others are refused: F_SETOWN with F_SETSIG and O_ASYNC sends any signal to any process.
"""
_SET_FILTER, _ASK_ACTION = 1, 2
_NO_NEW_PRIVILEGES = 38

_Line = tuple[int, int, int, int]


def program_of_calls(machine: str, *, worker: bool) -> bytes:
    """Write the filter for a machine as the kernel reads it.

    Args:
        machine: A name of `MACHINES`.
        worker: Whether the process becomes a Monty worker: it starts that program once, and one
            thread. Landlock says which program.
    """
    column = MACHINES[machine]
    lines: list[_Line] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_SAME, 1, 0, ARCHITECTURES[column]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _KILL),
    ]
    for numbers in COMPUTING.values():
        number = numbers[column]
        if number is not None:
            lines += [(_SAME, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    for name, body in _special(worker).items():
        lines += [(_SAME, 0, len(body), SPECIAL[name][column]), *body]
    lines.append((_RETURN, 0, 0, _ERROR | _EPERM))
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def _special(worker: bool) -> dict[str, list[_Line]]:
    """Write what is done with each call whose arguments matter; every body ends in a return."""
    allowed, refused = (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _ERROR | _EPERM)
    commands = [line for number in _HARMLESS_FCNTL for line in ((_SAME, 0, 1, number), allowed)]
    reading = [  # prlimit64 with no new limit
        (_LOAD, 0, 0, _ARGUMENTS + 2 * 8),
        (_SAME, 0, 3, 0),
        (_LOAD, 0, 0, _ARGUMENTS + 2 * 8 + 4),
        (_SAME, 0, 1, 0),
        allowed,
        refused,
    ]
    threads = [(_LOAD, 0, 0, _ARGUMENTS), (_BITS, 0, 1, _THREAD), allowed, refused]
    return {
        "fcntl": [(_LOAD, 0, 0, _ARGUMENTS + 8), *commands, refused],
        "prlimit64": reading,
        "clone": threads if worker else [refused],
        "clone3": [(_RETURN, 0, 0, _ERROR | _ENOSYS)],  # its flags lie where no filter can look
        "execve": [allowed] if worker else [refused],
    }


def knows_seccomp() -> bool:
    """Tell whether this kernel can refuse system calls."""
    column = MACHINES.get(os.uname().machine)
    if column is None:
        return False
    action = ctypes.c_uint32(_KILL)
    return not _libc().syscall(LOCKING["seccomp"][column], _ASK_ACTION, 0, ctypes.byref(action))


def limit_calls(*, worker: bool) -> None:
    """Refuse this process and its descendants, for good, every call that is not in the tables.

    Raises:
        OSError: The kernel did not take the filter.
    """
    machine = os.uname().machine
    written = program_of_calls(machine, worker=worker)
    lines = ctypes.create_string_buffer(written, len(written))
    head = struct.pack("@HP", len(written) // 8, ctypes.addressof(lines))
    libc = _libc()
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "no_new_privs was refused")
    number = LOCKING["seccomp"][MACHINES[machine]]
    if libc.syscall(number, _SET_FILTER, 0, ctypes.create_string_buffer(head, len(head))):
        raise OSError(ctypes.get_errno(), "the seccomp filter was refused")


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
