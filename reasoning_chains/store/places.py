"""Where a project's store lies, and the one open store of each file."""

from __future__ import annotations

import atexit
import os
import weakref
from pathlib import Path
from threading import Lock

from reasoning_chains.store.store import Store

__all__ = ["USUAL", "store_at"]

USUAL = ".reasoning/store.db"
"""Where a store lies in a project's folder, if nothing else is said."""

_PATIENCE = 5.0
_open: weakref.WeakValueDictionary[Path, Store] = weakref.WeakValueDictionary()
_lock = Lock()


def store_at(path: Path | str) -> Store:
    """Give the open store of a file, opening it once.

    Raises:
        UserMistake: It cannot be opened.
    """
    place = Path(path).resolve()
    with _lock:
        made = _open.get(place)
        if made is None:
            made = _open[place] = Store(place)
        return made


@atexit.register
def _at_exit() -> None:
    """Write what is waiting; a store that cannot be written has some seconds for it."""
    for store in list(_open.values()):
        store.flush(_PATIENCE)


def _forget() -> None:
    global _lock  # noqa: PLW0603 - a lock of the parent may be held for ever
    _lock = Lock()
    _open.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
