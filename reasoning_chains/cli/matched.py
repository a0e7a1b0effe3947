"""`matched`: a finished run compared at equal cost; no model is asked."""

from __future__ import annotations

from typing import Annotated

import typer

from reasoning_chains.cli.eval import DATA, place_of
from reasoning_chains.cli.reporting import show_matched
from reasoning_chains.evals.columns import MEASURES
from reasoning_chains.evals.matched import matched as compared
from reasoning_chains.evals.suite import load_suite

__all__ = ["matched"]

_POOL = "The self_consistency whose samples are counted anew; else the one with the most."


def matched(
    folder: Annotated[str, typer.Argument(help="The results of a run of `eval`.")],
    pool: Annotated[str | None, typer.Option(help=_POOL)] = None,
    by: Annotated[str, typer.Option(help=f"One of {', '.join(MEASURES)}.")] = "tokens",
    data: Annotated[list[str] | None, typer.Option(help=DATA)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Compare each method with what else its tokens buy: majority and best-of-N at equal cost."""
    places = map(place_of, data or ())
    suites = [load_suite(name, data=path) for name, path in places]
    show_matched(compared(folder, pool=pool, by=by, suites=suites), as_json=as_json)
