"""What a person does with a store: count it, cut it, write it out, put several together."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from reasoning_chains.errors import UserMistake
from reasoning_chains.store.file import opened, worded, writing

__all__ = ["Count", "counted_by_backend", "merged", "pruned", "written_out"]

_DAY = 86_400.0


class Count(NamedTuple):
    """What a store holds of one backend; times are seconds since 1970."""

    backend: str
    replies: int
    prompt_tokens: int
    completion_tokens: int
    money: float
    first: float
    last: float


def _there(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise UserMistake(f"there is no store {path}: name a file that is there")
    return opened(path)


def counted_by_backend(path: Path) -> list[Count]:
    """Count what is there, by backend.

    Raises:
        UserMistake: It is not there, or is no store.
    """
    asked = """
        SELECT backend, count(*),
            sum(json_extract(reply, '$.bill.prompt_tokens')),
            sum(json_extract(reply, '$.bill.completion_tokens')),
            sum(coalesce(json_extract(reply, '$.bill.money'), 0)),
            min(at), max(at)
        FROM samples GROUP BY backend ORDER BY backend
    """
    with closing(_there(path)) as base, worded(path):
        return [Count(*row) for row in base.execute(asked)]


def pruned(path: Path, days: float) -> int:
    """Delete what is older than so many days, and give how many replies that were.

    Raises:
        UserMistake: It is not there, or cannot be written.
    """
    with closing(_there(path)) as base, worded(path):
        gone = base.execute("DELETE FROM samples WHERE at < ?", (time.time() - days * _DAY,))
        base.execute(
            "DELETE FROM contents WHERE digest NOT IN (SELECT DISTINCT digest FROM samples)"
        )
        base.execute("VACUUM")
        return gone.rowcount


def written_out(path: Path) -> Iterator[str]:
    """Give each reply as one line of JSON, with its key and what was asked.

    Raises:
        UserMistake: It is not there, or is damaged.
    """
    _there(path).close()  # told before the first line is wanted
    return _lines(path)


def _lines(path: Path) -> Iterator[str]:
    asked = """
        SELECT backend, digest, path, occurrence, at, content, reply
        FROM samples LEFT JOIN contents USING (digest)
        ORDER BY backend, digest, path, occurrence
    """
    with closing(_there(path)) as base, worded(path):
        for backend, digest, place, occurrence, at, content, reply in base.execute(asked):
            row: dict[str, Any] = {"backend": backend, "digest": digest, "path": json.loads(place)}
            row |= {"occurrence": occurrence, "at": at, "content": json.loads(content or "null")}
            yield json.dumps({**row, "reply": json.loads(reply)}, ensure_ascii=False)


def merged(into: Path, others: Sequence[Path]) -> int:
    """Put the replies of other stores into one; what is there stays. Give how many were new.

    Raises:
        UserMistake: One is not there, is the same, or cannot be read or written.
    """
    for other in others:
        _there(other).close()  # brings it to this version, or says why it cannot be read
        if into.exists() and other.samefile(into):
            raise UserMistake(f"{other} cannot be merged into itself: name another store")
    with closing(opened(into)) as base:
        return sum(_taken(base, into, other) for other in others)


def _taken(base: sqlite3.Connection, into: Path, other: Path) -> int:
    """Copy all of one store at once, or nothing of it; damage is told of the one that has it."""
    with worded(other):
        base.execute("ATTACH ? AS other", (str(other),))
        (sound,) = base.execute("PRAGMA other.quick_check(1)").fetchone()
        if sound != "ok":
            base.execute("DETACH other")
            raise sqlite3.DatabaseError(sound)
    with worded(into):
        with writing(base):
            new = base.execute("INSERT OR IGNORE INTO main.samples SELECT * FROM other.samples")
            base.execute("INSERT OR IGNORE INTO main.contents SELECT * FROM other.contents")
            count = new.rowcount
        base.execute("DETACH other")
    return count
