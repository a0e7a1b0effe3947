"""The suite that a finished cell was asked, found again and unchanged; it reads no records."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from reasoning_chains.errors import UserMistake, shown
from reasoning_chains.evals.head import CellHead, Head
from reasoning_chains.evals.planning import digest_of
from reasoning_chains.evals.suite import Suite, load_suite

__all__ = ["reopened", "suites_by_name"]


def suites_by_name(suites: Iterable[Suite]) -> dict[str, Suite]:
    """Give suites by their names.

    Raises:
        UserMistake: One is none.
    """
    if isinstance(suites, str | Suite) or not isinstance(suites, Iterable):
        raise UserMistake(f"suites must be a list of Suite, found {shown(suites)}: write [...]")
    given = list(suites)
    for suite in given:
        if not isinstance(suite, Suite):
            raise UserMistake(
                f"each of suites must be a Suite, found {shown(suite)}: one that has a name is "
                "found by it"
            )
    return {suite.name: suite for suite in given}


def reopened(
    cell: CellHead, head: Head, given: dict[str, Suite], project: str | Path | None
) -> Suite:
    """Open the suite of a cell, as many problems of it as the run had.

    Raises:
        UserMistake: It is not found, or was changed since the run.
    """
    suite = given.get(cell.suite) or load_suite(cell.suite, project)
    if head.n is not None:
        suite = suite.sized(head.n)
    if digest_of(suite) != cell.digest:
        raise UserMistake(f"the card or the rows of {cell.suite} were changed since the run")
    return suite
