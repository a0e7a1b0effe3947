"""A run over an engine of which one worker is killed half-way: what must hold of it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from reasoning_chains import evaluate
from reasoning_chains.evals.engines.engine import Engine
from reasoning_chains.evals.options import Progress
from tests.evals.spreading import BACKEND, CHAINS, bought, project, workers
from tests.evals.test_killed import figures
from tests.evals.test_running import records

__all__ = ["kill_one_worker_half_way"]

_COUNT = 60
_AT_ONCE = 4


def kill_one_worker_half_way(folder: Path, engine: str | Engine, shards: int) -> None:
    """Run in one process, and over the engine with a worker killed; compare."""
    one, many = folder / "one", folder / "many"
    for place, seconds in ((one, 0.0), (many, 0.02)):
        place.mkdir()
        project(place, _COUNT, seconds)
    expected = evaluate("mine", CHAINS, BACKEND, project=one, results=one / "r")
    killed: list[int] = []

    def kill(progress: Progress) -> None:
        if progress.done >= _COUNT // 2 and not killed:
            killed.append(workers(many)[-1])
            assert killed[0] != os.getpid()
            os.kill(killed[0], signal.SIGKILL)

    report = evaluate(
        "mine",
        CHAINS,
        BACKEND,
        project=many,
        results=many / "r",
        concurrency=_AT_ONCE,
        engine=engine,
        shards=shards,
        watch=kill,
    )
    assert len(killed) == 1
    assert figures(report) == figures(expected)
    assert 0 < (report.cells[0].accuracy or 0) < 1
    for cell in ("001.jsonl", "002.jsonl"):
        ids = [str(record["id"]) for record in records(many / "r", cell)]
        assert sorted(ids) == sorted(f"s{n}" for n in range(_COUNT))  # nothing lost, or twice
    sold, once = bought(many), bought(one)
    assert set(sold) == set(once)
    assert len(once) == once.total() == _COUNT * 4
    assert sold.total() - len(sold) <= _AT_ONCE * 3  # in flight when it was killed
    assert len(set(workers(many))) > min(2, shards)  # another process went on
    assert not (many / "r" / "shards").exists()
    again = evaluate("mine", CHAINS, BACKEND, project=many, results=many / "r")
    assert figures(again) == figures(expected)
    anew = evaluate("mine", CHAINS, BACKEND, project=many, results=many / "anew")
    assert figures(anew) == figures(expected)
    assert bought(many) == sold  # every reply is in the project's store
