"""`eval`: suites × chains × backends measured, shown while they run, and gone on with later."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from reasoning_chains.budget import Budget
from reasoning_chains.cli.ask import option
from reasoning_chains.cli.measuring import measuring
from reasoning_chains.cli.options import with_options
from reasoning_chains.cli.printing import console, notes, safe
from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.drawing import CELLS, COMPARED, cell_row, compared_row
from reasoning_chains.evals.report import Report
from reasoning_chains.evals.running import evaluate
from reasoning_chains.evals.suite import Suite, load_suite
from reasoning_chains.types import Sampling

__all__ = ["DATA", "eval_command", "place_of", "show"]

DATA = "NAME=PATH: a suite's rows that are not in the package; repeat it."
_HARNESS = "A folder for the results as lm-evaluation-harness writes them."
_STORE = "A file that keeps replies; else the project's. - for none."


@dataclass(frozen=True, slots=True)
class EvalOptions:
    """What `eval` takes."""

    suites: Annotated[list[str], typer.Argument(help="As `evals` lists them, or task files.")]
    chain: Annotated[
        list[str], option("A chain's spelling, or module:Name; repeat it.", "--chain", "-c")
    ]
    backend: Annotated[
        list[str] | None, option("embedded, openai:MODEL, …; repeat it.", "--backend", "-b")
    ] = None
    n: Annotated[int | None, option("How many problems of each suite.", "--n", "-n")] = None
    seed: Annotated[int, option("Another seed gives other samples.")] = 0
    data: Annotated[list[str] | None, option(DATA)] = None
    budget_tokens: Annotated[float | None, option("Of the whole run.", "--budget-tokens")] = None
    budget_money: Annotated[float | None, option("Of the whole run.", "--budget-money")] = None
    concurrency: Annotated[int, option("How many problems a backend has at once.")] = 16
    temperature: Annotated[float | None, option("Of the sampling.")] = None
    max_tokens: Annotated[int | None, option("The most tokens of each reply.")] = None
    lang: Annotated[str | None, option("en or zh; else by the question's script.")] = None
    store: Annotated[str | None, option(_STORE)] = None
    results: Annotated[str | None, option("The folder of the records; else one of its own.")] = None
    harness: Annotated[str | None, option(_HARNESS)] = None
    retry_errors: Annotated[bool, option("Ask again what failed.", "--retry-errors")] = False
    as_json: Annotated[bool, option("Print the report as JSON.", "--json")] = False

    def budget(self) -> Budget:
        """Make the limits of the run."""
        tokens = self.budget_tokens
        if tokens is not None and not tokens.is_integer():
            raise UserMistake(f"--budget-tokens {tokens:g}: it must be a whole number, such as 2e6")
        return Budget(None if tokens is None else int(tokens), money=self.budget_money)

    def opened(self) -> list[Suite]:
        """Open the suites, those with data of the user's own too."""
        data = dict(map(place_of, self.data or ()))
        for name in data:
            if name not in self.suites:
                raise UserMistake(f"--data {name}=…: {name} is not among the suites")
        return [load_suite(name, data=data.get(name)) for name in self.suites]


def place_of(text: str) -> tuple[str, str]:
    """Read a suite and the place of its rows.

    Raises:
        UserMistake: It is no such pair.
    """
    name, equals, path = text.partition("=")
    if not equals or not name or not path:
        raise UserMistake(f"--data {text!r}: write the suite and its rows, gsm8k=test.jsonl")
    return name, path


@with_options(EvalOptions)
def eval_command(options: EvalOptions) -> None:
    """Measure ways of reasoning: accuracy beside cost, with intervals and paired tests."""
    suites = options.opened()
    store = {None: True, "-": False}.get(options.store, options.store or True)
    with measuring() as watch:
        try:
            report = evaluate(
                suites,
                options.chain,
                options.backend or ["embedded"],
                n=options.n,
                seed=options.seed,
                store=store,
                results=options.results,
                budget=options.budget(),
                concurrency=options.concurrency,
                sampling=Sampling(temperature=options.temperature, max_tokens=options.max_tokens),
                lang=options.lang,
                retry_errors=options.retry_errors,
                watch=watch,
            )
        except KeyboardInterrupt:
            notes().print("what is done is kept: the same command goes on from there")
            raise
    show(report, as_json=options.as_json)
    if options.harness is not None:
        _hand_over(report, options.harness, suites)
    if any(cell.note for cell in report.cells):
        raise typer.Exit(1)


def _hand_over(report: Report, folder: str, suites: Sequence[Suite]) -> None:
    """Write the results in the other format too, and say where."""
    from reasoning_chains.evals.harness.writing import write_harness

    for path in write_harness(report.folder, folder, suites=suites):
        notes().print(safe(f"written: {path}"), style="dim")


def show(report: Report, *, as_json: bool) -> None:
    """Print a report: tables, Markdown in a pipe, or JSON; notes on standard error."""
    if as_json:
        sys.stdout.write(report.to_json())
    elif not console().is_terminal:
        sys.stdout.write(report.to_markdown())
    else:
        _draw(report)
    out = notes()
    for note in report.notes:
        out.print(safe(note), style="yellow")
    out.print(safe(f"records: {report.folder}"), style="dim")


def _draw(report: Report) -> None:
    """Draw what fits on a terminal: a column in which all is the same is left out."""
    left = {"calls", "seconds"}
    left |= set() if len({cell.backend for cell in report.cells}) > 1 else {"backend"}
    left |= set() if any(cell.cost.money for cell in report.cells) else {"money"}
    several = "backend" not in left
    _print(CELLS, [cell_row(cell) for cell in report.cells], left)
    rows = [compared_row(one, several) for one in report.comparisons]
    if rows:
        _print(COMPARED, rows, {"n", "only it", "only other", "p"})


def _print(head: Sequence[str], rows: Iterable[Sequence[str]], left: Set[str]) -> None:
    """Print some columns of a table, long names folded and never cut."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    places = [place for place, name in enumerate(head) if name not in left]
    for place in places:
        table.add_column(head[place], overflow="fold")
    for row in rows:
        table.add_row(*(safe(row[place]) for place in places))
    Console(file=sys.stdout, highlight=False, emoji=False, markup=False).print(table)
