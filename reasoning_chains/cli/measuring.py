"""How far a run of evals is, on standard error: rate, cost, expected end; silent in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.text import Text

from reasoning_chains.cli.printing import notes, safe
from reasoning_chains.evals.options import Progress

__all__ = ["measuring", "state"]

_WIDEST = 60


class _State(ProgressColumn):
    """What `state` says, from the task's own numbers."""

    def render(self, task: Task) -> Text:
        """Draw it."""
        return Text(str(task.fields.get("state", "")))


@contextmanager
def measuring() -> Iterator[Callable[[Progress], None] | None]:
    """Give a function that shows a run's progress, or None where nobody would see it."""
    if not sys.stderr.isatty():
        yield None
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        _State(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=notes(), transient=True) as bar:
        task = bar.add_task("measuring", total=None)

        def watch(progress: Progress) -> None:
            done = progress.done - progress.recalled
            total = None if progress.total is None else progress.total - progress.recalled
            speed = bar.tasks[0].elapsed or 0.0
            told = state(progress, done / speed if speed else 0.0)
            name = safe(progress.cell)[:_WIDEST]
            bar.update(task, description=name, completed=done, total=total, state=told)

        yield watch


def state(progress: Progress, rate: float) -> str:
    """Say how many are done, how fast, and what they cost."""
    total = "" if progress.total is None else f" of {progress.total:,}"
    money = f", {progress.account.money:.4g} spent" if progress.account.money else ""
    errors = f", {progress.errors:,} failed" if progress.errors else ""
    done = f"{progress.done:,}{total}"
    return f"{done}, {rate:.3g} a second, {progress.account.tokens:,} tokens{money}{errors}"
