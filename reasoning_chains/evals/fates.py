"""What became of each question of one cell, by its id; it judges nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from reasoning_chains.evals.head import read_head
from reasoning_chains.evals.lines import Lines
from reasoning_chains.evals.measured import Measured
from reasoning_chains.evals.report import Report
from reasoning_chains.evals.score import Outcome
from reasoning_chains.evals.suite import Suite

__all__ = ["Fate", "Ran", "fates_in", "ran", "rows_digest"]


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one question."""

    outcome: Outcome
    value: float

    @property
    def right(self) -> bool:
        """Whether it was answered rightly; what could not be read was not."""
        return self.outcome == "right"


@dataclass(frozen=True, slots=True, eq=False)
class Ran:
    """A cell that was run, with what became of each of its questions.

    Args:
        cell: What it came to.
        suite: Its questions.
        seed: That of the run.
        fates: By the ids of the questions.
        trouble: What one of the errors said; empty where there is none.
        ended: Why the run ended before its time; empty where it did not.
    """

    cell: Measured
    suite: Suite
    seed: int
    fates: Mapping[str, Fate]
    trouble: str = ""
    ended: str = ""

    @property
    def title(self) -> str:
        """What it is called among others."""
        return f"{self.cell.suite} × {self.cell.chain} × {self.cell.backend}"


def ran(report: Report, suites: Iterable[Suite]) -> list[Ran]:
    """Read the records of a report, cell by cell.

    Args:
        report: What `evaluate` gave.
        suites: Those that it was given, opened.

    Raises:
        UserMistake: The records cannot be read.
    """
    head, named = read_head(report.folder), {suite.name: suite for suite in suites}
    made = []
    for cell, told in zip(report.cells, head.cells, strict=True):
        suite = named[told.suite] if head.n is None else named[told.suite].sized(head.n)
        path, ended = report.folder / told.file, report.note or cell.note
        made.append(Ran(cell, suite, head.seed, dict(fates_in(path)), _trouble(path, cell), ended))
    return made


def fates_in(path: Path) -> Iterator[tuple[str, Fate]]:
    """Give the ids of a file of records, each with what became of it."""
    for record in Lines(path):
        yield record.id, Fate(record.outcome, record.value)


def _trouble(path: Path, cell: Measured) -> str:
    """Give what the first error of a file of records said."""
    if not cell.outcomes["error"]:
        return ""
    notes = (record.note for record in Lines(path) if record.outcome == "error")
    return next(notes, "") or "it failed without a word"


def rows_digest(suite: Suite) -> str:
    """Give a digest of what a suite asks, of its targets, and of the scorer's name.

    It stays the same where only the description of the suite or the library's own form changes.

    Raises:
        UserMistake: A row is wrong.
    """
    digest = hashlib.sha256(json.dumps(suite.card.scorer).encode())
    for item in suite:
        one = item.problem
        told = (item.id, one.question, one.kind, one.choices, one.context, item.target)
        digest.update(json.dumps(told).encode() + b"\n")
    return digest.hexdigest()[:16]
