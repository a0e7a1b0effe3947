"""What `eval` demands of its cells: thresholds, a baseline, a JUnit file; it measures nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from reasoning_chains.cli.printing import notes, safe
from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.deciding import Kept, decide
from reasoning_chains.evals.fates import Ran, ran
from reasoning_chains.evals.finding import Place
from reasoning_chains.evals.gate import Gate, Verdict
from reasoning_chains.evals.junit import write_junit
from reasoning_chains.evals.report import Report
from reasoning_chains.evals.suite import Suite
from reasoning_chains.evals.telling import told as in_words

__all__ = ["Demands"]


@dataclass(frozen=True, slots=True)
class Demands:
    """What is wanted of every cell of a run.

    Raises:
        UserMistake: A part is missing that another needs, or a file cannot be one.
    """

    gate: Gate
    baseline: str | None = None
    update: bool = False
    junit: str | None = None

    def __post_init__(self) -> None:
        """Refuse what does not go together, before anything is asked."""
        needs = "--max-regression" if self.gate.max_regression is not None else ""
        needs = "--update-baseline" if self.update else needs
        if needs and self.baseline is None:
            raise UserMistake(f"{needs} needs --baseline PATH: where the earlier run is kept")
        if self.baseline is not None and not self.update and not Path(self.baseline).exists():
            told = f"there is no baseline at {self.baseline}"
            raise UserMistake(f"{told}: write it with --baseline {self.baseline} --update-baseline")
        if self.junit is not None and Path(self.junit).is_dir():
            raise UserMistake(f"--junit {self.junit} is a folder: name a file, such as junit.xml")

    @property
    def some(self) -> bool:
        """Whether anything is wanted at all."""
        asked = self.gate.min_accuracy, self.baseline, self.junit
        return any(one is not None for one in asked)

    def met(self, report: Report, suites: Iterable[Suite]) -> bool:
        """Judge every cell, tell what is not good enough, and say whether all are.

        Raises:
            UserMistake: A baseline is missing or does not fit, or a file cannot be written.
        """
        cells = ran(report, suites)
        if self.update and len(cells) > 1 and str(self.baseline).endswith(".jsonl"):
            told = f"--baseline {self.baseline} is a file, which holds one cell"
            raise UserMistake(f"{told}: name a folder for several")
        counts = Counter(each.cell.suite for each in cells)
        verdicts = [self._verdict(each, counts[each.cell.suite] == 1) for each in cells]
        if self.junit is not None:
            write_junit(verdicts, Path(self.junit))
        for verdict in verdicts:
            _tell(verdict)
        return all(verdict.state == "passed" for verdict in verdicts)

    def _verdict(self, cell: Ran, alone: bool) -> Verdict:
        if self.baseline is None:
            return decide(cell, self.gate)
        place = Place(Path(self.baseline), "--update-baseline")
        return decide(cell, self.gate, Kept(place, cell.title, self.update, alone))


def _tell(verdict: Verdict) -> None:
    """Tell what failed, or nearly did."""
    if verdict.state != "passed" or verdict.hints or verdict.against is not None:
        style = "yellow" if verdict.state == "passed" else "red"
        notes().print(safe(in_words(verdict)), style=style, soft_wrap=True)
