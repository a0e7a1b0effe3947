"""R-01: faults of every kind and kills: nothing is lost or counted twice, little is paid twice."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.servers.chaos import LOST

ROOT = Path(__file__).parents[2]
CONCURRENCY = 32


def begun(*words: str) -> subprocess.Popen[str]:
    """Start one of our programs."""
    given = [sys.executable, "-m", *words]
    return subprocess.Popen(given, cwd=ROOT, stdout=subprocess.PIPE, text=True)


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


@pytest.mark.parametrize("count", [320])
def test_nothing_is_lost_and_little_is_paid_twice(tmp_path: Path, count: int) -> None:
    rng, store = random.Random(1), str(tmp_path / "s.db")
    server = begun("tests.servers.chaos", "1", "6")
    assert server.stdout is not None
    url = server.stdout.readline().strip()
    try:
        kills = 0
        for kill_after in [rng.randint(count // 8, count // 4) for _ in range(3)]:
            _, ended = answered(begun("tests.soak.run", url, store, str(count)), kill_after)
            assert not ended
            kills += 1
        lines, ended = answered(begun("tests.soak.run", url, store, str(count)), None)
    finally:
        server.kill()
    bill = server.stdout.read().splitlines()
    server.stdout.close()
    server.wait()
    assert ended
    assert [line.split()[0] for line in lines] == [str(n) for n in range(count)]
    assert all(line.split()[2] == "29" for line in lines)
    lost = sum(line.startswith(LOST) for line in bill)
    bought = Counter(line.removeprefix(LOST) for line in bill)
    assert len(bought) == count
    assert sum(bought.values()) - count <= kills * CONCURRENCY + lost
    clean = begun("tests.servers.chaos", "2", "6")
    assert clean.stdout is not None
    other = clean.stdout.readline().strip()
    try:
        again, _ = answered(
            begun("tests.soak.run", other, str(tmp_path / "t.db"), str(count)), None
        )
    finally:
        clean.kill()
        clean.stdout.close()
        clean.wait()
    assert again == lines
