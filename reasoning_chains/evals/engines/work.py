"""One shard carried out, wherever this is called; it knows no engine."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path

from reasoning_chains.errors import Caught, UserMistake
from reasoning_chains.evals.engines.engine import Answer, Order
from reasoning_chains.evals.engines.orders import opened_suite, read_told
from reasoning_chains.evals.folder import free
from reasoning_chains.evals.running import gone_through
from reasoning_chains.loop import run_sync

__all__ = ["ORDER", "carried_out"]

ORDER = "order.json"
"""The file in a shard's folder that holds its order, for who carries it out."""


def carried_out(order: Order) -> Answer:
    """Run a shard to its end, going on where one before it died.

    A mistake of the user's comes back in words: other processes revive no errors.
    """
    with Caught(UserMistake) as caught:
        return _done(order)
    return {"mistake": str(caught.error), "note": "", "cells": []}


def _done(order: Order) -> Answer:
    told = read_told(order)
    folder = Path(str(told.results))
    _check_sight(folder, order)
    if Path(order["folder"]).is_dir():
        os.chdir(order["folder"])
    run_sync(free(folder))
    suites = [opened_suite(suite, str(told.project)) for suite in order["suites"]]
    done = run_sync(gone_through(suites, order["chains"], order["backends"], told))
    return {"mistake": "", "note": done.note, "cells": [cell.note for cell in done.cells]}


def _check_sight(folder: Path, order: Order) -> None:
    """Refuse to work where the folder of the run is not to be seen."""
    path = folder / ORDER
    if path.is_file() and json.loads(path.read_text(encoding="utf-8")) == order:
        return
    shard = order["options"]["shard"]
    raise UserMistake(
        f"the worker on {platform.node()} does not see {folder} as it is where the run was begun: "
        "put results and project on a file system that all machines share; or run "
        f"--shard {shard}, and so on, on each machine, and merge the folders"
    )
