"""How long the statistics of an eval take: bootstraps, votes over subsets, power, and streams.

    python -m benchmarks.statistics_speed

Medians in one process, warm.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from reasoning_chains.evals.statistics import (
    Moments,
    PoissonBootstrap,
    maj_at_k,
    mcnemar,
    paired_bootstrap,
    paired_questions,
    sign_flip,
)

RESULTS = Path(__file__).parent / "results" / "statistics_speed.json"
STREAM = 20_000


def ms(call: Callable[[], object], runs: int) -> float:
    """Give the median milliseconds of a call."""
    took = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        call()
        took.append((time.perf_counter() - start) * 1000)
    return round(statistics.median(took[1:]), 1)


def voted(counts: Iterable[int], k: int) -> Callable[[], object]:
    """Prepare a vote over subsets of size k: so many samples of each answer."""
    answers = [place for place, count in enumerate(counts) for _ in range(count)]
    right = [answer == 0 for answer in answers]
    return lambda: maj_at_k(answers, right, k)


def streamed(stream: Moments | PoissonBootstrap) -> Callable[[], object]:
    """Prepare a stream of items."""

    def run() -> None:
        for item in range(STREAM):
            if isinstance(stream, Moments):
                stream.add(item % 2)
            else:
                stream.add(item, item % 2)

    return run


def measured(runs: int) -> dict[str, float]:
    """Time each of them, in milliseconds."""
    chance = np.random.default_rng(0)
    first, second = (chance.random(2_000).tolist() for _ in range(2))
    hits, others = ((chance.random(2_000) < share).tolist() for share in (0.7, 0.6))
    return {
        "paired_bootstrap, 2,000 resamples of 2,000 questions": ms(
            lambda: paired_bootstrap(first, second), runs
        ),
        "sign_flip, 10,000 resamples of 2,000 questions": ms(
            lambda: sign_flip(first, second), runs
        ),
        "mcnemar, 2,000 questions": ms(lambda: mcnemar(hits, others), runs),
        "maj_at_k, 1,000 samples, 2 answers, k = 500": ms(voted((600, 400), 500), runs),
        "maj_at_k, 990 samples, 44 answers, k = 500": ms(voted(range(44, 0, -1), 500), runs),
        "maj_at_k, 1,000 samples, 1,000 answers, k = 999": ms(voted([1] * 1_000, 999), runs),
        "paired_questions, difference 0.1 of 0.2": ms(lambda: paired_questions(0.1, 0.2), runs),
        "Moments, 20,000 items": ms(streamed(Moments()), runs),
        "PoissonBootstrap, 1,000 resamples, 20,000 items": ms(streamed(PoissonBootstrap()), runs),
    }


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    data = {
        "command": f"python -m benchmarks.statistics_speed --runs {runs}",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load": os.getloadavg()[0],
        "commit": commit.stdout.strip(),
        "ms": measured(runs),
    }
    RESULTS.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(data, indent=1))


if __name__ == "__main__":
    main()
