"""A cell judged beside its baseline, or made the new one: what command line and pytest share."""

from __future__ import annotations

from dataclasses import dataclass, replace

from reasoning_chains.evals.baseline import baseline_of, write_baseline
from reasoning_chains.evals.fates import Ran
from reasoning_chains.evals.finding import Place
from reasoning_chains.evals.gate import Gate, Verdict, judge

__all__ = ["Kept", "decide"]


@dataclass(frozen=True, slots=True)
class Kept:
    """Where the earlier run of a cell is kept.

    Args:
        place: A folder or a file.
        name: What the cell is called there.
        renew: Whether this run becomes the earlier one of the next: then it is compared with none.
        alone: Whether no other cell of the run has its suite.
    """

    place: Place
    name: str
    renew: bool = False
    alone: bool = False


def decide(ran: Ran, gate: Gate, kept: Kept | None = None) -> Verdict:
    """Judge a cell; one that is good enough is written down where it renews its baseline.

    Raises:
        UserMistake: There is no baseline, or it does not fit.
    """
    verdict = judge(ran, replace(gate, max_regression=None))
    if verdict.state == "error" or kept is None:
        return verdict if verdict.state == "error" else judge(ran, gate)
    if not kept.renew:
        return judge(ran, gate, kept.place.find(kept.name, ran, alone=kept.alone))
    if verdict.state == "passed":
        path = kept.place.file_of(kept.name)
        write_baseline(baseline_of(ran, kept.name, str(path)))
    return verdict
