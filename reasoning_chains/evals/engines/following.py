"""How far the shards of a run are, by what they write down; it asks no worker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reasoning_chains.budget import Account, Budget
from reasoning_chains.evals.head import CellHead
from reasoning_chains.evals.measured import Tally
from reasoning_chains.evals.options import Progress
from reasoning_chains.evals.record import Record

__all__ = ["Following"]


@dataclass(slots=True, eq=False)
class Following:
    """Reads the records that came since the last look, and tells of each.

    Args:
        cells: Those of the run, with what was there before.
        shards: The folders in which the shards write.
        total: How many problems there will be, if that is known.
        watch: Is told of each record.
    """

    cells: Sequence[Tally]
    shards: Sequence[Path]
    total: int | None
    watch: Callable[[Progress], None] | None
    progress: Progress = field(init=False)
    _read: dict[Path, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with what was there before."""
        there = sum(len(cell.table) for cell in self.cells)
        self.progress = Progress(len(self.cells), self.total, there, there, Account(Budget()))
        account = self.progress.account
        for table in (cell.table for cell in self.cells):
            account.tokens += table.usage.tokens + table.scoring
            account.calls += table.usage.calls
            account.money += table.bought

    def look(self) -> None:
        """Tell of what came since the last look; where nobody is told, nothing is read."""
        if self.watch is None:
            return
        for shard in self.shards:
            for cell in self.cells:
                for line in self._new(shard / cell.head.file):
                    self._tell(cell.head, Record.model_validate_json(line), self.watch)

    def _new(self, path: Path) -> list[bytes]:
        """Read the whole lines that are new in a file."""
        begin = self._read.get(path, 0)
        if not path.exists() or path.stat().st_size <= begin:
            return []
        with path.open("rb") as file:
            file.seek(begin)
            whole = file.read().rpartition(b"\n")[0]
        if not whole:
            return []
        self._read[path] = begin + len(whole) + 1
        return whole.split(b"\n")

    def _tell(self, head: CellHead, record: Record, watch: Callable[[Progress], None]) -> None:
        progress, account = self.progress, self.progress.account
        account.tokens += record.prompt_tokens + record.completion_tokens + record.scoring_tokens
        account.calls += record.calls
        account.money += record.bill.money
        progress.done += 1
        progress.errors += record.outcome == "error"
        progress.cell = f"{head.suite} · {head.chain} · {head.backend}"
        watch(progress)
