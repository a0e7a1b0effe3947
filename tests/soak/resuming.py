"""A run over many items that is killed near its end, and how soon one that goes on asks.

python -m tests.soak.resuming FOLDER        # goes through the suite in the folder
python -m tests.soak.resuming FOLDER first  # ends at its first request, and tells it
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from reasoning_chains import ScriptedBackend, evaluate
from reasoning_chains.evals.suite import suite_at
from reasoning_chains.types import Content, SampleKey

ROOT = Path(__file__).parents[2]
CARD = "description: Sums.\ndata: rows.jsonl\nkind: number\nscorer: number\ngroups: level\n"
LEFT = 20
"""One in so many is left when it is killed."""


@dataclass
class Resumed:
    """What came of it.

    Attributes:
        items: How many records there were at the kill.
        seconds: From the call that goes on to its first request.
        from_start: From the start of the process, with Python's own and all imports.
        again: Whether that request was for an item that had its record.
    """

    items: int
    seconds: float
    from_start: float
    again: bool


def written(folder: Path, count: int) -> None:
    """Write a suite of that many sums."""
    with (folder / "rows.jsonl").open("w", encoding="utf-8") as file:
        for place in range(count):
            asked, right = f"What is {place} + {place % 89}?", str(place + place % 89)
            row = {"id": f"sum-{place}", "question": asked, "answer": right, "level": place % 3}
            file.write(json.dumps(row) + "\n")
    (folder / "eval.yaml").write_text(CARD, encoding="utf-8")


def resumed(folder: Path, count: int) -> Resumed:
    """Kill a run when it has that many records, and begin it again."""
    written(folder, count + count // LEFT)
    records = folder / "results" / "001.jsonl"
    with _begun(folder) as process:
        while process.poll() is None and _lines(records) < count:
            time.sleep(0.02 + count / 500_000)
        process.kill()
    there = {json.loads(line)["id"] for line in records.read_bytes().splitlines()[:-1]}
    began = time.monotonic()
    asked, seconds = _begun(folder, "first").communicate()[0].split()
    from_start = round(time.monotonic() - began, 2)
    return Resumed(len(there), round(float(seconds), 2), from_start, asked in there)


def _begun(folder: Path, *words: str) -> subprocess.Popen[str]:
    """Start this program; as everywhere, Python keeps what it compiled, here in the folder."""
    given = [sys.executable, "-m", "tests.soak.resuming", str(folder), *words]
    kept = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return subprocess.Popen(given, cwd=ROOT, env=kept, stdout=subprocess.PIPE, text=True)


def _lines(path: Path) -> int:
    """Count whole records."""
    return path.read_bytes().count(b"\n") if path.exists() else 0


def _work(folder: Path, first: bool) -> None:
    def answer(content: Content, key: SampleKey) -> str:
        asked = content.messages[-1].content.partition("What is ")[2].partition(" ")[0]
        if first:
            os.write(1, f"sum-{asked} {time.monotonic() - began}".encode())
            os._exit(0)
        return f"The answer is {asked}."

    backend, began = ScriptedBackend(answer), time.monotonic()
    evaluate(suite_at(folder), "direct", backend, store=False, results=folder / "results")


if __name__ == "__main__":
    _work(Path(sys.argv[1]), sys.argv[2:] == ["first"])
