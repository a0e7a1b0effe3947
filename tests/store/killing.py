"""Kills a process that writes a store at a chosen call of the system, and looks what is left.

    python -m tests.store.killing FOLDER COUNT [SEED]

Each of COUNT children opens a store, writes groups of replies and spends from the ledger in it, and
tells what it was told to be safe. It is killed before, or behind, the n-th call that touches a file
(n goes through all of them, then begins again with other groups). Prints what was found as JSON.
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

from reasoning_chains.store.file import opened, writing
from reasoning_chains.store.rows import Row, read_reply, row_of
from reasoning_chains.store.store import insert
from reasoning_chains.types import Completion, SampleKey, Usage

ABLE = sys.platform == "linux" and platform.machine() == "x86_64"
_TRACEME, _PEEKUSER, _SYSCALL, _SETOPTIONS = 0, 3, 24, 0x4200
_SYSGOOD, _EXITKILL = 1, 0x100000
_NUMBER = 8 * 15
"""Where the number of a call stands among the registers of this machine."""
_TOUCHING = {
    1: "write",
    18: "pwrite64",
    74: "fsync",
    75: "fdatasync",
    77: "ftruncate",
    87: "unlink",
}


def _ptrace(what: int, pid: int, address: int = 0, data: int = 0) -> int:
    call = ctypes.CDLL(None, use_errno=True).ptrace
    call.restype = ctypes.c_long
    call.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    done: int = call(what, pid, address, data)
    return done


def killed_at(stop: int, work: Callable[[int], None]) -> tuple[bytes, str]:
    """Run `work` in a child, with a pipe to write to; kill it at its n-th stop.

    Gives what it wrote to the pipe, and the call at which it was killed; "" where it ended before.
    """
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        _ptrace(_TRACEME, 0)
        os.kill(os.getpid(), signal.SIGSTOP)
        work(writer)
        os._exit(0)
    os.close(writer)
    os.waitpid(pid, 0)
    _ptrace(_SETOPTIONS, pid, 0, _SYSGOOD | _EXITKILL)
    name = _walk(pid, stop)
    with os.fdopen(reader, "rb") as told:
        return told.read(), name


def _walk(pid: int, stop: int) -> str:
    seen = 0
    while True:
        _ptrace(_SYSCALL, pid)
        _, status = os.waitpid(pid, 0)
        if not os.WIFSTOPPED(status):
            assert os.WIFEXITED(status), status
            assert os.WEXITSTATUS(status) == 0
            return ""
        if os.WSTOPSIG(status) != signal.SIGTRAP | 0x80:
            continue
        number = _ptrace(_PEEKUSER, pid, _NUMBER)
        if number not in _TOUCHING:
            continue
        seen += 1
        if seen == stop:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return f"{'behind' if seen % 2 == 0 else 'before'} {_TOUCHING[number]}"


def groups(seed: int) -> list[list[tuple[SampleKey, Completion]]]:
    """Make the groups of replies that a child writes."""
    rng, made = Random(seed), []
    for group in range(4):
        size = rng.choice((1, 3, 20))
        keys = [SampleKey("b", f"d{rng.randint(0, 5)}", (seed, group, at)) for at in range(size)]
        bill = Usage(1, 1, 10, 5, 0.1)
        made.append([(key, Completion("x" * rng.randint(1, 3000), bill=bill)) for key in keys])
    return made


def written(path: Path, seed: int) -> Callable[[int], None]:
    """Give what a child does: write the groups, one by one, and spend a tenth for each."""

    def work(pipe: int) -> None:
        base = opened(path)
        for number, group in enumerate(groups(seed)):
            with writing(base):
                base.execute("INSERT OR REPLACE INTO spending VALUES ('me', ?, 0)", (number + 1,))
            rows = [row_of(key, completion) for key, completion in group]
            insert(base, rows, {row.digest: "{}" for row in rows})
            os.write(pipe, b"%d\n" % number)

    return work


@dataclass
class Found:
    """What was found behind all kills."""

    kills: int = 0
    safe_groups: int = 0
    violations: int = 0
    places: int = 0


def violations(path: Path, seed: int, safe: int) -> list[str]:
    """Look into a store whose writer was killed; `safe` groups were told to be there."""
    wrong: list[str] = []
    with closing(opened(path)) as base:
        (sound,) = base.execute("PRAGMA integrity_check").fetchone()
        if sound != "ok":
            wrong.append(f"integrity: {sound}")
        (spent,) = base.execute("SELECT total(spent) FROM spending").fetchone()
        if spent < safe:
            wrong.append(f"{spent} was written of {safe} that was spent")
        for number, group in enumerate(groups(seed)):
            there = [_is_there(base, key, completion) for key, completion in group]
            if any(there) != all(there):
                wrong.append(f"group {number} is there in part")
            if number < safe and not all(there):
                wrong.append(f"group {number} was safe and is gone")
        insert(base, [Row("b", "after", "[]", 0, "{}")], {"after": "{}"})
    return wrong


def _is_there(base: sqlite3.Connection, key: SampleKey, completion: Completion) -> bool:
    place = json.dumps(key.path, separators=(",", ":"))
    asked = "SELECT reply FROM samples JOIN contents USING (digest) WHERE path = ? AND digest = ?"
    row = base.execute(asked, (place, key.digest)).fetchone()
    return row is not None and read_reply(row[0]) == completion


def killing(folder: Path, count: int, seed: int = 0, every: int = 1) -> tuple[Found, list[str]]:
    """Kill so many writers, each some calls later; give what was found, and what was wrong."""
    found, wrong, places, stop = Found(), list[str](), set[str](), 0
    while found.kills < count:
        stop += every
        path = folder / f"{seed}-{stop}.db"
        told, place = killed_at(stop, written(path, seed))
        if not place:  # it came to its end: begin again with other groups
            seed, stop = seed + 1, 0
            continue
        found.kills += 1
        places.add(place)
        safe = len(told.splitlines())
        found.safe_groups += safe
        wrong += [f"{seed}, {stop}, {place}: {one}" for one in violations(path, seed, safe)]
        for left in folder.glob(f"{seed}-{stop}.db*"):
            left.unlink()
    found.violations, found.places = len(wrong), len(places)
    return found, wrong


def main() -> None:
    """Print what was found."""
    folder, count, *rest = sys.argv[1:]
    found, wrong = killing(Path(folder), int(count), int(rest[0]) if rest else 0)
    sys.stdout.write(json.dumps({**asdict(found), "wrong": wrong[:20]}) + "\n")


if __name__ == "__main__":
    main()
