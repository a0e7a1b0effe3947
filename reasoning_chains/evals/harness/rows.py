"""Where the rows of a task lie: on a hub, in files that it names, or where the user says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reasoning_chains.content import is_there
from reasoning_chains.errors import UserMistake, shown
from reasoning_chains.evals.card import DataOf
from reasoning_chains.evals.harness.card import TaskCard
from reasoning_chains.evals.harness.reading import root_of
from reasoning_chains.evals.harness.refused import Refused
from reasoning_chains.evals.sources.hub import is_saved
from reasoning_chains.evals.sources.opening import FORMATS, open_source
from reasoning_chains.evals.sources.row import Source

__all__ = ["data_of", "rows_of"]

_LOADERS = ("json", "csv", "parquet")
_SPARED = ("trust_remote_code", "data_files")


def data_of(path: Path, card: TaskCard, split: str) -> DataOf:
    """Say where the rows of a split come from, in the words of an eval's file.

    Raises:
        Refused: The file says it in a way that is not read.
    """
    told = card.dataset_kwargs
    for key in told:
        if key not in _SPARED:
            raise Refused(
                "data", f"{path}: dataset_kwargs.{key} is not read: give the rows with data=PATH"
            )
    if card.dataset_path in _LOADERS:
        return DataOf(file=_file(path, told.get("data_files"), split))
    if "data_files" in told:
        raise Refused("data", f"{path}: dataset_kwargs.data_files goes with dataset_path: json")
    subset = None if card.dataset_name is None else str(card.dataset_name)
    return DataOf(hub=card.dataset_path, subset=subset, split=split)


def _file(path: Path, told: Any, split: str) -> str:
    found = told.get(split) if isinstance(told, dict) else told
    found = found[0] if isinstance(found, list) and len(found) == 1 else found
    if not isinstance(found, str):
        how = f"data_files: {{{split}: rows.jsonl}}"
        raise Refused("data", f"{path}: dataset_kwargs must name one file: {how}")
    if "://" in found:
        raise Refused("data", f"{path}: {found} is an address: fetch it, and give data=PATH")
    root = root_of(path)
    place = (path.parent / found).resolve()
    if Path(found).is_absolute() or not place.is_relative_to(root):
        raise Refused("data", f"{path}: data_files names {shown(found)}, which leads out of {root}")
    return str(place)


def rows_of(path: Path, card: TaskCard, split: str, given: Path | None) -> Source:
    """Open the rows of a split.

    Args:
        path: The task's file.
        card: What it says.
        split: Which rows.
        given: A file with the rows that are asked, a data set that was saved to disk, or a folder
            with a file for each split, such as `test.jsonl`.

    Raises:
        UserMistake: They are not there, or told in a way that is not read.
    """
    if given is None:
        return open_source(data_of(path, card, split), path.parent)
    if not is_there(given):
        raise UserMistake(f"data {given} is not there: name a file or a folder")
    if given.is_file() or is_saved(given):
        if given.is_file() and split != card.split:
            raise UserMistake(
                f"{path} shows {card.num_fewshot} examples of the split {split!r}, and {given} is "
                f"one file: give a folder with {split}.jsonl and {card.split}.jsonl, or write "
                f"num_fewshot: 0 in a file that includes this one"
            )
        return open_source(DataOf(hub="given", split=split), path.parent, given=given)
    found = [given / f"{split}{ending}" for ending in FORMATS]
    there = next((file for file in found if is_there(file)), None)
    if there is None:
        raise UserMistake(f"{given} holds no rows of the split {split!r}: put {split}.jsonl there")
    return open_source(DataOf(hub="given"), path.parent, given=there)
