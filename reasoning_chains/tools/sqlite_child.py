"""The child process's program, running one query on one SQLite file; it knows no other module.

It is started as `python -I sqlite_child.py`. On its input it is told, as JSON, the file, the query
and the limits; on its output it tells, as JSON, the `text` of the result or the `error`. What
guards the file: it is opened to be read only, an authorizer refuses every statement that does more
than read, and the process may write to no file. What guards the machine: limits of time, CPU,
memory, of a value's size and of the rows. It is killed where all that does not end it.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

SCHEMA = ".schema"
_MEMORY = 512 << 20
_STEPS = 1_000
"""Steps of SQLite's machine between two looks at the clock."""
_LONGEST_VALUE = 200_000
"""Bytes of one value: a single step of the machine takes the longer the more there are."""
_LONGEST_QUERY = 20_000
_SHOWN = 200
"""Letters of a value that are shown."""
_LONGEST = 8_000
"""Letters of a result."""
_SETTINGS = ("query_only = ON", "trusted_schema = OFF", "temp_store = MEMORY", "mmap_size = 0")
_PRAGMAS = ("foreign_key_list", "index_info", "index_list", "table_info", "table_list",
            "table_xinfo")  # fmt: skip
_FUNCTIONS = ("edit", "fts3_tokenizer", "load_extension", "readfile", "writefile")
_READING = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE)
_TABLES = """\
SELECT sql FROM sqlite_master
WHERE sql IS NOT NULL AND type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
ORDER BY type, rowid"""
_TOO_MUCH = "the query needs too much memory: filter, group or LIMIT it"
_ALLOWED = "only SELECT, WITH … SELECT, EXPLAIN and PRAGMA table_info are allowed"


def main() -> None:
    """Run the query that stands on the input, and tell what came of it."""
    given = json.loads(sys.stdin.buffer.read())
    told: dict[str, str]
    try:
        told = {"text": _answered(given)}
    except MemoryError:
        told = {"error": _TOO_MUCH}
    except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
        told = {"error": _reason(error, given)}
    sys.stdout.buffer.write(json.dumps(told).encode())


def late(seconds: float) -> str:
    """Tell that a query took too long."""
    return f"the query took more than {seconds:g} s: filter, group or LIMIT it"


def _reason(error: Exception, given: dict[str, Any]) -> str:
    """Tell an error in words that help to mend the query."""
    said = str(error)
    if said == "interrupted":
        return late(given["seconds"])
    if said == "out of memory":
        return _TOO_MUCH
    if "not authorized" in said or "prohibited" in said or "readonly" in said:
        return f"{said}: {_ALLOWED}"
    if said.startswith("no such") or "has no column" in said:
        return f"{said}: {SCHEMA} gives the tables and columns"
    return said


def _answered(given: dict[str, Any]) -> str:
    end = time.monotonic() + given["seconds"]
    connection = sqlite3.connect(
        given["file"], uri=True, isolation_level=None, timeout=given["seconds"] / 2
    )
    connection.text_factory = lambda raw: raw.decode(errors="replace")
    for setting in _SETTINGS:
        connection.execute(f"PRAGMA {setting}")
    connection.execute("BEGIN")  # one state of the file, begun while its log may be opened
    tables = [row[0] for row in connection.execute(_TABLES)]
    if given["query"].rstrip(" ;").casefold() == SCHEMA:
        return ";\n".join(tables) or "there are no tables"
    for table in (*(f"pragma_{name}" for name in _PRAGMAS), "json_each", "json_tree"):
        with suppress(sqlite3.Error):  # made at its first use, which looks like writing
            connection.execute(f"SELECT 1 FROM {table} LIMIT 0")
    _limit(given["seconds"])
    _guard(connection, end)
    cursor = connection.execute(given["query"])
    if cursor.description is None:
        raise ValueError(_ALLOWED)
    return _table(cursor, given["rows"])


def _limit(seconds: float) -> None:
    """Limit this process, where the system can: memory, CPU, and no file may be written."""
    try:
        import resource
    except ImportError:  # Windows: the time and the parent end it
        return
    cpu = int(time.process_time() + seconds) + 1
    for what, most in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        try:
            resource.setrlimit(what, (most, most))
        except (OSError, ValueError):  # the system has none such, or a lower one
            continue


def _guard(connection: sqlite3.Connection, end: float) -> None:
    """Let the connection do nothing but read, in small, until the time is over."""
    for limit, most in (
        (sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE),
        (sqlite3.SQLITE_LIMIT_SQL_LENGTH, _LONGEST_QUERY),
        (sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 200),
        (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
        (sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0),
    ):
        connection.setlimit(limit, most)
    connection.set_authorizer(_allowed)
    connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)


def _allowed(action: int, first: str | None, second: str | None, *where: str | None) -> int:
    """Say whether a statement may do something; what is not known here it may not."""
    del where
    allowed = action in _READING
    if action == sqlite3.SQLITE_FUNCTION:
        allowed = (second or "").casefold() not in _FUNCTIONS
    if action == sqlite3.SQLITE_PRAGMA:
        allowed = (first or "").casefold() in _PRAGMAS
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _table(cursor: sqlite3.Cursor, most: int) -> str:
    """Write a result: the names of its columns, a line each row, and how many there are."""
    lines = [" | ".join(_shown(column[0]) for column in cursor.description)]
    size, count, end = len(lines[0]), 0, ""
    for row in cursor:
        line = " | ".join(map(_shown, row))
        size += len(line) + 1
        if count == most or (count and size > _LONGEST):
            end = f"(the first {count} rows; there are more: filter, group or LIMIT them)"
            break
        lines.append(line)
        count += 1
    return "\n".join([*lines, end or f"({count} {'row' if count == 1 else 'rows'})"])


def _shown(value: object) -> str:
    """Write a value on one line."""
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"<{len(value):,} bytes>"
    text = "".join(_marked(str(value)[: _SHOWN + 1]))
    return text if len(str(value)) <= _SHOWN else f"{text[:_SHOWN]}…"


def _marked(text: str) -> Iterator[str]:
    """Give the letters, with those marked that would look like another column or row."""
    marks = {"|": "\\|", "\n": "\\n", "\r": "\\r"}
    return (marks.get(letter, letter) for letter in text)


if __name__ == "__main__":
    main()
