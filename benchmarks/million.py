"""A million generated problems with scripted replies: how fast they go through, in how much memory.

    python -m benchmarks.million                   # a process on every core; a quarter of an hour
    python -m benchmarks.million --count 100000 --engine one
    python -m benchmarks.million --count 100000 --store

The replies cost nothing, so that what is measured is the library. Written to
benchmarks/results/million.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from reasoning_chains import ScriptedBackend, evaluate
from reasoning_chains.evals.suite import suite_at

RESULT = Path(__file__).parent / "results" / "million.json"
CARD = """\
description: Sums of three operations.
data: {generator: arithmetic, levels: [3], seed: 1, split: any, size: 1000000}
kind: number
scorer: number
groups: level
"""


class Told(ScriptedBackend):
    """Says the same to all."""

    def __init__(self) -> None:
        super().__init__(lambda content, key: "The answer is 42.")


class Memory(threading.Thread):
    """Looks every second at how much memory this process and those that it began have together."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peaks: list[float] = []
        self.ended = threading.Event()

    def run(self) -> None:
        """Look until it is ended."""
        while not self.ended.wait(1.0):
            self.peaks.append(sum(map(_megabytes, _family(os.getpid()))))


def _family(root: int) -> list[int]:
    made = [root]
    for task in Path(f"/proc/{root}/task").glob("*/children"):
        for child in task.read_text().split():
            made += _family(int(child))
    return made


def _megabytes(process: int) -> float:
    """Give the memory of a process that no other shares, and its part of the rest."""
    try:
        told = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:  # it has ended
        return 0.0
    line = next(line for line in told.splitlines() if line.startswith("Pss:"))
    return int(line.split()[1]) / 1024


def measured(count: int, engine: str, *, store: bool) -> dict[str, Any]:
    """Run it once."""
    memory = Memory()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "eval.yaml").write_text(CARD, encoding="utf-8")
        suite = suite_at(folder).sized(count)
        memory.start()
        began = time.perf_counter()
        report = evaluate(
            suite,
            "direct",
            "benchmarks.million:Told",
            engine=engine,
            concurrency=64,
            results=folder / "results",
            store=folder / "replies.db" if store else False,
        )
        seconds = time.perf_counter() - began
    memory.ended.set()
    memory.join()
    assert report.cells[0].questions == count
    tenth = memory.peaks[: max(1, len(memory.peaks) // 10)]
    return {
        "problems": count,
        "engine": engine,
        "processes": 1 if engine == "one" else os.cpu_count(),
        "store": store,
        "seconds": round(seconds, 1),
        "a_second": round(count / seconds),
        "peak_mb": round(max(memory.peaks), 1),
        "peak_of_first_tenth_mb": round(max(tenth), 1),
    }


def main() -> None:
    """Measure, and write it beside what was measured otherwise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--engine", default="processes", choices=("one", "processes"))
    parser.add_argument("--store", action="store_true")
    given = parser.parse_args()
    found = measured(given.count, given.engine, store=given.store)
    asked = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    options = f" --count {given.count}" * (given.count != 1_000_000)
    options += f" --engine {given.engine}" * (given.engine != "processes")
    command = f"python -m benchmarks.million{options}{' --store' * given.store}"
    known = json.loads(RESULT.read_text("utf-8")) if RESULT.exists() else {"runs": {}}
    known["machine"] = f"{platform.machine()}, {os.cpu_count()} cores"
    known["runs"][command] = {**found, "commit": commit, "load": round(os.getloadavg()[0], 1)}
    RESULT.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(known["runs"][command]))


if __name__ == "__main__":
    main()
