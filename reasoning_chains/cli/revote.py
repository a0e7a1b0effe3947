"""`revote`: recorded candidates decided by another rule, or scored otherwise; no model is asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from reasoning_chains.cli.ask import option
from reasoning_chains.cli.eval import DATA, place_of
from reasoning_chains.cli.options import with_options
from reasoning_chains.cli.reporting import show
from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.report import Report
from reasoning_chains.evals.rereading import PICKS
from reasoning_chains.evals.revoting import revote as revoted
from reasoning_chains.evals.revoting_samples import revote_samples
from reasoning_chains.evals.rules import RULES
from reasoning_chains.evals.suite import Suite, load_suite
from reasoning_chains.types import KINDS

__all__ = ["RevoteOptions", "revote"]

_PLACES = "The results of a run of `eval`; or, with --suite, files of recorded samples."
_SUITE = "The suite whose problems the recorded samples answer."
_N = "How many problems of the suite."
_PICK = f"Read the answers anew, {' or '.join(PICKS)} announced."
_KIND = f"Read them as another kind: {', '.join(KINDS)}."
_COLUMN = "Where a row of samples has its texts."
_WHERE = "COLUMN=VALUE: keep these rows of samples; repeat it."
_BY = "The column of samples with the ids of the problems; else they are in order."


@dataclass(frozen=True, slots=True)
class RevoteOptions:
    """What `revote` takes."""

    places: Annotated[list[str], typer.Argument(help=_PLACES, metavar="FOLDER|FILES...")]
    rule: Annotated[str, option(f"One of {', '.join(RULES)}.")] = "majority"
    scorer: Annotated[str | None, option("Another scorer; else the suite's.")] = None
    pick: Annotated[str | None, option(_PICK)] = None
    kind: Annotated[str | None, option(_KIND)] = None
    data: Annotated[list[str] | None, option(DATA)] = None
    suite: Annotated[str | None, option(_SUITE)] = None
    n: Annotated[int | None, option(_N, "--n", "-n")] = None
    column: Annotated[str | None, option(_COLUMN)] = None
    where: Annotated[list[str] | None, option(_WHERE)] = None
    by: Annotated[str | None, option(_BY)] = None
    as_json: Annotated[bool, option("Print the report as JSON.", "--json")] = False

    def report(self) -> Report:
        """Decide over recorded samples, where a suite is named, or over those of a run."""
        return self._of_run() if self.suite is None else self._of_samples(self.suite)

    def _of_run(self) -> Report:
        """Decide over the candidates of a run."""
        given = {"--n": self.n, "--column": self.column, "--where": self.where, "--by": self.by}
        for name, value in given.items():
            if value is not None:
                raise UserMistake(f"{name} is for recorded samples: add --suite NAME")
        file = next((place for place in self.places if Path(place).is_file()), None)
        if file is not None:
            raise UserMistake(f"{file} is a file: of recorded samples, add --suite NAME")
        if len(self.places) > 1:
            raise UserMistake("revote takes one folder of results: run it for each")
        suites = [load_suite(name, data=path) for name, path in map(place_of, self.data or ())]
        return revoted(
            self.places[0],
            self.rule,
            scorer=self.scorer,
            pick=self.pick,
            kind=self.kind,
            suites=suites,
        )

    def _of_samples(self, name: str) -> Report:
        """Decide over recorded samples."""
        return revote_samples(
            self.places,
            self._opened(name),
            self.rule,
            scorer=self.scorer,
            pick=self.pick,
            kind=self.kind,
            column=self.column,
            where=_pairs(self.where or ()),
            by=self.by,
        )

    def _opened(self, name: str) -> Suite:
        data = dict(map(place_of, self.data or ()))
        for given in data:
            if given != name:
                raise UserMistake(f"--data {given}=…: the suite is {name}")
        return load_suite(name, size=self.n, data=data.get(name))


def _pairs(told: list[str] | tuple[()]) -> dict[str, str]:
    """Read columns and their values.

    Raises:
        UserMistake: One is no such pair, or a column stands twice.
    """
    found: dict[str, str] = {}
    for text in told:
        column, equals, value = text.partition("=")
        if not equals or not column:
            raise UserMistake(f"--where {text!r}: write a column and its value, task=word_sorting")
        if column in found:
            raise UserMistake(f"--where {column} is given twice: leave one out")
        found[column] = value
    return found


@with_options(RevoteOptions)
def revote(options: RevoteOptions) -> None:
    """Decide anew over recorded candidates or samples, without asking a model."""
    show(options.report(), as_json=options.as_json)
