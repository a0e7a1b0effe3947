"""Lets a chain solve one item and scores it; whatever happens becomes a record."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reasoning_chains.budget import Account, Budget
from reasoning_chains.buying import Session
from reasoning_chains.errors import BudgetSpent, Caught
from reasoning_chains.evals.cell import Cell
from reasoning_chains.evals.item import Item
from reasoning_chains.evals.record import Record, recorded
from reasoning_chains.evals.score import OfReplies, Score, Scorer
from reasoning_chains.evals.suite import groups_of
from reasoning_chains.evals.texts import with_texts
from reasoning_chains.failing import innermost
from reasoning_chains.pricing import Price
from reasoning_chains.run import Run
from reasoning_chains.session import Settings, identity
from reasoning_chains.solution import Solution

if TYPE_CHECKING:
    from reasoning_chains.templates import Templates

__all__ = ["Desk", "solved"]


@dataclass(frozen=True, slots=True)
class Desk:
    """What all items of a run share: settings, the account, and the templates, found once.

    `texts` tells whether the texts of replies are kept.
    """

    settings: Settings
    account: Account
    templates: Templates
    texts: bool = False

    def run(self, cell: Cell, item: Item) -> Run:
        """Make an item's run, in a session of its own."""
        told, problem = self.settings, item.problem
        session = Session(cell.backend, self.templates, told.lang)
        path = (told.seed, identity(problem))
        sampling = cell.sampling.over(told.sampling)
        return Run(session, problem, path, Account(Budget(), self.account), sampling)


async def solved(desk: Desk, cell: Cell, item: Item) -> Record | None:
    """Solve an item and give its record, or None where the budget of the whole run ended it.

    What a chain or a scorer raises, a bug of theirs included, costs this item alone.
    """
    run, account = desk.run(cell, item), desk.account
    began = time.perf_counter()
    solution: Solution | None = None
    score = Score(0.0, "error")
    with Caught() as caught:
        solution = await run.work(cell.chain)
        if solution.stop_reason != "budget" or not account.spent:
            score = await cell.suite.scorer.score(item.problem, solution, item.target, run)
    if account.spent and (isinstance(caught.error, BudgetSpent) or _ended(run, solution)):
        return None
    if caught.error is not None:
        score = Score(0.0, "error", _told(caught.error))
    elif solution is not None and score.outcome == "error" and not score.note:
        score = Score(0.0, "error", solution.trace.stopped)
    seconds = time.perf_counter() - began
    record = _record(cell, item, run, score, solution).model_copy(update={"seconds": seconds})
    return with_texts(record, solution) if desk.texts and solution is not None else record


def _ended(run: Run, solution: Solution | None) -> bool:
    """Tell whether a spent budget cut off the solution, or a part of it."""
    if solution is not None and solution.stop_reason == "budget":
        return True
    return any(span.kind == "note" and span.label == "budget" for span in run.span.walk())


def _told(error: BaseException) -> str:
    found = innermost(error)
    return f"{type(found).__name__}: {found}"


def _record(cell: Cell, item: Item, run: Run, score: Score, solution: Solution | None) -> Record:
    told = solution or Solution(None, usage=run.usage, bill=run.bill, stop_reason="failed")
    price = Price.read(getattr(cell.backend, "price", None)) or Price()
    made = recorded(item, groups_of(cell.suite, item), score, told, price.of(told.usage))
    kept = _kept(cell.suite.scorer, told)
    update = {"scoring_tokens": run.usage.tokens - told.usage.tokens, "replies": kept}
    return made.model_copy(update=update)


def _kept(scorer: Scorer, solution: Solution) -> tuple[str, ...]:
    """Give the replies that are recorded: those of a scorer that reads them, as can be written."""
    if not isinstance(scorer, OfReplies):
        return ()
    return tuple(text.encode(errors="replace").decode() for text in scorer.replies(solution))
