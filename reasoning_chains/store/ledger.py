"""Money that was spent, kept on disk before it is spent: a limit outlives the process."""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import queue
import sqlite3
import threading
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from reasoning_chains.errors import BudgetSpent, Caught
from reasoning_chains.pricing import ROUNDING
from reasoning_chains.store.file import Unwritable, opened, worded, writing

__all__ = ["Ledger", "ledger_at"]

_LOG = logging.getLogger("reasoning_chains")
_AGAIN = 1.0
"""Seconds between two attempts to write where the disk is full or not writable."""
_PATIENCE = 5.0
"""Seconds that a process waits at its end for what is still to be written."""


@dataclass(eq=False, slots=True)
class _Hold:
    """Somebody who wants to spend so much at most, within a limit."""

    money: float
    limit: float
    granted: asyncio.Future[None]


@dataclass(frozen=True, slots=True)
class _Settled:
    """What was held and what of it was spent."""

    held: float
    spent: float


class Ledger:
    """What was spent on one thing, by all processes that name its file, now and before.

    What is held is on the disk before anything is sent; a process that dies leaves it there, and
    it counts as spent. So the sum never goes beyond a limit, whatever is killed and begun again.

    Args:
        path: The file; made where there is none. A store may be the same file.

    Raises:
        UserMistake: It cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._mine = uuid.uuid4().hex
        self._queue: queue.SimpleQueue[_Hold | _Settled | None] = queue.SimpleQueue()
        self._line: list[_Hold] = []
        self._spent = self._held = 0.0
        self._lock = threading.Lock()
        self._base: sqlite3.Connection | None = opened(path)
        self._others = self._of_others(self._base)
        self._thread = threading.Thread(target=self._work, name="reasoning-chains-ledger")
        self._thread.daemon = True
        self._thread.start()

    @property
    def total(self) -> float:
        """What is spent and held, by all processes, as far as this one knows."""
        with self._lock:
            return self._others + self._spent + self._held

    async def hold(self, money: float, limit: float) -> None:
        """Hold so much, waiting for what this process has in flight.

        Raises:
            BudgetSpent: It does not fit within the limit.
        """
        wanted = _Hold(money, limit, asyncio.get_running_loop().create_future())
        self._queue.put(wanted)
        try:
            await wanted.granted
        except asyncio.CancelledError:
            wanted.granted.cancel()
            raise

    def settle(self, held: float, spent: float) -> None:
        """Give back what was held and write down what was spent."""
        self._queue.put(_Settled(held, spent))

    def flush(self, seconds: float | None = None) -> None:
        """Write what is waiting, for so many seconds at most, and end."""
        self._queue.put(None)
        self._thread.join(seconds)

    def _work(self) -> None:
        going = True
        while going:
            taken = [self._queue.get()]
            while not self._queue.empty():
                taken.append(self._queue.get())
            going = None not in taken
            for one in taken:
                if isinstance(one, _Hold):
                    self._line.append(one)
                elif one is not None:
                    self._count(one.spent, -one.held)
            self._answer(self._written())
        if self._base is not None:
            self._base.close()

    def _count(self, spent: float, held: float) -> None:
        with self._lock:
            self._spent += spent
            self._held += held

    def _written(self) -> tuple[list[_Hold], BaseException | None]:
        """Decide who may spend and write it down, again and again until it is written."""
        paused = False
        while True:
            with Caught() as caught, worded(self.path):
                self._base = self._base or opened(self.path)
                with writing(self._base):
                    self._others = self._of_others(self._base)
                    granted = self._fitting()
                    held = self._held + sum(one.money for one in granted)
                    self._base.execute(
                        "INSERT OR REPLACE INTO spending VALUES (?, ?, ?)",
                        (self._mine, self._spent, max(0.0, held)),
                    )
            if not isinstance(caught.error, Unwritable):
                return ([] if caught.error else granted), caught.error
            if self._base is not None:
                self._base.close()
                self._base = None
            if not paused:
                _LOG.warning("%s; nothing is bought until then", caught.error)
            paused = True
            time.sleep(_AGAIN)

    def _of_others(self, base: sqlite3.Connection) -> float:
        asked = "SELECT total(spent) + total(held) FROM spending WHERE process != ?"
        (found,) = base.execute(asked, (self._mine,)).fetchone()
        return float(found)

    def _fitting(self) -> list[_Hold]:
        """Give those in line who may spend now: first come, first served."""
        granted: list[_Hold] = []
        taken = self._others + self._spent + self._held
        for one in self._line:
            if one.granted.cancelled():
                continue
            if taken + one.money > one.limit * ROUNDING:
                break
            granted.append(one)
            taken += one.money
        return granted

    def _answer(self, decided: tuple[list[_Hold], BaseException | None]) -> None:
        granted, error = decided
        for one in granted:
            self._count(0.0, one.money)
        for one in list(self._line):
            if one in granted or one.granted.cancelled():
                self._tell(one, None, held=one in granted)
            elif error is not None:
                self._tell(one, error)
            elif self._others + self._spent + one.money > one.limit * ROUNDING:
                self._tell(one, BudgetSpent(self._refusal(one)))
                self.settle(0.0, 0.0)  # looks once more at those behind it

    def _refusal(self, one: _Hold) -> str:
        left = max(0.0, one.limit - self._others - self._spent)
        return (
            f"an ask costs up to {one.money:.3g}, and {left:.3g} of the money is left by what "
            f"{self.path} says was spent: raise it, or lower max_tokens"
        )

    def _tell(self, one: _Hold, error: BaseException | None, *, held: bool = False) -> None:
        self._line.remove(one)

        def land() -> None:
            if one.granted.done():  # who asked has left
                self.settle(one.money if held else 0.0, 0.0)
            elif error is None:
                one.granted.set_result(None)
            else:
                one.granted.set_exception(error)

        try:
            one.granted.get_loop().call_soon_threadsafe(land)
        except RuntimeError:  # its loop is over
            self.settle(one.money if held else 0.0, 0.0)


_open: dict[Path, Ledger] = {}
_lock = threading.Lock()


def ledger_at(path: Path | str) -> Ledger:
    """Give the one ledger of a file in this process.

    Raises:
        UserMistake: It cannot be opened.
    """
    place = Path(path).resolve()
    with _lock:
        if place not in _open:
            _open[place] = Ledger(place)
        return _open[place]


@atexit.register
def _at_exit() -> None:
    for ledger in list(_open.values()):
        with suppress(RuntimeError):
            ledger.flush(_PATIENCE)


def _forget() -> None:
    global _lock  # noqa: PLW0603 - a lock of the parent may be held for ever
    _lock = threading.Lock()
    _open.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
