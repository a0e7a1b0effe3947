"""The bundled tool that looks something up in the user's own files; it knows no network."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, TypeAlias

from reasoning_chains.errors import UserMistake, near, ranged, wanted
from reasoning_chains.ranking import Index, terms
from reasoning_chains.toolbox import Tool, ToolFailed
from reasoning_chains.tools.given import only_text, text_of
from reasoning_chains.tools.passages import SUFFIXES, Passage, read_passages
from reasoning_chains.waiting import in_thread

__all__ = ["lookup"]

_SHOWN = 2_000
"""Letters of passages with the very title that was asked for."""
_LARGEST = 256_000_000
Stamp: TypeAlias = tuple[tuple[Path, int, int], ...]


def lookup(source: str | Path, *, most: int = 3) -> Tool:
    """Make the tool `lookup`, whose one argument is `entity`.

    Passages whose title is the entity come first and alone; else those that fit best by BM25. The
    source is read again when it has changed.

    Args:
        source: A file (.jsonl, .md, .txt), or a folder of them.
        most: How many passages are given where no title fits.

    Raises:
        UserMistake: The source is missing, empty or larger than 256 MB, or cannot be read.
    """
    wanted("source of lookup", source, str, Path)
    ranged("most of lookup", most, int, 1)
    if not str(source).strip():
        raise UserMistake("lookup needs a file or folder: write lookup:FOLDER")
    shelf = _shelf(_place(Path(source)))
    shelf.read()
    call = partial(_call, shelf, most)
    return Tool("lookup", "Gives the passage about an entity.", only_text("entity"), call)


def _place(source: Path) -> Path:
    try:
        return source.expanduser().absolute()
    except RuntimeError as error:
        raise UserMistake(f"lookup: {source} cannot be found: {error}") from None


async def _call(shelf: _Shelf, most: int, arguments: Mapping[str, Any]) -> str:
    entity = text_of(arguments, "entity")
    try:
        return await in_thread(partial(shelf.find, entity, most))
    except UserMistake as mistake:  # it was well when the run began
        raise ToolFailed(str(mistake)) from None


class _Shelf:
    """The passages of one source, read again when it changes; several runs may share it."""

    __slots__ = ("_index", "_lock", "_passages", "_source", "_stamp", "_titles")

    def __init__(self, source: Path) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._stamp: Stamp = ()
        self._passages: list[Passage] = []
        self._titles: dict[tuple[str, ...], list[int]] = {}
        self._index = Index([])

    def read(self) -> tuple[list[Passage], dict[tuple[str, ...], list[int]], Index]:
        """Give what the source holds now."""
        with self._lock:
            stamp = _stamp(self._source)
            if stamp != self._stamp:
                passages = [passage for path, _, _ in stamp for passage in read_passages(path)]
                if not passages:
                    raise UserMistake(f"lookup: {self._source} is empty: write text into it")
                self._titles = {}
                for place, passage in enumerate(passages):
                    self._titles.setdefault(tuple(terms(passage.title)), []).append(place)
                self._index = Index([f"{each.title}\n{each.text}" for each in passages])
                self._passages, self._stamp = passages, stamp
            return self._passages, self._titles, self._index

    def find(self, entity: str, most: int) -> str:
        """Give the passages that fit."""
        passages, titles, index = self.read()
        named = titles.get(tuple(terms(entity)) or ("",), [])
        if named:
            return _joined([passages[place] for place in named], _SHOWN)
        found = [passages[place] for place, score in index.best(entity, most) if score > 0]
        if not found:
            known = [passage.title for passage in passages[:1_000] if passage.title]
            raise ToolFailed(f"there is no passage about {entity[:60]!r}: {near(entity, known)}")
        return _joined(found, most * _SHOWN)


@lru_cache(maxsize=16)
def _shelf(source: Path) -> _Shelf:
    """Keep a source from run to run: a tool that is named is opened for each problem."""
    return _Shelf(source)


def _stamp(source: Path) -> Stamp:
    """Give the files with the time and size of each.

    Raises:
        UserMistake: There are none, or they are too large.
    """
    try:
        paths = _files(source)
        stats = [path.stat() for path in paths]
    except OSError as error:
        raise UserMistake(f"lookup: {source} cannot be read: {error.strerror}") from None
    size = sum(stat.st_size for stat in stats)
    if size > _LARGEST:
        raise UserMistake(f"lookup: {source} has {size:,} bytes: at most {_LARGEST:,} are read")
    return tuple((p, s.st_mtime_ns, s.st_size) for p, s in zip(paths, stats, strict=True))


def _files(source: Path) -> Sequence[Path]:
    if source.is_dir():
        found = sorted(path for path in source.rglob("*") if _is_text(path, source))
        if not found:
            raise UserMistake(f"lookup: the folder {source} holds no {', '.join(SUFFIXES)} file")
        return found
    if not source.exists():
        raise UserMistake(f"lookup: there is no file or folder {source}")
    if source.suffix.casefold() not in SUFFIXES:
        raise UserMistake(f"lookup reads {', '.join(SUFFIXES)} and folders of them, not {source}")
    return [source]


def _is_text(path: Path, source: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(source).parts)
    return not hidden and path.suffix.casefold() in SUFFIXES and path.is_file()


def _joined(passages: Sequence[Passage], longest: int) -> str:
    """Write passages one after the other, each with its title where it does not name it itself."""
    written: list[str] = []
    size = 0
    for passage in passages:
        named = set(terms(passage.title)) <= set(terms(passage.text))
        written.append(passage.text if named else f"{passage.title}: {passage.text}")
        size += len(written[-1])
        if size >= longest:
            break
    return "\n\n".join(written)
