"""The shards of one run put together: records, stores and the report; it runs nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from reasoning_chains.errors import UserMistake, listed, wanted
from reasoning_chains.evals.folder import STORE, record_counts
from reasoning_chains.evals.head import CellHead, Head, agreed, difference, read_head
from reasoning_chains.evals.lines import Lines, held, written
from reasoning_chains.evals.measured import Tally
from reasoning_chains.evals.report import Report, report_of
from reasoning_chains.evals.sharding import Shard
from reasoning_chains.store.managing import merged

__all__ = ["merge"]


@dataclass(frozen=True, slots=True)
class _Part:
    """One shard's folder; `counts` are those of its records, where it came to its end."""

    folder: Path
    head: Head
    shard: Shard
    counts: Mapping[str, int] | None


def merge(folders: Iterable[str | Path], into: str | Path, *, partial: bool = False) -> Report:
    """Put the shards of one run together, and give the report that one process would give.

    The folders stay as they are. The new one is that of the whole run: `evaluate` goes on there.
    Their stores, where they are in the folders, become one there too.

    Args:
        folders: The results of each shard, in any order.
        into: A folder that is not there yet, or empty; it is made whole or not at all.
        partial: Whether shards may be missing, or not have ended; the report says which.

    Raises:
        UserMistake: A folder holds no shard, or one of another run; a shard stands twice, is
            missing or has not ended; an item stands twice; a file was changed.
    """
    wanted("into", into, str, Path)
    given = [folders] if isinstance(folders, str | Path) else folders
    places = [Path(one) for one in listed("folders", given, object)]  # type: ignore[arg-type]
    parts = _parts(places)
    note = _lacking(parts)
    if note and not partial:
        raise UserMistake(
            f"{note}: run what is not there, or merge what is (--partial, partial=True)"
        )
    place = Path(into)
    with ExitStack() as stack:
        for part in parts:
            if os.access(part.folder, os.W_OK):  # nobody runs in what cannot be written
                stack.enter_context(held(part.folder))
        with _new(place) as made:
            agreed(made, parts[0].head.whole)
            cells = [_merged(cell, parts, made) for cell in parts[0].head.cells]
            _merge_stores(parts, made)
    return report_of(cells, place, note and f"not all of the run is there: {note}")


def _parts(folders: Sequence[Path]) -> list[_Part]:
    """Read the heads, see that they are shards of one run, and put them in their order."""
    if not folders:
        raise UserMistake("folders is empty: name the folder of each shard")
    parts = sorted(map(_part, folders), key=lambda part: part.shard.number)
    first = parts[0]
    for part in parts:
        told = f"{part.folder} and {first.folder} are not of one run"
        if part.head.whole != first.head.whole:
            raise UserMistake(f"{told} ({difference(first.head.whole, part.head.whole)})")
        if part.shard.of != first.shard.of:
            raise UserMistake(f"{told}: they are shards {part.shard} and {first.shard}")
    for part, other in pairwise(parts):
        if part.shard == other.shard:
            both = f"{part.folder} and {other.folder}"
            raise UserMistake(f"{both} are both shard {part.shard}: leave one out")
    return parts


def _part(folder: Path) -> _Part:
    head = read_head(folder)
    if head.shard is None:
        raise UserMistake(f"{folder} holds a whole run, and no shard of one: leave it out")
    try:
        shard = Shard.read(head.shard)
    except UserMistake as error:
        raise UserMistake(f"{folder}: {error}") from None
    return _Part(folder, head, shard, record_counts(folder))


def _lacking(parts: Sequence[_Part]) -> str:
    """Say which shards are missing or have not ended; nothing where all is there."""
    of, there = parts[0].shard.of, {part.shard.number for part in parts}
    missing = [str(Shard(number, of)) for number in range(1, of + 1) if number not in there]
    unended = [f"{part.shard} ({part.folder})" for part in parts if part.counts is None]
    told = []
    if missing:
        more = ", …" if len(missing) > 10 else ""
        told.append(f"missing: shard {', '.join(missing[:10])}{more}")
    if unended:
        told.append(f"not at its end: shard {', '.join(unended)}")
    return "; ".join(told)


@contextmanager
def _new(place: Path) -> Iterator[Path]:
    """Give a folder to fill, which then gets its name at once; nothing of it is left otherwise."""
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise UserMistake(f"{place} is there already: name a new folder, or an empty one")
    made = place.with_name(f".{place.name}.{os.getpid()}.new")
    try:
        with written(made):
            made.mkdir(parents=True)
        yield made
        with written(place):
            if place.exists():
                place.rmdir()
            made.rename(place)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _merged(head: CellHead, parts: Sequence[_Part], made: Path) -> Tally:
    """Write the records of a cell, each item once, and count them."""
    cell, lines, seen = Tally(head), Lines(made / head.file), set[int]()
    try:
        for part in parts:
            source, before = Lines(part.folder / head.file), len(cell.table)
            for record in source:
                cell.table.add(record)
                key = cell.table.keys[-1]
                if key in seen:
                    raise UserMistake(
                        f"{source.path}: the item {record.id!r} stands here twice, or in another "
                        "shard too: the file was changed, or is another shard's"
                    )
                seen.add(key)
                lines.append(record)
            _check_count(part, source.path, len(cell.table) - before)
    finally:
        lines.close()
    return cell


def _check_count(part: _Part, path: Path, count: int) -> None:
    ended = count if part.counts is None else part.counts.get(path.name, 0)
    if count != ended:
        raise UserMistake(
            f"{path} holds {count:,} records, and had {ended:,} when it ended: it was changed; "
            "run the shard again, it asks for what is missing"
        )


def _merge_stores(parts: Sequence[_Part], made: Path) -> None:
    stores = [part.folder / STORE for part in parts if (part.folder / STORE).is_file()]
    if stores:
        merged(made / STORE, stores)
