"""Becomes a Monty worker behind the kernel's wall; it reads no program.

A pool of workers starts its workers itself. It is given a small script that runs this in a fresh
interpreter, where nothing of the application is in memory; then the worker takes its place.
"""

from __future__ import annotations

import os

from reasoning_chains.sandbox.landlock import EXECUTE, LIST, READ
from reasoning_chains.sandbox.lock import close_all_but, limit_resources, lock

__all__ = ["SCRIPT", "launch"]

SCRIPT = """#!{python} -ISB
import sys
sys.path.append({root!r})
from reasoning_chains.sandbox.launcher import launch
launch({worker!r}, sys.argv[1:])
"""
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/nix/store", "/etc/ld.so.cache")
_MEMORY = 16 << 30  # of addresses; each run's own limit is kept by Monty


def launch(worker: str, arguments: list[str]) -> None:
    """Lock this process and become the worker; where a wall cannot be put up, end."""
    close_all_but(2)
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 2)
    os.close(silent)
    limit_resources(_MEMORY, None)
    rights = dict.fromkeys(_LIBRARIES, EXECUTE | READ | LIST)
    lock({**rights, worker: EXECUTE | READ}, worker=True)
    os.execve(worker, [worker, *arguments], {})
