"""Decides anew over the candidates that a run recorded, and scores that; it asks no model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from reasoning_chains.electing import key_of
from reasoning_chains.errors import UnknownName, UserMistake, wanted
from reasoning_chains.evals.head import CellHead, Head, read_head
from reasoning_chains.evals.item import Item
from reasoning_chains.evals.lines import Lines
from reasoning_chains.evals.planning import digest_of
from reasoning_chains.evals.record import Ballot, Record
from reasoning_chains.evals.report import Report, report_of
from reasoning_chains.evals.score import Rule, Score
from reasoning_chains.evals.scorers.opening import open_scorer
from reasoning_chains.evals.suite import Suite, load_suite
from reasoning_chains.evals.table import Table
from reasoning_chains.voting import majority

__all__ = ["RULES", "revote", "suite_of"]

_Key: TypeAlias = Callable[[str], str]
_Ballots: TypeAlias = tuple[Ballot, ...]


@dataclass(slots=True)
class _Revoted:
    """A cell as it would have been."""

    head: CellHead
    table: Table = field(default_factory=Table)
    note: str = ""


def revote(
    folder: str | Path,
    rule: str = "majority",
    *,
    scorer: str | None = None,
    suites: Iterable[Suite] = (),
    project: str | Path | None = None,
) -> Report:
    """Give the report of a run as it would be with another rule, or another scorer.

    What it cost stays as it was. A chain that recorded no candidates keeps its answer.

    Args:
        folder: The results of a run.
        rule: `majority` of the candidates; `weighted` by the weights that were recorded; `first`,
            what one sample gives; or `unanimous`, which abstains where two differ.
        scorer: Scores instead of the suite's own, such as `number(tolerance=0.01)`.
        suites: Those that are found by no name, or have data of the user's own.
        project: The folder where the others are looked up.

    Raises:
        UserMistake: The folder holds no results, a suite was changed, or its scorer asks a model.
    """
    if rule not in RULES:
        raise UnknownName("rule of revote", rule, RULES)
    wanted("scorer", scorer, str, type(None))
    head, given = read_head(Path(folder)), {suite.name: suite for suite in suites}
    made = []
    for cell in head.cells:
        suite = suite_of(cell, head, given, project)
        judge = suite.scorer if scorer is None else open_scorer(scorer, suite.project)
        if not isinstance(judge, Rule):
            told = scorer or suite.card.scorer
            raise UserMistake(f"the scorer {told} needs a run: revote with one that needs none")
        made.append(_revoted(cell, suite, judge, Lines(Path(folder) / cell.file), rule))
    return report_of(made, Path(folder))


def suite_of(
    cell: CellHead, head: Head, given: Mapping[str, Suite], project: str | Path | None
) -> Suite:
    """Open the suite of a recorded cell, as it was.

    Raises:
        UserMistake: It is not known, or its card or rows were changed.
    """
    suite = given.get(cell.suite) or load_suite(cell.suite, project)
    if head.n is not None:
        suite = suite.sized(head.n)
    if digest_of(suite) != cell.digest:
        raise UserMistake(f"the card or the rows of {cell.suite} were changed since the run")
    return suite


def _revoted(cell: CellHead, suite: Suite, judge: Rule, lines: Lines, rule: str) -> _Revoted:
    made, records = _Revoted(cell), {record.id: record for record in lines}
    for item in suite:
        if item.id in records:
            made.table.add(_decided(records[item.id], item, judge, rule))
    return made


def _decided(record: Record, item: Item, judge: Rule, rule: str) -> Record:
    """Give a record with another answer and its score; why there is none stays as it was."""
    answer = record.answer
    if record.candidates:
        answer = RULES[rule](record.candidates, key_of(item.problem))
    if answer is None:
        odd = record.outcome not in ("right", "wrong")
        score = Score(0.0, record.outcome) if odd else Score.unparsed()
    else:
        score = judge.judge(item.problem, answer, item.target)
    changed = {"answer": answer, "outcome": score.outcome, "value": score.value}
    return record.model_copy(update=changed)


def _majority(ballots: _Ballots, key: _Key) -> str | None:
    return majority([ballot.answer for ballot in ballots], key=key).answer


def _weighted(ballots: _Ballots, key: _Key) -> str | None:
    answers, weights = zip(*((ballot.answer, ballot.weight) for ballot in ballots), strict=True)
    return majority(answers, weights, key=key).answer


def _first(ballots: _Ballots, key: _Key) -> str | None:
    return ballots[0].answer


def _unanimous(ballots: _Ballots, key: _Key) -> str | None:
    keys = {None if ballot.answer is None else key(ballot.answer) for ballot in ballots}
    return ballots[0].answer if len(keys) == 1 else None


RULES: Mapping[str, Callable[[_Ballots, _Key], str | None]] = {
    "majority": _majority,
    "weighted": _weighted,
    "first": _first,
    "unanimous": _unanimous,
}
