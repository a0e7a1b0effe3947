"""`sql` reads a SQLite file and never writes one; a hostile query ends within its limits."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from reasoning_chains.acting import call_tool
from reasoning_chains.budget import Account, Budget
from reasoning_chains.errors import UserMistake
from reasoning_chains.names import open_tool
from reasoning_chains.tools.sqlite import schema_text, sqlite
from tests.tools.calling import act

MADE = """\
CREATE TABLE towns (
  name TEXT PRIMARY KEY,  -- as the people call it
  people INTEGER
);
CREATE TABLE rivers (name TEXT, town TEXT REFERENCES towns (name), note, picture BLOB);
CREATE VIEW large AS SELECT name FROM towns WHERE people > 100;
INSERT INTO towns VALUES ('Oslo', 700), ('Moss', 50), ('东京', 14000);
INSERT INTO rivers VALUES ('Akerselva', 'Oslo', 'a|b' || char(10) || 'c', x'00ff'),
  ('Mosseelva', 'Moss', NULL, NULL);
"""


@pytest.fixture
def towns(tmp_path: Path) -> Path:
    file = tmp_path / "towns 100%?#.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(MADE)
    return file


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (
            "SELECT name, people FROM towns WHERE people > 60 ORDER BY people DESC;",
            "name | people\n东京 | 14000\nOslo | 700\n(2 rows)",
        ),
        (
            "WITH t AS (SELECT * FROM rivers) SELECT note, picture FROM t -- all of them\n",
            "note | picture\na\\|b\\nc | <2 bytes>\nNULL | NULL\n(2 rows)",
        ),
        ("SELECT 1.5 AS x WHERE 0", "x\n(0 rows)"),
        ("SELECT count(*) FROM large", "count(*)\n2\n(1 row)"),
        ({"query": "SELECT upper(name) AS n FROM pragma_table_info('towns')"}, "n\nNAME\nPEOPLE"),
        ("PRAGMA table_info(towns)", "cid | name | type | notnull | dflt_value | pk\n0 | name"),
        ("EXPLAIN QUERY PLAN SELECT * FROM towns", "id | parent | notused | detail\n"),
        ("SELECT value FROM json_each('[7]')", "value\n7\n(1 row)"),
        ("SELECT json_extract('{\"a\": 3}', '$.a') AS a", "a\n3\n(1 row)"),
    ],
)
def test_it_reads(towns: Path, query: Any, text: str) -> None:
    seen = act(sqlite(towns), query)
    assert not seen.failed
    assert seen.text.startswith(text)


def test_the_schema_is_text_of_the_tables_and_views(towns: Path) -> None:
    tool = open_tool(f"sqlite:{towns}")
    assert (tool.name, tool.inputs) == ("sql", ("query",))
    seen = act(tool, ".schema")
    assert seen.text == schema_text(towns) == MADE.partition("\nINSERT")[0].removesuffix(";")
    assert act(tool, ".SCHEMA;").text == seen.text


def test_rows_and_letters_are_limited(towns: Path) -> None:
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 500) "
    seen = act(sqlite(towns, rows=3), f"{many} SELECT i FROM n")
    assert seen.text.startswith("i\n1\n2\n3\n(the first 3 rows; there are more:")
    wide = act(sqlite(towns, rows=500), f"{many} SELECT i, printf('%.999c', 'x') AS t FROM n")
    assert len(wide.text) < 8_200
    assert "x" * 200 + "…" in wide.text
    assert wide.text.splitlines()[-1].startswith("(the first 3")


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELECT nmae FROM towns", "no such column: nmae: .schema gives the tables"),
        ("SELECT 1 FROM twons", "no such table: twons: .schema gives the tables"),
        ("SELEC 1", 'near "SELEC": syntax error'),
        ("SELECT ?", "bindings"),
        ("SELECT 'a", "unrecognized token"),
        ("-- nothing", "only SELECT"),
        ("", "query is missing"),
        (".tables", 'near ".": syntax error'),
        ({"sql": "SELECT 1"}, "there is no argument sql"),
        ("SELECT \ud800", ""),
        ("SELECT '\0'", ""),
    ],
)
def test_a_query_that_is_wrong_is_told(towns: Path, query: Any, told: str) -> None:
    seen = act(sqlite(towns), query)
    assert seen.failed
    assert told in seen.text
    assert len(seen.text) < 300


WRITES = (
    "INSERT INTO towns VALUES ('x', 1)",
    "UPDATE towns SET people = 0",
    "DELETE FROM towns",
    "WITH x AS (SELECT 1) DELETE FROM towns",
    "REPLACE INTO towns VALUES ('Oslo', 1)",
    "DROP TABLE towns",
    "CREATE TABLE x (a)",
    "CREATE TEMP TABLE x AS SELECT * FROM towns",
    "CREATE VIRTUAL TABLE x USING fts5(a)",
    "ALTER TABLE towns RENAME TO x",
    "EXPLAIN DELETE FROM towns",
    "ATTACH '{other}' AS other",
    "ATTACH ':memory:' AS other",
    "DETACH main",
    "VACUUM",
    "VACUUM INTO '{other}'",
    "REINDEX",
    "ANALYZE",
    "BEGIN IMMEDIATE",
    "COMMIT",
    "SAVEPOINT a",
    "PRAGMA journal_mode = WAL",
    "PRAGMA user_version = 3",
    "PRAGMA query_only = OFF",
    "PRAGMA writable_schema = ON",
    "PRAGMA temp_store_directory = '/tmp'",
    "PRAGMA trusted_schema = ON",
    "SELECT * FROM pragma_journal_mode('WAL')",
    "SELECT load_extension('{other}')",
    "SELECT LOAD_EXTENSION('{other}')",
    "SELECT writefile('{other}', 'x')",
    "SELECT readfile('/etc/passwd')",
    "SELECT edit('x', 'sh')",
    "SELECT fts3_tokenizer('simple', x'00')",
    "SELECT 1; DELETE FROM towns",
    "SELECT 1; SELECT 2",
    "INSERT INTO towns SELECT name, 1 FROM rivers RETURNING *",
    ".shell ls",
    ".open {other}",
)


@pytest.mark.parametrize("query", WRITES)
def test_nothing_but_reading_is_done(towns: Path, query: str) -> None:
    before = hashlib.sha256(towns.read_bytes()).digest()
    other = towns.with_name("other.db")
    seen = act(sqlite(towns), query.format(other=other))
    assert seen.failed, seen.text
    assert hashlib.sha256(towns.read_bytes()).digest() == before
    assert [path.name for path in towns.parent.iterdir()] == [towns.name]


NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
TWICE = ", ".join(f"t{i} AS (SELECT a.x FROM t{i - 1} a, t{i - 1} b)" for i in range(1, 40))
HEAVY = {
    "a query without end": f"{NUMBERS} SELECT max(i) FROM n",
    "rows in memory without end": f"{NUMBERS}, b AS (SELECT randomblob(190000) AS b FROM n) "
    "SELECT length(b) FROM b ORDER BY b",
    "a set without end": "WITH RECURSIVE n(i, b) AS (SELECT 1, x'' UNION SELECT i + 1, "
    "randomblob(99999) FROM n) SELECT count(*) FROM n",
    "a cartesian product": "SELECT count(*) FROM "
    + ", ".join(f"(SELECT name FROM towns UNION ALL SELECT name FROM rivers) t{i}"
                for i in range(20)),
    "names that double": f"WITH t0 AS (SELECT 1 AS x), {TWICE} SELECT count(*) FROM t39",
    "a huge blob": "SELECT zeroblob(2000000000)",
    "a huge text": "SELECT printf('%.*c', 1000000000, 'x')",
    "a text that doubles": "WITH RECURSIVE n(i, t) AS (SELECT 1, 'x' UNION ALL "
    "SELECT i + 1, t || t FROM n WHERE i < 60) SELECT length(max(t)) FROM n",
    "a long pattern": "SELECT 'a' LIKE '" + "%a" * 5_000 + "'",
    "a long query": "SELECT 1" + " " * 30_000 + ", 2",
    "a deep query": "SELECT " + "(" * 5_000 + "1" + ")" * 5_000,
    "slow steps": f"{NUMBERS} SELECT sum(trim(printf('%.99999c', 'a'), printf('%.99999c', 'b') "
    "|| 'a') = '') FROM n",
    "groups without end": f"{NUMBERS} SELECT group_concat(i) FROM n",
}  # fmt: skip


@pytest.mark.parametrize("name", HEAVY)
def test_a_heavy_query_ends(towns: Path, name: str) -> None:
    began = time.monotonic()
    seen = act(sqlite(towns, seconds=0.5), HEAVY[name])
    assert seen.failed, seen.text
    assert len(seen.text) < 400
    assert time.monotonic() - began < 12  # a second or three of its own; the rest is a busy machine
    assert [path.name for path in towns.parent.iterdir()] == [towns.name]


def test_a_file_in_use_is_read(towns: Path) -> None:
    with closing(sqlite3.connect(towns)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("INSERT INTO towns VALUES ('Bergen', 290)")
        assert act(sqlite(towns), "SELECT count(*) AS n FROM towns").text.startswith("n\n3\n")
        writer.commit()
        assert act(sqlite(towns), "SELECT count(*) AS n FROM towns").text.startswith("n\n4\n")
        assert act(sqlite(towns), "DELETE FROM towns").failed


def test_a_file_that_is_none_is_named(tmp_path: Path, towns: Path) -> None:
    for name, data in (("a.db", b""), ("b.db", b"name,people\n"), ("c.db", b"SQLite format 3")):
        file = tmp_path / name
        file.write_bytes(data)
        with pytest.raises(UserMistake, match=f"{name} is no SQLite database"):
            sqlite(file)
    with pytest.raises(UserMistake, match="there is no file"):
        sqlite(tmp_path / "none.db")
    with pytest.raises(UserMistake, match="there is no file"):
        sqlite(tmp_path)
    with pytest.raises(UserMistake, match="sqlite:FILE"):
        sqlite(" ")
    with pytest.raises(UserMistake, match="sqlite:FILE"):
        open_tool("sqlite")
    with pytest.raises(UserMistake, match="rows of sqlite"):
        sqlite(towns, rows=0)
    with pytest.raises(UserMistake, match="seconds of sqlite"):
        sqlite(towns, seconds=0)


def test_a_broken_file_is_told(towns: Path) -> None:
    data = towns.read_bytes()
    towns.write_bytes(data[:100] + b"\xff" * (len(data) - 100))
    tool = sqlite(towns)
    assert "malformed" in act(tool, "SELECT 1 FROM towns").text
    with pytest.raises(UserMistake, match="cannot be read"):
        schema_text(towns)
    towns.unlink()
    gone = act(tool, "SELECT 1")
    assert (gone.failed, "unable to open" in gone.text) == (True, True)


@pytest.mark.parametrize("delay", [0.0, 0.5])
def test_a_cancelled_query_ends_at_once(towns: Path, delay: float) -> None:
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"
    tool = sqlite(towns, seconds=60)

    async def cancelled() -> list[threading.Thread]:
        asked = call_tool(Account(Budget()), [tool], tool.name, {"query": endless})
        before, task = set(threading.enumerate()), asyncio.create_task(asked)
        while not (begun := [*{*threading.enumerate()} - before]):
            await asyncio.sleep(0.01)
        await asyncio.sleep(delay)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return begun

    (waiting,) = asyncio.run(cancelled())
    waiting.join(10)
    assert not waiting.is_alive()
