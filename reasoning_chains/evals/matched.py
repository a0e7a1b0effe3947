"""A finished run compared at equal cost: each method beside what else its tokens buy."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any, TypedDict

from reasoning_chains.errors import UnknownName, UserMistake, wanted
from reasoning_chains.evals.beside import Match
from reasoning_chains.evals.columns import MEASURES
from reasoning_chains.evals.head import Head, read_head
from reasoning_chains.evals.matching import POOL, greedy, pool_of
from reasoning_chains.evals.measured import Measured
from reasoning_chains.evals.places import Asked, at_places
from reasoning_chains.evals.report import plain_data
from reasoning_chains.evals.statistics import holm
from reasoning_chains.evals.suite import Suite
from reasoning_chains.spelling import spell

__all__ = ["How", "Matched", "matched"]


class How(TypedDict, total=False):
    """What `matched` takes beside the folder."""

    pool: str | None
    by: str
    suites: Iterable[Suite]
    project: str | Path | None


@dataclass(frozen=True, slots=True)
class Matched:
    """What each method reached, and what else could be had for its cost.

    Args:
        cells: Every suite × chain × backend of the run.
        matches: Each method beside direct answering, the greedy chain of the pool, and the
            majority and the likeliest of as many samples as cost the same; corrected by Holm over
            all of them.
        by: What is equal: `tokens`, `completion tokens` or `money`.
        pool: What was sampled.
        folder: Where the records lie.
        notes: What could not be compared, and why.
    """

    cells: tuple[Measured, ...]
    matches: tuple[Match, ...]
    by: str
    pool: str
    folder: Path
    notes: tuple[str, ...] = ()

    def match(self, suite: str, chain: str, against: str, backend: str | None = None) -> Match:
        """Find a method beside one other way to answer.

        Raises:
            UserMistake: There is none, or there are several backends and none is named.
        """
        asked = (suite, chain, against)
        found = [
            one
            for one in self.matches
            if (one.suite, one.chain, one.against) == asked and backend in (None, one.backend)
        ]
        if len(found) != 1:
            names = ", ".join(
                f"{one.suite} × {one.chain} × {one.against} × {one.backend}" for one in self.matches
            )
            told = " × ".join(map(str, (*asked, *([backend] if backend else ()))))
            raise UserMistake(f"{len(found)} matches are called {told}; there are {names}")
        return found[0]

    def to_dict(self) -> dict[str, Any]:
        """Give plain data; an interval without an end is None there."""
        return plain_data(self)

    def to_json(self) -> str:
        """Give it as JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1) + "\n"

    def to_markdown(self) -> str:
        """Give it as tables: the cells, the matches, the notes."""
        from reasoning_chains.evals.matched_drawing import markdown

        return markdown(self)


def matched(
    folder: str | Path,
    *,
    pool: str | None = None,
    by: str = "tokens",
    suites: Iterable[Suite] = (),
    project: str | Path | None = None,
) -> Matched:
    """Compare each method of a finished run with what else its cost buys; no model is asked.

    What a method takes in the mean pays so many samples of a pool, and their majority, or the
    likeliest of them, is the method to beat. `evaluate(…, matched=True)` asks what this needs.

    Args:
        folder: The results of a run.
        pool: The self-consistency of the run whose samples are counted anew; else the one with
            the most samples, of several the last.
        by: What is equal: `tokens` (of prompts and replies), `completion tokens`, or `money`.
        suites: Those that are found by no name, or have data of the user's own.
        project: The folder where the others are looked up.

    Raises:
        UserMistake: The folder holds no results or no pool, or a suite was changed.
    """
    wanted("folder", folder, str, PathLike)
    wanted("pool", pool, str, type(None))
    wanted("by", by, str)
    if by not in MEASURES:
        raise UnknownName("measure of matched", by, MEASURES)
    head = read_head(Path(folder))
    name = _pool(head, pool, Path(folder))
    asked = Asked(Path(folder), head, by, name, _points(head, name))
    cells, matches, notes = at_places(asked, suites, project)
    return Matched(cells, _corrected(matches), by, name, Path(folder), notes)


def _pool(head: Head, told: str | None, folder: Path) -> str:
    """Find the chain whose samples are counted."""
    names = dict.fromkeys(cell.chain for cell in head.cells)
    fit = {name: found for name in names if (found := pool_of(name)) is not None}
    if not fit:
        raise UserMistake(
            f"{folder} holds no pool of samples: run eval with --matched, or with --chain {POOL!r}"
        )
    if told is None:
        return max(reversed(fit), key=lambda name: fit[name].samples)
    if told in fit:
        return told
    same = pool_of(told)
    for name, found in fit.items():
        if found == same:  # spelled otherwise
            return name
    raise UnknownName(f"pool of {folder}", told, fit)


def _points(head: Head, pool: str) -> Mapping[str, str]:
    """Find the chains that stand beside as they are: the greedy ones, where they were asked."""
    names, sampled = {cell.chain for cell in head.cells}, pool_of(pool)
    assert sampled is not None
    found: dict[str, str] = {}
    for against, base in (("direct", "direct"), ("greedy", spell(sampled.chain))):
        there = [name for name in (greedy(base), base) if name in names]
        if there and there[0] not in found.values():
            found[against] = there[0]
    return found


def _corrected(matches: Sequence[Match]) -> tuple[Match, ...]:
    """Correct all p by Holm, those left out that there are none of."""
    ps = iter(holm([one.p for one in matches if one.p is not None]))
    return tuple(one if one.p is None else replace(one, corrected=next(ps)) for one in matches)
