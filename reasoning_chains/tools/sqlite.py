"""The bundled tool that asks the user's own SQLite file; it runs no query in this process."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from reasoning_chains.errors import UserMistake, ranged, wanted
from reasoning_chains.sandbox.stopping import Stop
from reasoning_chains.toolbox import Tool, ToolFailed
from reasoning_chains.tools.given import only_text, text_of
from reasoning_chains.tools.sqlite_child import SCHEMA, late
from reasoning_chains.waiting import in_thread

__all__ = ["schema_text", "sqlite"]

_GRACE = 6.0
"""Seconds beside those of a query, in which its process starts and ends."""
_FIRST = b"SQLite format 3\0"


def sqlite(source: str | Path, *, rows: int = 50, seconds: float = 5.0) -> Tool:
    """Make the tool `sql`, whose one argument is `query`: one statement that reads.

    The result is a line of column names and a line for each row. `.schema` in place of a query
    gives the statements that made the tables and views. Each query runs in a process of its own,
    which can write nothing; SQLite's errors are told the model.

    Args:
        source: The file.
        rows: How many rows are given at most.
        seconds: How long a query may take.

    Raises:
        UserMistake: The file is missing, or is no SQLite database that can be read.
    """
    wanted("source of sqlite", source, str, Path)
    ranged("rows of sqlite", rows, int, 1)
    ranged("seconds of sqlite", seconds, float, 0.001, 3_600)
    file = _found(source)
    limits = {"file": f"{file.as_uri()}?mode=ro", "rows": rows, "seconds": seconds}
    description = f"Runs one SQLite query that only reads; {SCHEMA} gives the tables."
    parameters, call = only_text("query"), partial(_call, limits)
    return Tool("sql", description, parameters, call, seconds=seconds + _GRACE, longest=20_000)


def schema_text(source: str | Path) -> str:
    """Give the statements that made the tables and views of a file.

    Raises:
        UserMistake: The file is missing, or is no SQLite database that can be read.
    """
    wanted("source of schema_text", source, str, Path)
    file = _found(source)
    try:
        return _asked(
            {"file": f"{file.as_uri()}?mode=ro", "rows": 1, "seconds": 5.0}, SCHEMA, Stop()
        )
    except ToolFailed as failure:
        raise UserMistake(f"sqlite: {file} cannot be read: {failure}") from None


def _found(source: str | Path) -> Path:
    if not str(source).strip():
        raise UserMistake("sqlite needs a file: write sqlite:FILE")
    try:
        file = Path(source).expanduser().absolute()
        if not file.is_file():
            raise UserMistake(f"sqlite: there is no file {file}")
        with file.open("rb") as opened:
            first = opened.read(len(_FIRST))
    except RuntimeError as error:
        raise UserMistake(f"sqlite: {source} cannot be found: {error}") from None
    except OSError as error:
        raise UserMistake(f"sqlite: {source} cannot be read: {error.strerror}") from None
    if first != _FIRST:
        raise UserMistake(f"sqlite: {file} is no SQLite database: name the file of one")
    return file


async def _call(limits: Mapping[str, Any], arguments: Mapping[str, Any]) -> str:
    query, stop = text_of(arguments, "query"), Stop()
    try:
        return await in_thread(partial(_asked, limits, query, stop))
    except asyncio.CancelledError:
        stop.now()
        raise


def _asked(limits: Mapping[str, Any], query: str, stop: Stop) -> str:
    """Run a query in a process of its own.

    Raises:
        ToolFailed: It gives no result; SQLite's words say why.
    """
    with (
        subprocess.Popen(
            [sys.executable, *["-I", "-S", "-B", "-X", "utf8"], str(_child())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ},
        ) as child,
        stop.reaching(child.kill),
    ):
        asked = json.dumps({**limits, "query": query}).encode()
        try:
            out, wrong = child.communicate(asked, limits["seconds"] + _GRACE - 1)
        except subprocess.TimeoutExpired:
            child.kill()
            raise ToolFailed(late(limits["seconds"])) from None
    if child.returncode < 0:  # the system ended it: its time on the CPU was over
        raise ToolFailed(late(limits["seconds"]))
    if child.returncode:
        lines = wrong.decode(errors="replace").splitlines() or [""]
        raise ToolFailed(f"sql failed: {lines[-1]}")
    told = json.loads(out)
    if "error" in told:
        raise ToolFailed(str(told["error"]))
    return str(told["text"])


def _child() -> Path:
    return Path(__file__).with_name("sqlite_child.py")
