"""Where templates, agents and evals lie: the project's file wins over the bundled one.

It finds files by name and reads them; it does not know what they mean.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from stat import S_ISREG

from reasoning_chains.errors import UserMistake, shown

__all__ = ["PROJECT_VARIABLE", "Library", "bundled_root", "is_there", "safe_name"]

PROJECT_VARIABLE = "REASONING_CHAINS_PROJECT"
_LARGEST = 4_000_000
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")


def bundled_root() -> Path:
    """Give the folder of the bundled content: in the wheel, or of the checkout."""
    package = Path(__file__).resolve().parent
    wheel = package / "_bundled"
    return wheel if wheel.is_dir() else package.parent


def safe_name(name: str) -> bool:
    """Say whether a name is made of plain parts only, so that it cannot leave its folder."""
    parts = name.split("/")
    return len(name) <= 200 and all(
        part and set(part) <= _PLAIN and not part.startswith(".") for part in parts
    )


@dataclass(frozen=True, slots=True)
class Library:
    """The folders in which content is looked up, first hit first."""

    roots: tuple[Path, ...]

    @classmethod
    def of(cls, project: str | Path | None = None) -> Library:
        """Lay a project over the bundled content.

        The project is the folder given, else the one that REASONING_CHAINS_PROJECT names,
        else the current folder.
        """
        named = project or os.environ.get(PROJECT_VARIABLE)
        folder = Path(named) if named else _current()
        if named and not (is_there(folder) and folder.is_dir()):
            told = shown(str(folder))
            raise UserMistake(f"project folder {told} is not there: create it or name another")
        return cls((folder.resolve(), bundled_root()))

    def find(self, kind: str, name: str) -> Path | None:
        """Find the file `name` below the folder `kind`, or None."""
        for path, folder in _places(self.roots, kind, name):
            try:
                found = path.stat()
            except OSError:
                continue
            if S_ISREG(found.st_mode) and _inside(path, folder, found.st_ino):
                return path
        return None

    def read(self, kind: str, name: str) -> str:
        """Read the text of a file that `find` finds.

        Raises:
            UserMistake: It is not there, not UTF-8, or larger than 4 MB.
        """
        path = self.find(kind, name)
        if path is None:
            searched = ", ".join(str(root / kind) for root in self.roots)
            raise UserMistake(f"no file {name!r} in {kind}: searched {searched}")
        return read_text(path)

    def digest(self, kind: str) -> str:
        """Give a digest of all files below the folders `kind`."""
        told = hashlib.sha256()
        for root in self.roots:
            for path in sorted((root / kind).rglob("*")):
                if path.is_file():
                    name = path.relative_to(root).as_posix().encode(errors="surrogateescape")
                    told.update(b"%d:%s" % (len(name), name))
                    told.update(hashlib.sha256(_bytes(path)).digest())
        return told.hexdigest()[:16]

    def names(self, kind: str, ending: str) -> Iterator[str]:
        """Give the names that `find` finds below `kind` and that end so, without the ending."""
        found = {
            path.relative_to(root / kind).as_posix()
            for root in self.roots
            for path in (root / kind).rglob(f"*{ending}")
        }
        yield from sorted(name.removesuffix(ending) for name in found if self.find(kind, name))


@lru_cache(maxsize=4096)
def _places(roots: tuple[Path, ...], kind: str, name: str) -> tuple[tuple[Path, Path], ...]:
    """Give where a name may lie, with its folder; nowhere, where it is not safe."""
    return tuple((root / kind / name, root / kind) for root in roots if safe_name(name))


@lru_cache(maxsize=4096)
def _inside(path: Path, folder: Path, inode: int) -> bool:
    """Tell whether a file lies in a folder when links are followed; another inode is asked anew."""
    return path.resolve().is_relative_to(folder.resolve())


def is_there(path: Path) -> bool:
    """Tell whether a file or folder is there; one with a name that cannot be is not."""
    try:
        return path.exists()
    except OSError:  # such as a name that is too long
        return False


def _current() -> Path:
    try:
        return Path.cwd()
    except OSError:
        raise UserMistake(
            f"the current folder is not there any more: go to another, or set {PROJECT_VARIABLE}"
        ) from None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it was there a moment ago, or may not be read: whoever needs it is told
        return b""


def read_text(path: Path) -> str:
    """Read a text file of at most 4 MB, or say what is wrong with it."""
    try:
        if path.stat().st_size > _LARGEST:
            raise UserMistake(f"{path} is larger than {_LARGEST:,} bytes: split it")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UserMistake(f"{path} is not UTF-8 at byte {error.start}: save it as UTF-8") from None
    except OSError as error:
        raise UserMistake(f"{path} cannot be read: {error.strerror}") from None
