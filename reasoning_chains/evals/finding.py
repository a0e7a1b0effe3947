"""Where the earlier run of a cell lies, and whether it is one of the same questions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reasoning_chains.content import is_there
from reasoning_chains.errors import UserMistake, shown
from reasoning_chains.evals.baseline import Baseline, BaselineHead, read_baseline
from reasoning_chains.evals.fates import Ran, fates_in, rows_digest
from reasoning_chains.evals.head import FILE, read_head
from reasoning_chains.evals.planning import digest_of

__all__ = ["Place"]

_ENDING = ".jsonl"
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of baselines, a file of one, or the folder of results of an earlier run.

    Args:
        path: Where it is.
        update: How a user writes it anew, for what is said where it does not serve.
    """

    path: Path
    update: str

    def file_of(self, name: str) -> Path:
        """Give where the baseline of this name is written.

        Raises:
            UserMistake: Here lie the results of a run, which are not written over.
        """
        if self.path.suffix == _ENDING:
            return self.path
        if self._foreign:
            told = f"{self.path} holds the results of a run"
            raise UserMistake(f"{told}: name another folder for the baseline")
        plain = "".join(char if char.isascii() and char.isalnum() else "-" for char in name)
        words = "-".join(part for part in plain.split("-") if part)[:_LONGEST]
        digest = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:8]
        return self.path / f"{words}-{digest}{_ENDING}"

    def find(self, name: str, ran: Ran, *, alone: bool = False) -> Baseline:
        """Find the earlier run of a cell: that of this name, else of its suite, chain and backend.

        Args:
            name: What the cell is called.
            ran: The cell as it is now.
            alone: Whether no other cell has this suite, so that another chain's run is meant too.

        Raises:
            UserMistake: There is none, or it was of another suite, other rows, or another seed.
        """
        if not is_there(self.path):
            raise UserMistake(f"there is no baseline at {self.path}: write it with {self.update}")
        own = None if self._foreign else self.file_of(name)
        found = read_baseline(own) if own and own.exists() else None
        if found is None or own == self.path:
            found = self._among(name, ran, alone)
        if found is None:
            told = f"{self.path} holds no baseline of {name}"
            raise UserMistake(f"{told}: write it with {self.update}")
        self._check(found, ran)
        return found

    def _among(self, name: str, ran: Ran, alone: bool) -> Baseline | None:
        """Look through all that is there; of the suite's only one, where that may be meant."""
        asked = (ran.cell.suite, ran.cell.chain, ran.cell.backend)
        of_suite = []
        for each in self._all():
            head = each.head
            if head.name == name or (head.suite, head.chain, head.backend) == asked:
                return each
            if head.suite == ran.cell.suite:
                of_suite.append(each)
        return of_suite[0] if alone and len(of_suite) == 1 else None

    @property
    def _foreign(self) -> bool:
        """Whether here lie the results of a run, whose form is another."""
        return (self.path / FILE).exists()

    def _all(self) -> Iterator[Baseline]:
        if self.path.is_file():
            yield read_baseline(self.path)
        elif self._foreign:
            yield from _results(self.path)
        else:
            for path in sorted(self.path.glob(f"*{_ENDING}")):
                yield read_baseline(path)

    def _check(self, found: Baseline, ran: Ran) -> None:
        told = _other(found, ran)
        if told:
            mend = f"run that again, or write it anew with {self.update}"
            raise UserMistake(f"the baseline {found.place} was made {told}: {mend}")


def _results(folder: Path) -> Iterator[Baseline]:
    """Give the cells of a folder of results."""
    head = read_head(folder)
    for cell in head.cells:
        fates = dict(fates_in(folder / cell.file))
        failed = sum(fate.outcome == "error" for fate in fates.values())
        if failed or not fates:
            told = f"{failed:,} of its problems failed" if failed else "it holds no problem"
            title = f"{cell.suite} × {cell.chain} × {cell.backend}"
            raise UserMistake(f"{folder} is no baseline of {title}: {told}")
        made = BaselineHead(
            name="",
            suite=cell.suite,
            chain=cell.chain,
            backend=cell.backend,
            seed=head.seed,
            questions=len(fates),
            card=cell.digest,
        )
        yield Baseline(made, fates, str(folder))


def _other(found: Baseline, ran: Ran) -> str:
    """Say what an earlier run had otherwise, of that which makes its questions and samples."""
    head = found.head
    if head.suite != ran.cell.suite:
        return f"of the suite {shown(head.suite)}, and this is {shown(ran.cell.suite)}"
    if head.seed != ran.seed:
        return f"with the seed {head.seed}, and this run has {ran.seed}"
    if len(found.fates) != len(ran.fates):
        return f"of {len(found.fates):,} questions, and this run has {len(ran.fates):,}"
    of_card = bool(head.card)
    same = digest_of(ran.suite) == head.card if of_card else rows_digest(ran.suite) == head.rows
    if not same or found.fates.keys() != ran.fates.keys():
        return f"of other rows of {head.suite}: its questions, targets or scorer were changed"
    return ""
