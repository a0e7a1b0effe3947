"""Keeps replies by their keys: read at once, written by one thread, told when they are safe."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, NamedTuple

from reasoning_chains.errors import Caught, UserMistake
from reasoning_chains.store.file import Unwritable, opened, worded, writing
from reasoning_chains.store.rows import Row, columns, read_reply, row_of
from reasoning_chains.types import Completion, Content, SampleKey

__all__ = ["Store"]

_LOG = logging.getLogger("reasoning_chains")
_AT_ONCE = 64
"""Rows that are committed together at most."""
_AGAIN = 1.0
"""Seconds between two attempts to write where the disk is full or not writable."""

_PATIENT = 60.0
"""Seconds that a reader waits for another process's turn to write."""
_LOOK = 0.02
"""Seconds of it that SQLite may wait by itself where an event loop stands still meanwhile."""


class _Waiting(NamedTuple):
    """A reply on its way to the disk."""

    key: SampleKey
    completion: Completion
    row: Row
    content: str
    safe: asyncio.Future[None]


class Store:
    """Replies on disk, in one file that several processes may share.

    What `keep` has told to be kept is on the disk, even if the machine goes down. Where it cannot
    be written, `keep` waits until it can: nothing that was paid for is dropped.

    Args:
        path: The file; made where there is none, readable by its owner alone.

    Raises:
        UserMistake: It cannot be opened; the message says why and what mends it.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.paused = ""
        self._open()

    def _open(self) -> None:
        self._process = os.getpid()
        self._reader = opened(self.path)
        self._lock = threading.Lock()
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._pending: dict[SampleKey, Completion] = {}

    def _own(self) -> None:
        """Open it anew in a forked child: connections and threads are the parent's."""
        if self._process != os.getpid():
            self._open()

    def find(
        self, keys: Sequence[SampleKey], patience: float = _PATIENT
    ) -> dict[SampleKey, Completion]:
        """Give the replies that are there, or on their way to the disk.

        Args:
            keys: Whose replies.
            patience: How many seconds to wait for another process's turn.

        Raises:
            Unwritable: Another process is at it.
            UserMistake: The file is damaged.
        """
        self._own()
        found = {key: self._pending[key] for key in keys if key in self._pending}
        asked = "SELECT reply FROM samples WHERE (backend, digest, path, occurrence) = (?, ?, ?, ?)"
        with self._lock, worded(self.path):
            self._reader.execute(f"PRAGMA busy_timeout = {patience * 1000:.0f}")
            for key in (key for key in keys if key not in found):
                row = self._reader.execute(asked, columns(key)).fetchone()
                if row is not None:
                    found[key] = self._read(row[0])
        return found

    def _read(self, text: str) -> Completion:
        with Caught(ValueError, TypeError, KeyError, RecursionError) as caught:
            return read_reply(text)
        raise UserMistake(
            f"{self.path} holds a reply that cannot be read ({caught.error}): it was changed, or "
            "written by a newer version"
        )

    async def recall(self, keys: Sequence[SampleKey]) -> dict[SampleKey, Completion]:
        """Do the same, waiting for another process's turn.

        Raises:
            UserMistake: It is at it for too long, or the file is damaged.
        """
        ends = time.monotonic() + _PATIENT
        while True:
            try:
                return self.find(keys, _LOOK)
            except Unwritable:
                if time.monotonic() > ends:
                    raise
            await asyncio.sleep(_LOOK)

    async def keep(self, key: SampleKey, content: Content, completion: Completion) -> None:
        """Keep a reply, and return when it is safe."""
        await self.put(key, content, completion)

    def put(self, key: SampleKey, content: Content, completion: Completion) -> asyncio.Future[None]:
        """Send a reply to the disk; what comes back is done when it is safe."""
        self._own()
        self._start()
        told = json.dumps(_plain(content), separators=(",", ":"), default=str)
        safe: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pending[key] = completion
        self._queue.put(_Waiting(key, completion, row_of(key, completion), told, safe))
        return safe

    def _start(self) -> None:
        """Start the thread that writes, unless it runs."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._write, name="reasoning-chains-store")
                self._thread.daemon = True
                self._thread.start()

    def _write(self) -> None:
        base: sqlite3.Connection | None = None
        while (first := self._queue.get()) is not None:
            group, more = [first], True
            while more and len(group) < _AT_ONCE and not self._queue.empty():
                taken = self._queue.get()
                more = taken is not None
                if taken is not None:
                    group.append(taken)
            base, error = self._commit(base, group)
            for one in group:
                self._pending.pop(one.key, None)
                with suppress(RuntimeError):  # its loop is over: nobody waits any more
                    one.safe.get_loop().call_soon_threadsafe(_tell, one.safe, error)
            if not more:
                break
        if base is not None:
            base.close()

    def _commit(
        self, base: sqlite3.Connection | None, group: Sequence[_Waiting]
    ) -> tuple[sqlite3.Connection | None, BaseException | None]:
        """Write a group, again and again until it is written; give the error that stays."""
        rows = [one.row for one in group]
        contents = {one.row.digest: one.content for one in group}
        while True:
            with Caught() as caught, worded(self.path):
                base = base or opened(self.path)
                insert(base, rows, contents)
            if not isinstance(caught.error, Unwritable):
                self.paused = ""
                return base, caught.error
            if base is not None:  # the file may be another one by now
                base.close()
                base = None
            if not self.paused:
                self.paused = str(caught.error)
                _LOG.warning("%s; what was bought is kept in memory until then", self.paused)
            time.sleep(_AGAIN)

    def flush(self, seconds: float | None = None) -> None:
        """Write what is waiting, for so many seconds at most."""
        if self._thread is not None and self._thread.is_alive():
            self._queue.put(None)
            self._thread.join(seconds)
            if self._thread.is_alive():
                _LOG.warning("%s: replies that could not be kept in time are lost", self.path)
        self._thread = None

    def close(self) -> None:
        """Write what is waiting, and close the file."""
        self.flush()
        with self._lock:
            self._reader.close()


def _plain(content: Content) -> dict[str, Any]:
    """Give a content as plain data; mappings of any class become objects."""
    told = {field.name: getattr(content, field.name) for field in fields(content)}
    told["messages"] = [asdict(message) for message in content.messages]
    told["sampling"] = asdict(content.sampling)
    told["tools"] = [
        {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
        for tool in content.tools
    ]
    told["schema"] = None if content.schema is None else dict(content.schema)
    return told


def insert(base: sqlite3.Connection, rows: Iterable[Row], contents: Mapping[str, str]) -> None:
    """Write rows and the contents that they answer in one transaction; what is there stays."""
    with writing(base):
        base.executemany(
            "INSERT OR IGNORE INTO samples (backend, digest, path, occurrence, reply) "
            "VALUES (?, ?, ?, ?, ?)",
            rows,
        )
        base.executemany("INSERT OR IGNORE INTO contents VALUES (?, ?)", contents.items())


def _tell(safe: asyncio.Future[Any], error: BaseException | None) -> None:
    if safe.done():
        return
    if error is None:
        safe.set_result(None)
    else:
        safe.set_exception(error)
