"""Samples that were recorded elsewhere, read, decided and scored by a suite; no model is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reasoning_chains.errors import UserMistake, shown, wanted
from reasoning_chains.evals.head import CellHead
from reasoning_chains.evals.item import Item
from reasoning_chains.evals.measured import Tally
from reasoning_chains.evals.planning import digest_of
from reasoning_chains.evals.record import Ballot, Record
from reasoning_chains.evals.report import Report, report_of
from reasoning_chains.evals.rereading import Reader
from reasoning_chains.evals.revoting import (
    Anew,
    Decider,
    checked_rule,
    judge_of,
    known_options,
)
from reasoning_chains.evals.rules import BY_LOGPROB
from reasoning_chains.evals.samples import Recording
from reasoning_chains.evals.sources.row import Row
from reasoning_chains.evals.suite import Suite, groups_of, load_suite

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["HowSamples", "revote_samples"]

_BACKEND = "recorded"


class HowSamples(Anew, total=False):
    """What `revote_samples` takes besides.

    `column` holds the texts, else it is found by its name; `where` keeps the rows with these
    values, such as `{"task": "word_sorting"}`; `by` is a column with the ids of the problems,
    without which the rows are in the order of the problems.
    """

    column: str | None
    where: Mapping[str, str]
    by: str | None


def revote_samples(
    files: str | Path | Iterable[str | Path],
    suite: Suite | str,
    rule: str = "majority",
    **how: Unpack[HowSamples],
) -> Report:
    """Give the report of samples that were recorded elsewhere; see `HowSamples`.

    Each file is a chain of that name. What the samples cost is not known but for their number.

    Args:
        files: JSON lines, a problem each: `completions`, `replies` or `samples` is a list of
            texts, `completion`, `reply` or `text` is one. `cut` or `finish_reason` may tell of
            each text how it ended, `weights` and `logprobs` what some rules need.
        suite: Has the problems.
        rule: How the samples become one answer or one score, of `RULES`.
        how: Another scorer or reading, and which rows are whose.

    Raises:
        UserMistake: A file or row is not as it must be, or goes with no problem; both are named.
    """
    known_options("revote_samples", how, HowSamples)
    checked_rule(rule)
    opened = load_suite(suite, how.get("project")) if isinstance(suite, str) else suite
    wanted("suite", opened, Suite)
    pick, kind = how.get("pick"), how.get("kind")
    reader = Reader.of(pick, kind) or Reader()
    decider = Decider(rule, judge_of(opened, how.get("scorer")), reader)
    by, paths = how.get("by"), _paths(files)
    wanted("by", by, str, type(None))
    wanted("column", how.get("column"), str, type(None))
    where, needs = _where(how.get("where", {})), _needs(rule)
    cells = []
    for place, path in enumerate(paths, 1):
        recording = Recording(path, how.get("column"), where, needs)
        made = _Recorded(recording, opened, decider, by)
        cells.append(made.tally(_name(path, paths), place))
    return report_of(cells, paths[0].parent)


def _needs(rule: str) -> str:
    return "logprob" if rule in BY_LOGPROB else "weight" if rule == "weighted" else ""


def _where(given: Mapping[str, str]) -> dict[str, str]:
    wanted("where", given, Mapping, hint="write {'task': 'word_sorting'}")
    for column, value in given.items():
        wanted("each column of where", column, str)
        wanted(f"where {column}", value, str)
    return dict(given)


def _paths(files: Any) -> list[Path]:
    one = isinstance(files, str | PathLike) or not isinstance(files, Iterable)
    made = []
    for file in [files] if one else files:
        wanted("each of files", file, str, PathLike)
        made.append(Path(file))
    if not made:
        raise UserMistake("files is empty: name at least one, such as samples.jsonl")
    twice = [str(path) for path, count in Counter(made).items() if count > 1]
    if twice:
        raise UserMistake(f"{twice[0]} is given twice: leave one out")
    return made


def _name(path: Path, among: list[Path]) -> str:
    """Give a file's name, or the whole path where another has the same."""
    names = [other.stem for other in among]
    return path.stem if names.count(path.stem) == 1 else str(path)


