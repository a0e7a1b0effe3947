"""What the shards of an engine's run have recorded, taken into the folder of the run."""

from __future__ import annotations

import shutil
from pathlib import Path

from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.folder import STORE, free
from reasoning_chains.evals.head import FILE, Head, read_head
from reasoning_chains.evals.lines import Lines, held, written
from reasoning_chains.evals.table import key_of_item
from reasoning_chains.store.managing import merged

__all__ = ["SHARDS", "take_in"]

SHARDS = "shards"
"""The folder, in that of a run, in which the shards of an engine work."""


async def take_in(folder: Path, head: Head, store: Path | None) -> None:
    """Take in what shards left there, each item once, and remove them.

    Broken off at any place, it can be done again.

    Raises:
        UserMistake: A shard is of another run, is still at work, or was changed.
    """
    places = sorted(path for path in (folder / SHARDS).glob("*") if path.is_dir())
    for place in places:
        await free(place)
        if (place / FILE).exists():
            _take(place, folder, head, store)
        with written(place):
            shutil.rmtree(place)
    if places:
        with written(folder):
            shutil.rmtree(folder / SHARDS)


def _take(place: Path, folder: Path, head: Head, store: Path | None) -> None:
    with held(place):
        if read_head(place).whole != head:
            raise UserMistake(f"{place} holds a shard of another run: move it away")
        for cell in head.cells:
            _append(Lines(folder / cell.file), Lines(place / cell.file))
        if store is not None and (place / STORE).is_file() and not _same(place / STORE, store):
            merged(store, [place / STORE])


def _append(lines: Lines, new: Lines) -> None:
    """Add the records of items that have none yet."""
    lines.mend()
    there = {key_of_item(record.id) for record in lines}
    try:
        for record in new:
            if key_of_item(record.id) not in there:
                lines.append(record)
    finally:
        lines.close()


def _same(one: Path, other: Path) -> bool:
    return other.exists() and one.samefile(other)
