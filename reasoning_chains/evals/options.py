"""What `evaluate` is told beside what it measures, and how far it is; it runs nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from os import PathLike
from pathlib import Path
from typing import Any, TypedDict

from reasoning_chains.budget import Account, Budget
from reasoning_chains.errors import UnknownName, UserMistake, ranged, shown, wanted
from reasoning_chains.evals.engines.engine import Engine
from reasoning_chains.evals.matching import Matching
from reasoning_chains.evals.planning import Plan
from reasoning_chains.evals.sharding import Shard
from reasoning_chains.session import Settings
from reasoning_chains.types import Sampling

__all__ = ["Options", "Progress", "Told"]


class Options(TypedDict, total=False):
    """What `evaluate` takes beside suites, chains and backends.

    `n` is the number of problems of each suite; `seed` begins every sample's key; `store` keeps
    replies (a file; False for none; the project's own if left out); `results` is the folder of
    the records (one of the project's, by what is asked, if left out); `budget` is that of the
    whole run, those before in the same folder included; `concurrency` says how many problems a
    backend has at once; `sampling` and `lang` are as of every verb; `retry_errors` asks again
    what ended in an error; `texts` keeps the texts of replies in the records, so that `revote` can
    read answers anew; `watch` is told of each record. `matched` (True, or a `Matching`) asks
    besides what a comparison at equal cost needs, see `matched` and `Report.matched`. `shard`, such
    as `2/8`, is one part of the problems, with a store of its own in its folder; `merge` puts the
    parts together. `engine` runs all of them, as many as `shards` says, in `processes` of this
    machine or on a `ray` cluster.
    """

    n: int | None
    seed: int
    store: str | Path | bool
    results: str | Path | None
    budget: Budget | None
    concurrency: int
    project: str | Path | None
    sampling: Sampling
    lang: str | None
    retry_errors: bool
    texts: bool
    watch: Callable[[Progress], None] | None
    matched: bool | Matching
    shard: Shard | str | None
    engine: str | Engine
    shards: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """The options, checked; `known` is a folder whose records are not asked for again."""

    n: int | None = None
    seed: int = 0
    store: str | Path | bool = True
    results: str | Path | None = None
    budget: Budget | None = None
    concurrency: int = 16
    project: str | Path | None = None
    sampling: Sampling = Sampling()
    lang: str | None = None
    retry_errors: bool = False
    texts: bool = False
    watch: Callable[[Progress], None] | None = None
    matched: bool | Matching = False
    shard: Shard | str | None = None
    engine: str | Engine = "one"
    shards: int | None = None
    known: str | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        wanted("n", self.n, int, type(None))
        ranged("n", 1 if self.n is None else self.n, int, 1)
        ranged("concurrency", self.concurrency, int, 1)
        wanted("store", self.store, str, PathLike, bool)
        wanted("results", self.results, str, PathLike, type(None))
        wanted("project", self.project, str, PathLike, type(None))
        wanted("retry_errors", self.retry_errors, bool)
        wanted("texts", self.texts, bool)
        Matching.read(self.matched)
        if self.watch is not None and not callable(self.watch):
            raise UserMistake(f"watch must be a function of a Progress, found {shown(self.watch)}")
        self._check_shards()

    def _check_shards(self) -> None:
        wanted("shards", self.shards, int, type(None))
        if self.shards is not None:
            Shard(1, self.shards)
        if self.engine == "one" and self.shards is not None:
            raise UserMistake(
                "shards are for engine='processes' or 'ray'; in this process, write shard='1/8'"
            )
        if self.engine != "one" and self.part is not None:
            raise UserMistake(
                f"shard {self.part} is run by this process, and engine runs all of them: leave "
                "one out"
            )

    @property
    def part(self) -> Shard | None:
        """The shard, read; None where the run has all problems."""
        return None if self.shard is None else Shard.read(self.shard)

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Told:
        """Read them.

        Raises:
            UserMistake: One is not known, or cannot be.
        """
        known = [field.name for field in fields(cls)]
        for name in options:
            if name not in known:
                raise UnknownName("option of evaluate", name, known)
        return cls(**options)

    def added(self, plan: Plan) -> Plan:
        """Give a plan with what is asked besides, for `matched`."""
        return plan if self.matching is None else self.matching.added(plan, self.sampling)

    @property
    def matching(self) -> Matching | None:
        """What is asked besides, if anything."""
        return Matching.read(self.matched)

    @property
    def settings(self) -> Settings:
        """What every verb is told."""
        given = {"seed": self.seed, "sampling": self.sampling, "lang": self.lang}
        project = None if self.project is None else str(self.project)
        return Settings.of({**given, "project": project})


@dataclass(slots=True)
class Progress:
    """How far a run is; it is the same object all the time.

    Args:
        cells: How many suites × chains × backends there are.
        total: How many problems there will be in all of them, or None where nobody knows.
        recalled: How many records were there from a run before.
        done: How many there are now, those included.
        errors: How many of those made now ended in an error.
        account: What was spent, those before included.
    """

    cells: int
    total: int | None
    recalled: int
    done: int
    account: Account
    errors: int = 0
    cell: str = ""
