"""Rows of a Hugging Face data set: by its id where a hub can be reached, or saved on disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reasoning_chains.errors import Caught, MissingPackage, UserMistake, near, shown
from reasoning_chains.evals.sources.row import Past, Row, never

__all__ = ["HubRows", "ParquetRows", "SavedRows", "is_saved"]

_SAVED = ("state.json", "dataset_dict.json")


def _datasets(what: str) -> Any:
    try:
        import datasets
    except ImportError:
        raise MissingPackage(what, "datasets", "hub") from None
    return datasets


@dataclass(frozen=True, slots=True)
class HubRows:
    """A data set of the hub, streamed."""

    id: str
    subset: str | None = None
    split: str | None = None

    @property
    def name(self) -> str:
        """The id."""
        return self.id

    def rows(self, past: Past = never) -> Iterator[Row]:
        """Stream the rows.

        Raises:
            MissingPackage: `datasets` is not installed.
            UserMistake: The hub cannot be reached, or has no such data set.
        """
        load = _datasets(f"the data set {self.id}").load_dataset
        found: Any = None
        with Caught() as caught:
            found = iter(load(self.id, self.subset, split=self.split or "test", streaming=True))
        number = 0
        while caught.error is None:
            values = None
            with caught:
                values = next(found, None)
            if values is None:
                break
            number += 1
            yield Row(number, _plain(values))
        if caught.error is not None:
            error = f"{type(caught.error).__name__}: {' '.join(str(caught.error).split())[:300]}"
            raise UserMistake(
                f"the data set {self.id} cannot be loaded from the hub ({error}). Without a hub, "
                "give its rows: data=PATH, or --data PATH, a file or a folder"
            ) from caught.error


@dataclass(frozen=True, slots=True)
class SavedRows:
    """A data set as `save_to_disk` wrote it."""

    path: Path
    split: str | None = None

    @property
    def name(self) -> str:
        """The folder."""
        return str(self.path)

    def rows(self, past: Past = never) -> Iterator[Row]:
        """Read the rows, which stay on disk.

        Raises:
            MissingPackage: `datasets` is not installed.
            UserMistake: The folder cannot be read, or has no such split.
        """
        load = _datasets(f"the data set in {self.path}").load_from_disk
        with Caught() as caught:
            found = load(str(self.path))
        if caught.error is not None:
            raise UserMistake(f"{self.path} is no data set: {caught.error}") from caught.error
        if isinstance(found, Mapping):
            split = self.split or "test"
            if split not in found:
                told = near(split, found)
                raise UserMistake(f"{self.path} has no split {shown(split)}: {told}")
            found = found[split]
        for number, values in enumerate(found, 1):
            yield Row(number, _plain(values))


@dataclass(frozen=True, slots=True)
class ParquetRows:
    """A Parquet file, such as the hub keeps, read in batches."""

    path: Path

    @property
    def name(self) -> str:
        """The file."""
        return str(self.path)

    def rows(self, past: Past = never) -> Iterator[Row]:
        """Read batch by batch.

        Raises:
            MissingPackage: `pyarrow`, which comes with `datasets`, is not installed.
            UserMistake: It is no Parquet file.
        """
        try:
            from pyarrow import parquet
        except ImportError:
            raise MissingPackage(f"{self.path}", "pyarrow", "hub") from None
        with Caught() as caught:
            opened = parquet.ParquetFile(self.path)
        if caught.error is not None:
            raise UserMistake(f"{self.path} is no Parquet file: {caught.error}") from caught.error
        number = 0
        for batch in opened.iter_batches(batch_size=256):
            for values in batch.to_pylist():
                number += 1
                yield Row(number, _plain(values))


def is_saved(path: Path) -> bool:
    """Tell whether a folder is a data set as `save_to_disk` writes it."""
    return any((path / name).is_file() for name in _SAVED)


def _plain(value: Any) -> Any:
    """Keep plain data; what is none, such as a picture or a date, is given as its text."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value)
