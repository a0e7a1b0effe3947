"""The folder of a run's results: which it is, who holds it, and whether its shard has ended."""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from reasoning_chains.content import read_text
from reasoning_chains.errors import Caught, UserMistake
from reasoning_chains.evals.head import CellHead, Head, agreed
from reasoning_chains.evals.lines import held, written
from reasoning_chains.evals.options import Told
from reasoning_chains.evals.planning import Plan, digest_of
from reasoning_chains.evals.unchanged import wording_of
from reasoning_chains.store.places import USUAL
from reasoning_chains.types import Sampling

__all__ = [
    "RESULTS",
    "STORE",
    "ended",
    "folder_of",
    "free",
    "head_of",
    "kept_for",
    "record_counts",
    "store_of",
]

RESULTS = ".reasoning/evals"
"""Where results lie in a project's folder, if nothing else is said."""
STORE = "store.db"
"""The store of a shard, in the folder of its results, if nothing else is said."""
_ENDED = "ended.json"


_PATIENCE = 15.0
"""Seconds to wait for one who is ending: a worker that was broken off, or is thought to be dead."""


class _Ended(BaseModel):
    """How many records each file of a shard has that came to its end."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    records: dict[str, int]


def head_of(plan: Plan, backends: Sequence[str], told: Told) -> Head:
    """Say what is asked of whom."""
    digests = {suite.name: digest_of(suite) for suite in plan.suites}
    names = [
        (suite.name, chain, backend)
        for suite in plan.suites
        for chain, _ in plan.chains
        for backend in backends
    ]
    cells = tuple(
        CellHead(
            file=f"{place:03d}.jsonl", suite=suite, digest=digests[suite], chain=chain, backend=name
        )
        for place, (suite, chain, name) in enumerate(names, 1)
    )
    sampling = "" if told.sampling == Sampling() else repr(told.sampling)
    shard = None if told.part is None else str(told.part)
    likely = told.matching is not None and told.matching.logprobs
    return Head(
        seed=told.seed,
        n=told.n,
        sampling=sampling,
        lang=told.lang,
        logprobs=likely,
        texts=told.texts,
        wording=wording_of(plan),
        shard=shard,
        cells=cells,
    )


def folder_of(head: Head, told: Told, root: Path) -> Path:
    """Give the folder that was asked for, else one of the project's by what is asked."""
    if told.results is not None:
        return Path(told.results)
    digest = hashlib.sha256(head.whole.text.encode()).hexdigest()[:12]
    part = "" if told.part is None else f"-{told.part.place}"
    return root / RESULTS / f"{digest}{part}"


def store_of(told: Told, folder: Path, root: Path) -> Path | None:
    """Give the store of a run: the project's, a shard's own, another one, or None for none."""
    if told.store is False:
        return None
    if told.store is True:
        return root / USUAL if told.part is None else folder / STORE
    return Path(told.store)


@contextmanager
def kept_for(folder: Path, head: Head) -> Iterator[None]:
    """Make the folder of results, and keep it for this run, which has not ended yet.

    Raises:
        UserMistake: Another run is at work in it, or it holds another run's results.
    """
    with written(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with held(folder):
        agreed(folder, head)
        with written(folder):
            (folder / _ENDED).unlink(missing_ok=True)
        yield


async def free(folder: Path) -> None:
    """Wait until nobody is at work in a folder.

    Raises:
        UserMistake: Somebody is, for too long.
    """
    ends = time.monotonic() + _PATIENCE
    while True:
        with Caught(UserMistake) as caught, held(folder):
            return
        if caught.error is not None and time.monotonic() > ends:
            raise caught.error
        await asyncio.sleep(0.2)


def ended(folder: Path, records: Mapping[str, int]) -> None:
    """Write down that a shard came to its end, with so many records in each file."""
    made = folder / f"{_ENDED}.new"
    with written(folder):
        made.write_text(_Ended(records=dict(records)).model_dump_json() + "\n", encoding="utf-8")
        os.replace(made, folder / _ENDED)  # noqa: PTH105 - what is there is whole


def record_counts(folder: Path) -> Mapping[str, int] | None:
    """Give how many records each file had when the shard came to its end; None if it did not.

    Raises:
        UserMistake: The file that tells it was changed.
    """
    path = folder / _ENDED
    if not path.exists():
        return None
    try:
        return _Ended.model_validate_json(read_text(path)).records
    except ValidationError:
        raise UserMistake(f"{path} was changed: run the shard again, it asks for nothing") from None
