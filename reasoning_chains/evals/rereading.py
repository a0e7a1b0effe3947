"""Answers read anew out of texts that were kept; it votes and scores nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from reasoning_chains.errors import UnknownName, UserMistake, wanted
from reasoning_chains.evals.record import Ballot, Record
from reasoning_chains.evals.recorded import recorded_solution
from reasoning_chains.evals.score import unread
from reasoning_chains.solution import Candidate, Solution, unanswered
from reasoning_chains.types import KINDS, Problem

__all__ = ["PICKS", "Reader"]

PICKS = ("first", "last")


@dataclass(frozen=True, slots=True)
class Reader:
    """How answers are read.

    Args:
        pick: Which announced answer of a text counts, the `first` or the `last`.
        kind: Another kind of answer than the problem's.

    Raises:
        UnknownName: There is no such pick or kind.
    """

    pick: str = "last"
    kind: str | None = None

    def __post_init__(self) -> None:
        """Refuse what there is not."""
        wanted("pick", self.pick, str)
        wanted("kind", self.kind, str, type(None))
        if self.pick not in PICKS:
            raise UnknownName("pick", self.pick, PICKS)
        if self.kind is not None and self.kind not in KINDS:
            raise UnknownName("kind of answer", self.kind, KINDS)

    @classmethod
    def of(cls, pick: str | None, kind: str | None) -> Reader | None:
        """Make a reader, or None where nothing is to be read anew."""
        return None if pick is None and kind is None else cls(pick or PICKS[-1], kind)

    def asked(self, problem: Problem) -> Problem:
        """Give a problem that wants the other kind of answer.

        Raises:
            UserMistake: The problem cannot be of it.
        """
        if self.kind is None:
            return problem
        made = replace(problem, kind=self.kind)  # type: ignore[arg-type]
        if made.kind != self.kind:
            raise UserMistake(f"kind {self.kind!r}: a problem with choices is of kind 'choice'")
        return made

    def read(self, record: Record, problem: Problem) -> Record:
        """Give a record with the answers of its texts; one that kept none stays as it is."""
        if not record.candidates:
            return self._single(record, problem) if record.text else record
        if not any(one.text for one in record.candidates):
            return record
        ballots = tuple(self._ballot(one, problem) for one in record.candidates)
        return record.model_copy(update={"candidates": ballots, "outcome": _outcome(ballots)})

    def _single(self, record: Record, problem: Problem) -> Record:
        if record.stop_reason in ("refused", "failed"):
            return record
        found = recorded_solution(problem, record.text, cut=record.cut, pick=self.pick)
        outcome = unread(found).outcome if found.answer is None else "wrong"
        told = {"answer": found.answer, "stop_reason": found.stop_reason, "outcome": outcome}
        return record.model_copy(update=told)

    def _ballot(self, ballot: Ballot, problem: Problem) -> Ballot:
        if not ballot.text or ballot.stop_reason in ("refused", "failed"):
            return ballot
        found = recorded_solution(problem, ballot.text, cut=ballot.cut, pick=self.pick)
        told = {"answer": found.answer, "stop_reason": found.stop_reason}
        return ballot.model_copy(update=told)


def _outcome(ballots: tuple[Ballot, ...]) -> str:
    """Say why there is no answer, or `wrong` until one is scored."""
    if any(one.answer is not None for one in ballots):
        return "wrong"
    told = [Candidate(None, one.text, stop_reason=one.stop_reason) for one in ballots]
    return unread(Solution(None, stop_reason=unanswered(told, None))).outcome
