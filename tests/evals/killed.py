"""A run for a test to kill: it says on standard output when a record is there, and what it asked.

Run as `python -m tests.evals.killed FOLDER ASKED SECONDS`: the suite lies in FOLDER, `ASKED` is a
file to which each sample that is bought is appended, SECONDS is how long a reply takes.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from reasoning_chains import Report, ScriptedBackend, evaluate
from reasoning_chains.evals.options import Progress
from reasoning_chains.evals.suite import suite_at
from reasoning_chains.types import Content, SampleKey
from tests.evals.answering import number

CHAINS = ("zero_shot_cot", "self_consistency(zero_shot_cot, samples=3)")


def _tell(progress: Progress) -> None:
    os.write(1, b".")


def measured(folder: Path, asked: Path, seconds: float) -> Report:
    """Run to the end, or until it is killed."""

    async def reply(content: Content, key: SampleKey) -> str:
        await asyncio.sleep(seconds)
        n = number(content)
        with asked.open("a") as file:
            file.write(f"{key.digest} {key.path} {key.occurrence}\n")
        return f"The answer is {n + 1 + (n * 7 + key.seed) % 3 // 2}."

    return evaluate(
        suite_at(folder / "evals" / "mine", folder),
        CHAINS,
        ScriptedBackend(reply, price={"input": 1.0, "output": 3.0}),
        store=folder / "store.db",
        results=folder / "results",
        concurrency=4,
        watch=_tell,
    )


if __name__ == "__main__":
    measured(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]))
