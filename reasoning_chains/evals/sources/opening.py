"""From what an eval says of its data to the source of its rows; it reads none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from reasoning_chains.content import is_there
from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.sources.generated import Generated
from reasoning_chains.evals.sources.hub import HubRows, ParquetRows, SavedRows, is_saved
from reasoning_chains.evals.sources.jsonl import JsonLines, JsonRecords
from reasoning_chains.evals.sources.pattern import Patterned
from reasoning_chains.evals.sources.row import Source
from reasoning_chains.evals.sources.table import CsvTable

if TYPE_CHECKING:
    from reasoning_chains.evals.card import DataOf

__all__ = ["FORMATS", "open_source", "rows_path"]

FORMATS = (".jsonl", ".ndjson", ".csv", ".tsv", ".json", ".parquet", ".txt")
_TASK = "{task}"
_MADE: Mapping[str, Callable[[Path], Source]] = {
    ".jsonl": JsonLines,
    ".ndjson": JsonLines,
    ".csv": CsvTable,
    ".tsv": CsvTable,
    ".parquet": ParquetRows,
}


def open_source(data: DataOf, folder: Path, task: str = "", given: Path | None = None) -> Source:
    """Open the source of an eval's rows.

    Args:
        data: What the eval says.
        folder: Where its eval.yaml lies.
        task: Which task of several.
        given: A file or a folder of the user's, which goes before all of these.

    Raises:
        UserMistake: There is no such file, or it is of no known form.
    """
    if given is not None:
        return _of_path(rows_path(data, given, task), data)
    if data.generator:
        return Generated(data.generator, data.levels, data.seed, data.split or "eval")
    if data.file:
        return _of_path(folder / data.file.replace(_TASK, task), data)
    if data.hub:
        subset = data.subset.replace(_TASK, task) if data.subset else None
        return HubRows(data.hub, subset, data.split)
    raise UserMistake(
        f"its rows are not in the package, and no hub has them: give data=PATH, or --data PATH: "
        f"a folder that holds {data.given}, or that file"
    )


def rows_path(data: DataOf, given: Path, task: str) -> Path:
    """Find the rows in what the user gave: a file, a saved data set, or a folder with the file."""
    if not is_there(given):
        raise UserMistake(f"data {given} is not there: name a file or a folder")
    if given.is_file() or is_saved(given) or not data.given:
        return given
    return given / data.given.replace(_TASK, task)


def _of_path(path: Path, data: DataOf) -> Source:
    if is_there(path) and path.is_dir():
        if is_saved(path):
            return SavedRows(path, data.split)
        raise UserMistake(f"{path} is a folder, and no data set that was saved: name a file of it")
    if not is_there(path):
        raise UserMistake(f"the data file {path} is not there")
    if data.pattern is not None:
        return Patterned(path, data.pattern)
    ending = path.suffix.lower()
    if ending == ".json":
        return JsonRecords(path, data.records)
    if ending in _MADE:
        return _MADE[ending](path)
    told = (
        "a text needs data.pattern, such as Q: {question} A: {answer}" if ending == ".txt" else ""
    )
    raise UserMistake(f"{path}: {told or 'its ending must be one of ' + ', '.join(FORMATS)}")
