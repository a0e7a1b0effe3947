"""`revote`: recorded candidates decided by another rule, or scored otherwise; no model is asked."""

from __future__ import annotations

from typing import Annotated

import typer

from reasoning_chains.cli.eval import DATA, place_of
from reasoning_chains.cli.reporting import show
from reasoning_chains.evals.revoting import RULES
from reasoning_chains.evals.revoting import revote as revoted
from reasoning_chains.evals.suite import load_suite

__all__ = ["revote"]


def revote(
    folder: Annotated[str, typer.Argument(help="The results of a run of `eval`.")],
    rule: Annotated[str, typer.Option(help=f"One of {', '.join(RULES)}.")] = "majority",
    scorer: Annotated[str | None, typer.Option(help="Another scorer; else the suite's.")] = None,
    data: Annotated[list[str] | None, typer.Option(help=DATA)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Decide anew over the candidates that a run recorded, without asking a model."""
    places = map(place_of, data or ())
    suites = [load_suite(name, data=path) for name, path in places]
    show(revoted(folder, rule, scorer=scorer, suites=suites), as_json=as_json)
