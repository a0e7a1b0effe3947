"""A folder of this process alone, and the removal of those whose process was killed; Linux only.

A process that is killed cannot remove its folder. It holds a lock on a file in it, which the
system takes back; whoever makes a folder removes those of its user that nobody holds any more.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path

__all__ = ["Folder"]

_PREFIX = "reasoning_chains_"
_SETTLED = 60.0  # seconds; a younger folder may not be locked yet


class Folder:
    """A folder that only this user can enter; `remove` ends it."""

    __slots__ = ("_held", "path")

    def __init__(self) -> None:
        _sweep(Path(tempfile.gettempdir()))
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._held = os.open(self.path / "held", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._held, fcntl.LOCK_EX)

    def remove(self) -> None:
        """Remove the folder and what is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._held)


def _sweep(place: Path) -> None:
    """Remove the folders of this user that no process holds."""
    for path in place.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):  # another process may be sweeping too
            facts = path.lstat()
            if facts.st_uid != os.getuid() or time.time() - facts.st_mtime < _SETTLED:
                continue
            held = os.open(path / "held", os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(held)
