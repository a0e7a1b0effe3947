"""Decides anew over the candidates that a run recorded, and scores that; it asks no model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from reasoning_chains.electing import key_of
from reasoning_chains.errors import UnknownName, UserMistake, wanted
from reasoning_chains.evals.head import CellHead, Head, read_head
from reasoning_chains.evals.item import Item
from reasoning_chains.evals.lines import Lines
from reasoning_chains.evals.measured import Tally
from reasoning_chains.evals.record import Ballot, Record
from reasoning_chains.evals.reopening import reopened, suites_by_name
from reasoning_chains.evals.report import Report, report_of
from reasoning_chains.evals.rereading import Reader
from reasoning_chains.evals.rules import ELECTING, RULES, SCORING
from reasoning_chains.evals.score import Rule, Score
from reasoning_chains.evals.scorers.opening import open_scorer
from reasoning_chains.evals.suite import Suite
from reasoning_chains.types import Problem

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["Anew", "Decider", "How", "checked_rule", "judge_of", "known_options", "revote"]


class Anew(TypedDict, total=False):
    """How recorded samples are looked at anew.

    `scorer` scores instead of the suite's own, such as `number(tolerance=0.01)`; `pick` (`first`
    or `last`) and `kind` read the answers anew out of the texts; `project` is the folder where
    names are looked up.
    """

    scorer: str | None
    pick: str | None
    kind: str | None
    project: str | Path | None


class How(Anew, total=False):
    """What `revote` takes besides; `suites` are those with data of the user's own."""

    suites: Iterable[Suite]


def revote(folder: str | Path, rule: str = "majority", **how: Unpack[How]) -> Report:
    """Give the report of a run as it would be with another rule, scorer, or reading; see `How`.

    What it cost stays as it was. A chain that recorded no candidates keeps its answer.

    Args:
        folder: The results of a run.
        rule: How the candidates become one answer, of `RULES`.
        how: Another scorer, another reading, and where suites are found.

    Raises:
        UserMistake: The folder holds no results, or none of what the rule or the reading needs; a
            suite was changed; or its scorer asks a model.
    """
    known_options("revote", how, How)
    reader = Reader.of(how.get("pick"), how.get("kind"))
    checked_rule(rule)
    head, given = read_head(Path(folder)), suites_by_name(how.get("suites", ()))
    if reader is not None:
        _texts_wanted(Path(folder), head)
    made = []
    for cell in head.cells:
        suite = reopened(cell, head, given, how.get("project"))
        decider = Decider(rule, judge_of(suite, how.get("scorer")), reader)
        made.append(_revoted(cell, suite, decider, Lines(Path(folder) / cell.file)))
    return report_of(made, Path(folder))


def known_options(name: str, how: Mapping[str, Any], known: type) -> None:
    """Refuse an option that there is not.

    Raises:
        UnknownName: It lists near ones.
    """
    names = known.__annotations__
    for option in how:
        if option not in names:
            raise UnknownName(f"option of {name}", option, names)


def checked_rule(rule: str) -> None:
    """Refuse a rule that there is not.

    Raises:
        UnknownName: It lists near ones.
    """
    if rule not in RULES:
        raise UnknownName("rule of revote", rule, RULES)


def judge_of(suite: Suite, scorer: str | None) -> Rule:
    """Give the scorer of a suite, or the other one, if it needs no more than answers.

    Raises:
        UserMistake: It asks a model, or reads replies.
    """
    wanted("scorer", scorer, str, type(None))
    judge = suite.scorer if scorer is None else open_scorer(scorer, suite.project)
    if not isinstance(judge, Rule):
        told = scorer or suite.card.scorer
        raise UserMistake(f"the scorer {told} needs a run: revote with one that needs none")
    return judge


def _texts_wanted(folder: Path, head: Head) -> None:
    if not head.texts:
        raise UserMistake(
            f"{folder} kept no texts, so that no answer can be read anew: run the same command "
            "with --texts (texts=True) and another folder of results; where it kept its replies "
            "in a store it finds them there, and buys nothing"
        )


def _revoted(cell: CellHead, suite: Suite, decider: Decider, lines: Lines) -> Tally:
    made, records = Tally(cell), {record.id: record for record in lines}
    for item in suite:
        if item.id in records:
            place = f"{cell.suite} × {cell.chain}, problem {item.id}"
            made.table.add(decider.decided(records[item.id], item, place))
    return made


@dataclass(frozen=True, slots=True)
class Decider:
    """Decides over the candidates of one problem.

    Args:
        rule: One of `RULES`.
        judge: Scores an answer.
        reader: Reads the answers anew; None leaves them as they were read.
    """

    rule: str
    judge: Rule
    reader: Reader | None = None

    def decided(self, record: Record, item: Item, place: str) -> Record:
        """Give a record with another answer and its score.

        Raises:
            UserMistake: What the rule or the reading needs is not there; `place` is named.
        """
        try:
            problem = item.problem if self.reader is None else self.reader.asked(item.problem)
            if self.reader is not None:
                record = self.reader.read(record, problem)
            answer, score = self._scored(record, problem, item.target)
        except UserMistake as error:
            raise UserMistake(f"{place}: {error}") from None
        changed = {"answer": answer, "outcome": score.outcome, "value": score.value}
        return record.model_copy(update=changed)

    def _scored(self, record: Record, problem: Problem, target: str) -> tuple[str | None, Score]:
        odd = record.outcome not in ("right", "wrong")
        nothing = Score(0.0, record.outcome) if odd else Score.unparsed()
        ballots = record.candidates or (Ballot(answer=record.answer),)

        def scored(answer: str | None) -> Score:
            return nothing if answer is None else self.judge.judge(problem, answer, target)

        if self.rule in ELECTING:
            answer = record.answer
            if record.candidates:
                answer = ELECTING[self.rule](ballots, key_of(problem))
            return answer, scored(answer)
        if all(one.answer is None for one in ballots):
            return None, nothing
        return None, SCORING[self.rule]([scored(one.answer) for one in ballots])
