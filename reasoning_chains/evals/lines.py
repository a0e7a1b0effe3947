"""A file of records: read, mended after a kill, and written a line at a time; it counts nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pydantic import ValidationError

from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.record import Record

__all__ = ["Lines", "held", "written"]


class Lines:
    """The records of one cell: each is with the operating system before the next is asked for.

    Args:
        path: The file, which need not be there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None

    def __iter__(self) -> Iterator[Record]:
        """Give the records; a last line that a kill left half-written is left out.

        Raises:
            UserMistake: A line is no record; file and line are named.
        """
        if not self.path.exists():
            return
        read = Record.__pydantic_validator__.validate_json  # model_validate_json takes half more
        with written(self.path), self.path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.endswith(b"\n"):
                    try:
                        record = read(line)
                    except ValidationError as error:
                        raise _mistake(self.path, number, error) from None
                    yield record

    def mend(self) -> None:
        """Cut off a half-written last line, so that the next record begins a line."""
        if not self.path.exists():
            return
        with written(self.path), self.path.open("r+b") as file:
            whole = _whole(file.seek(0, os.SEEK_END), file.fileno())
            file.truncate(whole)

    def without_errors(self) -> None:
        """Move the records of errors to a file beside it, so that their items are asked again."""
        kept, moved = self.path.with_suffix(".new"), self.path.with_suffix(".errors.jsonl")
        with written(self.path), kept.open("wb") as rest, moved.open("ab") as errors:
            for record in self:
                (errors if record.outcome == "error" else rest).write(record.line())
        if not moved.stat().st_size:
            moved.unlink()
        os.replace(kept, self.path)  # noqa: PTH105 - there is one or the other, whenever it ends

    def append(self, record: Record) -> None:
        """Write a record.

        Raises:
            UserMistake: The disk is full, or the folder cannot be written.
        """
        with written(self.path):
            if self._file is None:
                flags = os.O_APPEND | os.O_CREAT | os.O_WRONLY
                self._file = os.open(self.path, flags, 0o600)
            line = memoryview(record.line())
            while line:
                line = line[os.write(self._file, line) :]

    def close(self) -> None:
        """Close the file; it is on the disk then."""
        if self._file is not None:
            file, self._file = self._file, None
            with suppress(OSError):  # a disk that cannot be synchronised keeps what it has
                os.fsync(file)
            os.close(file)


def _mistake(path: Path, number: int, error: ValidationError) -> UserMistake:
    told = error.errors(include_url=False)[0]
    place = ".".join(map(str, told["loc"]))
    return UserMistake(
        f"{path}, line {number} is no record ({place and place + ': '}{told['msg']}): it was "
        "changed, or written by another version; name another folder"
    )


def _whole(size: int, file: int) -> int:
    """Give where the last whole line ends, reading backwards."""
    end = size
    while end > 0:
        start = max(0, end - 65_536)
        found = os.pread(file, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


@contextmanager
def written(path: Path) -> Iterator[None]:
    """Tell in words what the disk does not allow.

    Raises:
        UserMistake: It says what mends it.
    """
    try:
        yield
    except OSError as error:
        raise UserMistake(
            f"{path} cannot be written or read ({error.strerror}): make room, or allow it, and "
            "run the same again: it goes on from there"
        ) from None


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keep a folder of results for this run, until it ends, however it ends.

    Raises:
        UserMistake: Another run is at work in it.
    """
    try:
        import fcntl
    except ImportError:  # not on Windows: nobody is kept out there
        yield
        return
    with written(folder), (folder / ".lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserMistake(
                f"another run is at work in {folder}: wait for it, or name another folder"
            ) from None
        yield
