"""What is asked of a run as plain JSON, one order a shard; it carries out none."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from reasoning_chains.budget import Budget
from reasoning_chains.chain import Chain
from reasoning_chains.errors import Caught, UserMistake, shown
from reasoning_chains.evals.engines.engine import Order
from reasoning_chains.evals.matching import Matching
from reasoning_chains.evals.options import Told
from reasoning_chains.evals.own_backend import check_named
from reasoning_chains.evals.planning import digest_of
from reasoning_chains.evals.suite import FILE, Suite, load_suite, suite_at
from reasoning_chains.spelling import spell
from reasoning_chains.types import Sampling

__all__ = ["Asked", "opened_suite", "read_told"]

_ELSE = "or run in one process (engine='one')"


@dataclass(frozen=True, slots=True)
class Asked:
    """Suites, chains and backends of a run, each as a worker anywhere can open it."""

    suites: tuple[Mapping[str, Any], ...]
    chains: tuple[str, ...]
    backends: tuple[str, ...]

    @classmethod
    def of(cls, suites: Any, chains: Any, backends: Any, project: str) -> Asked:
        """Name what was asked.

        Raises:
            UserMistake: An object is among it that no other process can open.
        """
        return cls(
            tuple(_suite(one, project) for one in _listed("suites", suites, Suite)),
            tuple(_chain(one) for one in _listed("chains", chains, Chain)),
            tuple(_backend(one, project) for one in _listed("backends", backends, object)),
        )

    def order(self, told: Told, options: Mapping[str, Any]) -> Order:
        """Write the order of one shard; `options` lie over those of the run."""
        usual = {
            "n": told.n,
            "seed": told.seed,
            "concurrency": told.concurrency,
            "lang": told.lang,
            "texts": told.texts,
            "sampling": asdict(told.sampling),
            "matched": None if told.matching is None else asdict(told.matching),
        }
        order = {
            "suites": self.suites,
            "chains": self.chains,
            "backends": self.backends,
            "folder": str(Path.cwd()),
            "options": {**usual, **options},
        }
        made: Order = json.loads(json.dumps(order))
        return made


def read_told(order: Order) -> Told:
    """Read the options of an order."""
    options = dict(order["options"])
    until, budget = options.pop("until"), dict(options.pop("budget"))
    if until is not None:
        budget["seconds"] = max(0.0, until - time.time())
    sampling, matched = Sampling(**options.pop("sampling")), options.pop("matched")
    beside = {"sampling": sampling, "matched": Matching(**matched) if matched else False}
    return Told.of({**options, **beside, "budget": Budget(**budget)})


def opened_suite(told: Mapping[str, Any], project: str) -> Suite:
    """Open a suite of an order."""
    if "name" in told:
        return load_suite(told["name"], project)
    made = suite_at(told["path"], project, task=told["task"], data=told["data"])
    return made.sized(told["size"], told["seed"])


def _listed(name: str, given: Any, kind: type) -> list[Any]:
    """Make a list of one or many; of backends, one may be anything."""
    one = isinstance(given, str) or not isinstance(given, Iterable)
    made = [given] if one or (kind is not object and isinstance(given, kind)) else list(given)
    if not made:
        raise UserMistake(f"{name} is empty: name at least one")
    return made


def _suite(given: Any, project: str) -> Mapping[str, Any]:
    """Name a suite, or say where its files lie."""
    if isinstance(given, str):
        return {"name": given}
    if not isinstance(given, Suite):
        raise UserMistake(f"each of suites must be a Suite or a name, found {shown(given)}")
    data = given.card.data
    told = {
        "path": str(given.folder / FILE),
        "task": given.name.partition(":")[2],
        "size": given.size,
        "seed": data.seed if data.generator else None,
    }
    for rows in (None, str(Path(given.source.name).absolute())):
        made = None
        with Caught(UserMistake):  # then it is the next, or what is told below
            made = opened_suite({**told, "data": rows}, project)
        if made is not None and _same(made, given):
            return {**told, "data": rows}
    raise UserMistake(
        f"the suite {given.name} was changed since it was opened, and no other process can open "
        f"it so: name it, {_ELSE}"
    )


def _same(made: Suite, given: Suite) -> bool:
    return made.name == given.name and digest_of(made) == digest_of(replace(given, shard=None))


def _chain(given: Any) -> str:
    if isinstance(given, str):
        return given
    with Caught(UserMistake) as caught:
        return spell(given)
    raise UserMistake(
        f"{caught.error}, and other processes have only names: write 'module:Name', {_ELSE}"
    )


def _backend(given: Any, project: str) -> str:
    if not isinstance(given, str):
        raise UserMistake(
            f"other processes open backends by their names, found {shown(given)}: write one such "
            f"as 'openai:MODEL', a table of reasoning.toml, or 'module:Name', {_ELSE}"
        )
    check_named(given, project)
    return given