@dataclass(frozen=True, slots=True)
class _Recorded:
    """One file beside the problems of a suite."""

    recording: Recording
    suite: Suite
    decider: Decider
    by: str | None

    def tally(self, name: str, place: int) -> Tally:
        """Decide and score every problem's samples."""
        suite, count = self.suite, 0
        head = CellHead(
            file=f"{place:03d}.jsonl",
            suite=suite.name,
            digest=digest_of(suite),
            chain=name,
            backend=_BACKEND,
        )
        made = Tally(head)
        for item, row in self._in_order() if self.by is None else self._by(self.by):
            ballots = self._fitting(item, row)
            if count not in (0, len(ballots)):
                told = f"it has {len(ballots)} samples, and those before have {count}: give as many"
                raise self.recording.mistake(row, told)
            count = len(ballots)
            record = _record(item, groups_of(suite, item), ballots)
            place_of = f"{self.recording.path}, row {row.number}"
            made.table.add(self.decider.decided(record, item, place_of))
        return made

    def _in_order(self) -> Iterator[tuple[Item, Row]]:
        rows, count = self.recording.rows(), 0
        for item in self.suite:
            row = next(rows, None)
            if row is None:
                raise self._missing(item, count)
            count += 1
            yield item, row
        extra = next(rows, None)
        if extra is not None:
            told = f"{self.suite.name} has {count:,} problems, and this row is one more"
            how = "leave it out, or keep some rows with --where COLUMN=VALUE (where={…})"
            raise self.recording.mistake(extra, f"{told}: {how}")

    def _missing(self, item: Item, count: int) -> UserMistake:
        kept = ", ".join(f"{name}={value}" for name, value in self.recording.where.items())
        told = f"{self.recording.path} has {count:,} rows{kept and ' with ' + kept}"
        if kept and not count:
            return UserMistake(f"{told}: {self.recording.known()}")
        how = (
            "give each problem a row, in their order; or take fewer problems (--n, Suite.sized); "
            "or find them by a column with their ids (--by COLUMN, by=…)"
        )
        return UserMistake(f"{told}, and none for problem {item.id} of {self.suite.name}: {how}")

    def _by(self, column: str) -> Iterator[tuple[Item, Row]]:
        found: dict[str, Row] = {}
        for row in self.recording.rows():
            name = self.recording.told(row, column)
            if name in found:
                told = f"{column} {shown(name)} stands in row {found[name].number} too"
                raise self.recording.mistake(row, f"{told}: give each problem one row")
            found[name] = row
        pairs = [(item, found.pop(item.id, None)) for item in self.suite]
        for name, extra in found.items():
            told = f"{self.suite.name} has no problem {shown(name)}, which is its {column}"
            raise self.recording.mistake(extra, f"{told}: its first is {shown(pairs[0][0].id)}")
        for item, mine in pairs:
            if mine is None:
                raise self._missing(item, sum(one is not None for _, one in pairs))
            yield item, mine

    def _fitting(self, item: Item, row: Row) -> tuple[Ballot, ...]:
        """Give the samples of a row, if its question is that of the problem."""
        asked = row.values.get("question")
        if isinstance(asked, str) and not _folded(asked).startswith(_folded(item.problem.question)):
            told = f"its question {shown(asked)} does not begin with that of problem {item.id}"
            raise self.recording.mistake(
                row,
                f"{told}, {shown(item.problem.question)}: put the rows into the order of the "
                "problems, or find them by a column with their ids (--by COLUMN, by=…)",
            )
        return self.recording.ballots(row)


def _folded(text: str) -> str:
    return " ".join(text.split())


def _record(item: Item, groups: dict[str, str], ballots: tuple[Ballot, ...]) -> Record:
    return Record(
        id=item.id,
        row=max(1, item.row),
        target=item.target,
        outcome="unparsed",
        groups=groups,
        stop_reason="unparsed",
        calls=len(ballots),
        candidates=ballots,
    )
