"""Shuts the files, ports and signals of the system off from this process; it knows no calls."""

from __future__ import annotations

import ctypes
import os
import struct
from functools import cache

from reasoning_chains.sandbox.syscalls import LOCKING, MACHINES

__all__ = ["EXECUTE", "LIST", "READ", "landlock_version", "limit_files"]

EXECUTE, READ, LIST = 1 << 0, 1 << 2, 1 << 3
"""Rights that a path may be given: to start a program, to read a file, to list a folder."""

_FILE_RIGHTS = (0, 13, 14, 15, 15, 16, 16, 16)
"""How many rights to files each version of Landlock knows (version 1 to 7)."""
_ASK_VERSION = 1
_NO_NEW_PRIVILEGES = 38
_BENEATH = 1


def landlock_version() -> int:
    """Tell the version of Landlock of this kernel, 0 where it has none or has it switched off."""
    column = MACHINES.get(os.uname().machine)
    if column is None:
        return 0
    number = LOCKING["landlock_create_ruleset"][column]
    return max(int(_libc().syscall(number, None, ctypes.c_size_t(0), _ASK_VERSION)), 0)


def limit_files(rights: dict[str, int]) -> None:
    """Refuse this process and its descendants every file, for good, but those beneath some paths.

    Ports are refused too from version 4 on, and from version 6 on signals and abstract sockets.

    Args:
        rights: What may be done beneath each path; a path that does not exist is left out.

    Raises:
        OSError: The kernel did not take the rules.
    """
    version = landlock_version()
    if not version:
        raise OSError("this kernel has no Landlock")
    files = (1 << _FILE_RIGHTS[min(version, len(_FILE_RIGHTS) - 1)]) - 1
    wanted = [files]
    wanted += [0b11] if version >= 4 else []
    wanted += [0b11] if version >= 6 else []
    asked = struct.pack(f"={len(wanted)}Q", *wanted)
    rules = _call("landlock_create_ruleset", asked, ctypes.c_size_t(len(asked)), 0)
    for path, allowed in rights.items():
        if os.path.exists(path):  # noqa: PTH110  # pathlib costs the child milliseconds
            _allow(rules, path, allowed & files)
    if _libc().prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "no_new_privs was refused")
    _call("landlock_restrict_self", rules, 0)
    os.close(rules)


def _allow(rules: int, path: str, allowed: int) -> None:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not os.path.isdir(path):  # noqa: PTH112
            allowed &= EXECUTE | READ
        _call("landlock_add_rule", rules, _BENEATH, struct.pack("=Qi", allowed, place), 0)
    finally:
        os.close(place)


def _call(name: str, *arguments: object) -> int:
    number = LOCKING[name][MACHINES[os.uname().machine]]
    made = int(_libc().syscall(number, *arguments))
    if made < 0:
        raise OSError(ctypes.get_errno(), f"{name} was refused")
    return made


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
