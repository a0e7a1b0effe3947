"""A project with a suite of sums, and a backend in a module of its own that counts its sales."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from reasoning_chains.evals.suite import Suite
from tests.evals.answering import sums

__all__ = ["BACKEND", "CHAINS", "bought", "project", "workers"]

BACKEND = "counting:Counting"
CHAINS = ("zero_shot_cot", "self_consistency(zero_shot_cot, samples=3)")
MODULE = """
import asyncio
import os
from pathlib import Path

from reasoning_chains import ScriptedBackend

HERE = Path(__file__).parent


async def reply(content, key):
    await asyncio.sleep(float((HERE / "seconds").read_text()))
    n = int(content.messages[-1].content.partition(" + 1?")[0].split()[-1])
    with (HERE / "asked").open("a") as file:
        file.write(f"{os.getpid()} {key.digest} {key.path} {key.occurrence}\\n")
    if (HERE / "deadly").exists():
        os._exit(9)
    return f"The answer is {n + 1 + (n * 7 + key.seed) % 3 // 2}."


class Counting(ScriptedBackend):
    def __init__(self):
        super().__init__(reply, price={"input": 1.0, "output": 3.0})
"""


def project(folder: Path, count: int, seconds: float = 0.0) -> Suite:
    """Write the project; a reply takes so many seconds."""
    suite = sums(folder, count)
    (folder / "counting.py").write_text(MODULE)
    (folder / "seconds").write_text(str(seconds))
    return suite


def bought(folder: Path) -> Counter[str]:
    """Count how often each sample was sold."""
    return Counter(line.partition(" ")[2] for line in _lines(folder))


def workers(folder: Path) -> list[int]:
    """Give the process of each sale, in order."""
    return [int(line.partition(" ")[0]) for line in _lines(folder)]


def _lines(folder: Path) -> list[str]:
    path = folder / "asked"
    return path.read_text().splitlines() if path.exists() else []
