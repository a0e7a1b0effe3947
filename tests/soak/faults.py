"""R-01: a run with faults of every kind and three kills, beside one without; and what it cost."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.servers.chaos import LOST
from tests.soak.run import CONCURRENCY

ROOT = Path(__file__).parents[2]
NONE = "0"


@dataclass
class Soaked:
    """What came of it.

    Attributes:
        lost: Items without an answer.
        doubled: Items with two.
        different: Answers unlike those of a run without faults.
        twice: Replies that were paid for more than once.
        allowed: How many of those cannot be helped: in flight at the kills, or lost on the wire.
        attempts: Requests an item.
        grown: MB of memory, from a tenth of the items to all.
        seconds: Of all four parts together.
        clean_seconds: Of the run without faults and kills.
    """

    items: int
    lost: int
    doubled: int
    different: int
    twice: int
    allowed: int
    attempts: float
    grown: float
    seconds: float
    clean_seconds: float


def begun(*words: str) -> subprocess.Popen[str]:
    """Start one of our programs."""
    given = [sys.executable, "-m", *words]
    return subprocess.Popen(given, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@contextmanager
def serving(folder: Path, seed: int, faults: str) -> Iterator[str]:
    """Run the server; its bill is in `folder` when it has ended."""
    bill = folder / f"bill-{seed}"
    given = ["tests.servers.chaos", str(seed), "6", faults, str(bill)]
    server = begun(*given)
    assert server.stdout is not None
    try:
        yield server.stdout.readline().strip()
    finally:
        server.kill()
        server.stdout.close()
        server.wait()


def answered(process: subprocess.Popen[str], kill_after: int | None) -> tuple[list[str], bool]:
    """Read a run's lines, and kill it after so many; tell whether it came to its end."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line.strip())
        if kill_after is not None and len(lines) >= kill_after:
            process.kill()
            break
    process.stdout.close()
    return lines, process.wait() == 0


def finished(url: str, store: Path, count: int) -> tuple[list[str], list[int]]:
    """Let a run come to its end; give its lines, and the kB of memory that it told."""
    lines, ended = answered(begun("tests.soak.run", url, str(store), str(count)), None)
    assert ended
    told = [int(line.removeprefix("# ")) for line in lines if line.startswith("#")]
    return [line for line in lines if not line.startswith("#")], told


def soaked(folder: Path, count: int, seed: int = 1) -> Soaked:
    """Run it with faults and three kills, then without, and hold one against the other."""
    rng, store, began = Random(seed), folder / "s.db", time.monotonic()
    with serving(folder, seed, "") as url:
        for kill_after in [rng.randint(count // 8, count // 4) for _ in range(3)]:
            process = begun("tests.soak.run", url, str(store), str(count))
            assert not answered(process, kill_after)[1]
        lines, memory = finished(url, store, count)
    seconds, again = time.monotonic() - began, time.monotonic()
    with serving(folder, seed + 1_000, NONE) as url:
        clean, _ = finished(url, folder / "t.db", count)
    numbers = Counter(line.split()[0] for line in lines)
    bill = (folder / f"bill-{seed}").read_text().splitlines()
    bought = Counter(line.removeprefix(LOST) for line in bill if line[:1] != "-")
    return Soaked(
        items=count,
        lost=sum(str(number) not in numbers for number in range(count)),
        doubled=sum(times > 1 for times in numbers.values()),
        different=sum(mine != other for mine, other in zip(lines, clean, strict=True)),
        twice=sum(bought.values()) - len(bought),
        allowed=3 * CONCURRENCY + sum(line.startswith(LOST) for line in bill),
        attempts=round(len(bill) / count, 3),
        grown=round((memory[-1] - memory[0]) / 1024, 1),
        seconds=round(seconds, 1),
        clean_seconds=round(time.monotonic() - again, 1),
    )
