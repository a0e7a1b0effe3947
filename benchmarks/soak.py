"""What stands between a chain and its provider, at full size: faults, kills and budgets.

    python -m benchmarks.soak                 # all parts; those that are there are not run again
    python -m benchmarks.soak --only faults   # one of: faults, kills, budgets, greedy, resume
    python -m benchmarks.soak --again         # even those that are there

`make test` holds each of them at a small size. Takes about half an hour on two cores.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.soak.faults import soaked
from tests.soak.resuming import resumed
from tests.soak.spending import many
from tests.store.killing import killing

RESULT = Path(__file__).parent / "results" / "soak.json"


def faults(folder: Path) -> dict[str, Any]:
    """R-01: 50,000 items with faults of every kind and three kills."""
    return asdict(soaked(folder, 50_000))


def kills(folder: Path) -> dict[str, Any]:
    """R-02: 2,000 kills of one who writes a store."""
    found, wrong = killing(folder, 2_000)
    return {**asdict(found), "wrong": wrong}


def budgets(folder: Path) -> dict[str, Any]:
    """R-09: 10,000 random agents on a budget."""
    return asdict(asyncio.run(many(10_000)))


def greedy(folder: Path) -> dict[str, Any]:
    """The same where the server writes more than it is allowed to."""
    return asdict(asyncio.run(many(2_000, greedy=True)))


def resume(folder: Path) -> dict[str, Any]:
    """A run over 105,000 items, killed at 100,000 records and begun again."""
    return asdict(resumed(folder, 100_000))


PARTS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "faults": faults,
    "kills": kills,
    "budgets": budgets,
    "greedy": greedy,
    "resume": resume,
}


def stamped(found: dict[str, Any], name: str) -> dict[str, Any]:
    """Add how, where and on what it was found."""
    asked = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    return {
        **found,
        "command": f"python -m benchmarks.soak --only {name}",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "commit": commit,
        "load": round(os.getloadavg()[0], 1),
    }


def main() -> None:
    """Run what is missing, and write each part as soon as it is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PARTS)
    parser.add_argument("--again", action="store_true")
    given = parser.parse_args()
    for name, part in PARTS.items():
        known = json.loads(RESULT.read_text("utf-8")) if RESULT.exists() else {}
        if given.only not in (None, name) or (name in known and not given.again):
            continue
        with tempfile.TemporaryDirectory() as folder:
            known[name] = stamped(part(Path(folder)), name)
        ordered = {one: known[one] for one in PARTS if one in known}
        RESULT.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")
        print(name, json.dumps(known[name]), flush=True)


if __name__ == "__main__":
    main()
