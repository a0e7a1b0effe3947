"""`eval`: suites × chains × backends measured, shown while they run, and gone on with later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import typer

from reasoning_chains.budget import Budget
from reasoning_chains.cli.ask import option
from reasoning_chains.cli.gating import Demands
from reasoning_chains.cli.measuring import measuring
from reasoning_chains.cli.options import with_options
from reasoning_chains.cli.printing import notes, safe
from reasoning_chains.cli.reporting import show, show_matched
from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.gate import Gate
from reasoning_chains.evals.matching import POOL, Matching
from reasoning_chains.evals.options import Options, Progress
from reasoning_chains.evals.report import Report
from reasoning_chains.evals.running import evaluate
from reasoning_chains.evals.suite import Suite, load_suite
from reasoning_chains.types import Sampling

__all__ = ["DATA", "eval_command", "place_of"]

DATA = "NAME=PATH: a suite's rows that are not in the package; repeat it."
_BASELINE = "The earlier run to compare with: a folder, a .jsonl file, or a run's results."
_SHARD = "One part of the problems, such as 2/8; `merge` puts the parts together."
_ENGINE = "Runs the problems in shards: processes, or ray; else in this process alone."
_SHARDS = "How many shards the engine makes; else one a core."
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
    texts: Annotated[bool, option("Keep the replies' texts in the records.", "--texts")] = False
    matched: Annotated[
        bool, option("Compare at equal tokens, and ask what it needs.", "--matched")
    ] = False
    pool: Annotated[str | None, option(f"What --matched samples; else {POOL}.")] = None
    no_logprobs: Annotated[bool, option("Where the model gives none.", "--no-logprobs")] = False
    shard: Annotated[str | None, option(_SHARD)] = None
    engine: Annotated[str, option(_ENGINE)] = "one"
    shards: Annotated[int | None, option(_SHARDS)] = None
    as_json: Annotated[bool, option("Print the report as JSON.", "--json")] = False
    min_accuracy: Annotated[float | None, option("Fail below this share, 0.8 say.")] = None
    max_regression: Annotated[float | None, option("Fail where it fell by more, 0.02 say.")] = None
    baseline: Annotated[str | None, option(_BASELINE)] = None
    update_baseline: Annotated[bool, option("Write the baseline.", "--update-baseline")] = False
    confidence: Annotated[float, option("How sure a failure must be.")] = 0.95
    strict: Annotated[bool, option("Fail by what was seen, sure or not.", "--strict")] = False
    junit: Annotated[str | None, option("Write a JUnit file.")] = None

    def demands(self) -> Demands:
        """Make what is wanted of the cells."""
        gate = Gate(self.min_accuracy, self.max_regression, self.confidence, self.strict)
        return Demands(gate, self.baseline, self.update_baseline, self.junit)

    def budget(self) -> Budget:
        """Make the limits of the run."""
        tokens = self.budget_tokens
        if tokens is not None and not tokens.is_integer():
            raise UserMistake(f"--budget-tokens {tokens:g}: it must be a whole number, such as 2e6")
        return Budget(None if tokens is None else int(tokens), money=self.budget_money)

    def matching(self) -> Matching | bool:
        """Make what is asked besides."""
        if self.matched:
            pool = POOL if self.pool is None else self.pool
            return Matching(pool, logprobs=not self.no_logprobs)
        if self.pool is not None or self.no_logprobs:
            raise UserMistake("--pool and --no-logprobs go with --matched: add it")
        return False

    def told(self, watch: Callable[[Progress], None] | None) -> Options:
        """Make the options of the run."""
        return Options(
            n=self.n,
            seed=self.seed,
            store={None: True, "-": False}.get(self.store, self.store or True),
            results=self.results,
            budget=self.budget(),
            concurrency=self.concurrency,
            sampling=Sampling(temperature=self.temperature, max_tokens=self.max_tokens),
            lang=self.lang,
            retry_errors=self.retry_errors,
            texts=self.texts,
            matched=self.matching(),
            shard=self.shard,
            engine=self.engine,
            shards=self.shards,
            watch=watch,
        )

    def opened(self) -> list[Suite | str]:
        """Open the suites that have data of the user's own; the others have their names."""
        data = dict(map(place_of, self.data or ()))
        for name in data:
            if name not in self.suites:
                raise UserMistake(f"--data {name}=…: {name} is not among the suites")
        return [load_suite(name, data=data[name]) if name in data else name for name in self.suites]

    def whole(self) -> list[Suite]:
        """Open all suites."""
        return [load_suite(one) if isinstance(one, str) else one for one in self.opened()]


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
    demands, suites = options.demands(), options.opened()
    backends = options.backend or ["embedded"]
    with measuring() as watch:
        try:
            report = evaluate(suites, options.chain, backends, **options.told(watch))
        except KeyboardInterrupt:
            notes().print("what is done is kept: the same command goes on from there")
            raise
    _show(report, options)
    met = not demands.some or demands.met(report, options.whole())
    if not met or any(cell.note for cell in report.cells):
        raise typer.Exit(1)


def _show(report: Report, options: EvalOptions) -> None:
    """Print what was found, and write it in the other format where that is wanted."""
    if options.harness is not None:
        from reasoning_chains.evals.harness.writing import write_harness

        for path in write_harness(report.folder, options.harness, suites=options.whole()):
            notes().print(safe(f"written: {path}"), style="dim")
    if options.matched:
        beside = report.matched(pool=options.pool or POOL, suites=options.whole())
        show_matched(beside, as_json=options.as_json)
    else:
        show(report, as_json=options.as_json)
