"""All suites that the package makes, in seven ways of reasoning, on the model in the package.

    python -m benchmarks.evals            # goes on where it was broken off
    python -m benchmarks.evals --again    # from the beginning

200 problems of each suite, a process on every core, every method beside others at the same
number of tokens. Records and replies lie in build/evals; written to benchmarks/results/evals.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from benchmarks.reasoning import weights
from reasoning_chains import evaluate
from reasoning_chains.evals.card import read_card
from reasoning_chains.evals.matched import Matched
from reasoning_chains.evals.options import Progress
from reasoning_chains.evals.report import Report

ROOT = Path(__file__).parent.parent
RESULT = ROOT / "benchmarks" / "results" / "evals.json"
FOLDER = ROOT / "build" / "evals"
COUNT = 200
AT_ONCE = 64
VOTED = tuple(f"self_consistency(zero_shot_cot, samples={count})" for count in (4, 8, 16))
CHAINS = ("direct", "zero_shot_cot", "few_shot_cot", *VOTED, "least_to_most")


def suites() -> list[str]:
    """Name the suites whose problems the package makes."""
    cards = sorted((ROOT / "evals").glob("*/eval.yaml"))
    return [path.parent.name for path in cards if read_card(path).data.generator]


def watched(began: float) -> Any:
    """Tell now and then how far it is."""
    told = began

    def watch(progress: Progress) -> None:
        nonlocal told
        if time.monotonic() - told > 30:
            told = time.monotonic()
            print(f"{told - began:.0f} s: {progress.done:,} of {progress.total:,}", flush=True)

    return watch


def stamped(report: Report, beside: Matched, seconds: float | None) -> dict[str, Any]:
    """Add how, where and on what it was found."""
    asked = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    found = report.to_dict()
    for left in ("folder", "note"):
        del found[left]
    return {
        "command": "python -m benchmarks.evals --again",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "commit": commit,
        "weights": weights(),
        "seconds": seconds,
        "load": round(os.getloadavg()[0], 1),
        **found,
        "matched": beside.to_dict()["matches"],
    }


def main() -> None:
    """Measure, and write what was found; the time only of a run from its beginning."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--again", action="store_true")
    if parser.parse_args().again:
        shutil.rmtree(FOLDER, ignore_errors=True)
    fresh, began = not FOLDER.exists(), time.monotonic()
    report = evaluate(
        suites(),
        CHAINS,
        n=COUNT,
        engine="processes",
        concurrency=AT_ONCE,
        results=FOLDER,
        store=FOLDER / "replies.db",
        matched=True,
        watch=watched(began),
    )
    seconds = round(time.monotonic() - began, 1) if fresh else None
    beside = report.matched()
    text = json.dumps(stamped(report, beside, seconds), indent=1)
    RESULT.write_text(text + "\n", encoding="utf-8")
    print(f"{seconds} s, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
