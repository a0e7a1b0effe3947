"""The SQLite file of a store: opened, checked, brought up to date; it knows no reply's meaning."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from reasoning_chains.errors import UserMistake

__all__ = ["VERSION", "Unwritable", "opened", "worded", "writing"]


class Unwritable(UserMistake):
    """The store cannot be written now: the disk is full, or another process is at it."""


VERSION = 3
"""The newest form of a store that this library writes."""

_STEPS: tuple[str, ...] = (
    """
    CREATE TABLE samples (
        backend TEXT NOT NULL,
        digest TEXT NOT NULL,
        path TEXT NOT NULL,
        occurrence INTEGER NOT NULL,
        reply TEXT NOT NULL,
        at REAL NOT NULL DEFAULT ((julianday('now') - 2440587.5) * 86400.0),
        PRIMARY KEY (backend, digest, path, occurrence)
    ) WITHOUT ROWID;
    CREATE TABLE contents (digest TEXT PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID;
    """,
    """
    CREATE TABLE spending (process TEXT PRIMARY KEY, spent REAL NOT NULL, held REAL NOT NULL)
        WITHOUT ROWID;
    """,
    "",  # replies tell their tokens of thinking: a library that knows none would call them spoiled
)
"""What makes a store of each version out of the one before; the first out of an empty file."""

_WAITING = 60.0
"""Seconds that a process waits for another one's turn to write."""
_PASSING = {
    "locked": f"is in use by another process for more than {_WAITING:g} s: try again later",
    "readonly": "cannot be written: give it another place, or allow it",
    "unable to open": "cannot be written: give it another place, or allow it",
    "full": "cannot be written, since the disk is full: make room",
    "disk I/O": "cannot be written (disk I/O error): is the disk full, or gone?",
}
"""What SQLite says of a file that may be written later, and how it is told."""
_SOUND = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
"""From these on, in their own rows of releases, SQLite's write-ahead log loses nothing."""


def opened(path: Path) -> sqlite3.Connection:
    """Open a store, making it where there is none.

    Raises:
        UserMistake: It cannot be written, is damaged, is no store, or was made by a newer version.
    """
    with worded(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        base = sqlite3.connect(
            path, timeout=_WAITING, isolation_level=None, check_same_thread=False
        )
        with _closing_if_broken(base):
            base.execute("PRAGMA synchronous = FULL")
            if _version(base) != VERSION:
                with writing(base):
                    _bring_up(base, path)
            with suppress(sqlite3.OperationalError):  # another process is at it, and chose already
                base.execute(f"PRAGMA journal_mode = {'WAL' if _log_is_sound() else 'DELETE'}")
    return base


@contextmanager
def _closing_if_broken(base: sqlite3.Connection) -> Iterator[None]:
    with ExitStack() as stack:
        stack.callback(base.close)
        yield
        stack.pop_all()


@contextmanager
def writing(base: sqlite3.Connection) -> Iterator[None]:
    """Write what the block does at once, or nothing of it."""
    base.execute("BEGIN IMMEDIATE")
    try:
        yield
        base.execute("COMMIT")
    finally:
        if base.in_transaction:  # the block, or the disk, broke it off
            base.execute("ROLLBACK")


def _version(base: sqlite3.Connection) -> int:
    (version,) = base.execute("PRAGMA user_version").fetchone()
    return int(version)


def _bring_up(base: sqlite3.Connection, path: Path) -> None:
    version = _version(base)
    if version > VERSION:
        raise UserMistake(
            f"{path} is a store of version {version}, and this library knows {VERSION}: bring "
            "the library up to date, or name another store"
        )
    tables = base.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if version == 0 and tables:
        raise UserMistake(f"{path} is a database and no store: name another file")
    for step in _STEPS[version:]:
        for statement in filter(str.strip, step.split(";")):
            base.execute(statement)
    base.execute(f"PRAGMA user_version = {VERSION}")


def _log_is_sound() -> bool:
    """Tell whether this SQLite's write-ahead log is safe with several writers."""
    have = sqlite3.sqlite_version_info
    return have >= _SOUND[0] or any(have[:2] == row[:2] and have >= row for row in _SOUND)


@contextmanager
def worded(path: Path) -> Iterator[None]:
    """Tell in words what SQLite or the file system does not allow.

    Raises:
        Unwritable: It may be written later.
        UserMistake: It is damaged.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        for words, what in _PASSING.items():
            if words in str(error):
                raise Unwritable(f"{path} {what}") from None
        raise UserMistake(
            f"{path} is damaged, or no store ({error}): move it away, or put a copy in its place"
        ) from None
    except OSError as error:
        raise Unwritable(f"{path} cannot be written: {error.strerror}") from None
