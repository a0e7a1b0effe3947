"""What each shard may spend, so that all together stay within the budget of the run."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from reasoning_chains.budget import Budget
from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.measured import Tally
from reasoning_chains.store.file import opened, worded, writing

__all__ = ["LEDGER", "shares"]

LEDGER = "ledger.db"
"""The ledger in the folder of a run, where its budget of money names none."""


def shares(
    budget: Budget, cells: Sequence[Tally], folder: Path, count: int
) -> tuple[Mapping[str, Any], float | None]:
    """Give what each shard may spend, and until when, in seconds since 1970.

    Tokens and calls that are left are parted evenly; money is one limit, kept in a ledger that all
    shards write to before they spend.

    Raises:
        UserMistake: The budget has limits that no two processes can share.
    """
    if budget.steps is not None or budget.repeats is not None:
        raise UserMistake(
            "steps and repeats of a whole run are counted in one process: leave them out, or run "
            "with engine='one'"
        )
    told: dict[str, Any] = {}
    usage = [cell.table.usage for cell in cells]
    if budget.tokens is not None:
        spent = sum(one.tokens for one in usage) + sum(cell.table.scoring for cell in cells)
        told["tokens"] = max(0, budget.tokens - spent) // count
    if budget.calls is not None:
        told["calls"] = max(0, budget.calls - sum(one.calls for one in usage)) // count
    if budget.money is not None:
        ledger = folder / LEDGER if budget.ledger is None else Path(budget.ledger).resolve()
        if budget.ledger is None:
            _remember(ledger, sum(cell.table.bought for cell in cells))
        told |= {"money": budget.money, "ledger": str(ledger)}
    return told, None if budget.seconds is None else time.time() + budget.seconds


def _remember(ledger: Path, bought: float) -> None:
    """Let a ledger know of what the records tell: one process may have bought before."""
    with worded(ledger), closing(opened(ledger)) as base, writing(base):
        asked = "SELECT total(spent) + total(held) FROM spending"
        (known,) = base.execute(asked).fetchone()
        if bought > known:
            row = (f"before-{uuid.uuid4().hex}", bought - known)
            base.execute("INSERT INTO spending VALUES (?, ?, 0)", row)
