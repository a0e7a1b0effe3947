"""Which task files of lm-evaluation-harness can be read: all those of the installed package.

    python -m benchmarks.harness

Each file is opened as a suite, or refused for one of the reasons in `REASONS`. No rows are fetched
and no code of the package's tasks is run. Written to benchmarks/results/harness.json.
"""

from __future__ import annotations

import json
import platform
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from benchmarks.drawing import made_by, read, rows
from reasoning_chains.evals.harness.refused import REASONS, Refused
from reasoning_chains.evals.harness.task import open_task

RESULT = Path(__file__).parent / "results" / "harness.json"
PARTS = 6
"""The files are counted in so many parts, every sixth together, so that a test can share them."""
OPENS = "opens"
ASIDE = ("group", "part", "output type")
"""Reasons of what is no task of the kind that is read."""


def files(part: int) -> list[Path]:
    """Give the task files of a part."""
    found = find_spec("lm_eval")
    if found is None or found.origin is None:
        raise SystemExit("lm_eval is not installed")
    return sorted((Path(found.origin).parent / "tasks").rglob("*.yaml"))[part::PARTS]


def counted(part: int) -> Counter[str]:
    """Open the files of a part, and count what came of them."""
    return Counter(_result(file) for file in files(part))


def _result(file: Path) -> str:
    try:
        open_task(file)
    except Refused as refused:
        return refused.reason
    return OPENS


def table() -> str:
    """Tell how many files open, and why the others do not."""
    data = read("harness")
    total: Counter[str] = sum(map(Counter, data["parts"]), Counter())
    count = sum(number for reason, number in total.items() if reason not in ASIDE)

    def body() -> Iterator[tuple[str, ...]]:
        for reason, number in total.most_common():
            if reason not in ASIDE:
                told = "is a suite" if reason == OPENS else f"refused: {REASONS[reason]}"
                yield told, f"{number:,}", f"{100 * number / count:.1f} %"

    aside = ", ".join(f"{total[reason]:,} {REASONS[reason]}" for reason in ASIDE)
    head = ("task file", f"of {count:,}", "share")
    note = f"\n\nlm_eval {data['version']}. Beside these it has {aside}."
    return rows(head, body()) + note + made_by("harness")


def main() -> None:
    """Count all parts."""
    parts = [dict(counted(part).most_common()) for part in range(PARTS)]
    data = {
        "command": "python -m benchmarks.harness",
        "machine": f"{platform.machine()}, no GPU",
        "version": version("lm_eval"),
        "parts": parts,
    }
    RESULT.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    print(sum(map(Counter, parts), Counter()))


if __name__ == "__main__":
    main()
