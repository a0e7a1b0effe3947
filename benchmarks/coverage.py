"""How often a 95 % interval holds the truth: Wilson's exactly, the bootstraps by simulation.

    python -m benchmarks.coverage

Wilson's and Bonett and Price's intervals are summed over every outcome. For the others samples are
drawn from populations whose mean is known, with seeds that are fixed, and 2,000 resamples each:
how often the interval holds it, and how often the truth lies below and above. What was simulated
already is not simulated again; --fresh begins anew.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reasoning_chains.evals.statistics import (
    Interval,
    PoissonBootstrap,
    bonett_price,
    clustered_mean,
    mean_bootstrap,
    wilson,
)
from reasoning_chains.evals.statistics.distributions import binomial

RESULTS = Path(__file__).parent / "results" / "coverage.json"
SEED = 2026
SIZES = (20, 50, 200)
SHARES = [round(0.02 + 0.01 * step, 2) for step in range(97)]
PAIRS = ((0.3, 0.1), (0.15, 0.15), (0.1, 0.05), (0.06, 0.01), (0.02, 0.01))

Chance = np.random.Generator
Sample = tuple[list[float], list[str] | None]
"""Scores, and the question of each where one has several."""


def pairs(first: float, second: float) -> Callable[[Chance, int], Sample]:
    """Draw differences of two methods: right alone with these chances."""

    def draw(chance: Chance, questions: int) -> Sample:
        shares = (first, second, 1 - first - second)
        return chance.choice((1.0, -1.0, 0.0), questions, p=shares).tolist(), None

    return draw


def graded(chance: Chance, questions: int) -> Sample:
    """Draw scores near 0 with a long tail."""
    return chance.beta(0.5, 3, questions).tolist(), None


def several(chance: Chance, questions: int) -> Sample:
    """Draw four samples a question, whose chance of being right is the question's own."""
    chances = np.repeat(chance.beta(2, 1, questions), 4)
    names = [f"q{place // 4}" for place in range(4 * questions)]
    return (chance.random(4 * questions) < chances).astype(float).tolist(), names


def uneven(chance: Chance, questions: int) -> Sample:
    """Draw from one to eight samples a question."""
    sizes = chance.integers(1, 9, questions)
    chances = np.repeat(chance.beta(1, 1.5, questions), sizes)
    names = np.repeat([f"q{place}" for place in range(questions)], sizes).tolist()
    return (chance.random(len(chances)) < chances).astype(float).tolist(), names


POPULATIONS: dict[str, tuple[float, Callable[[Chance, int], Sample]]] = {
    "pairs, 30 % and 10 % alone": (0.2, pairs(0.3, 0.1)),
    "pairs, 15 % and 15 % alone": (0.0, pairs(0.15, 0.15)),
    "pairs, 10 % and 5 % alone": (0.05, pairs(0.1, 0.05)),
    "pairs, 6 % and 1 % alone": (0.05, pairs(0.06, 0.01)),
    "skewed scores": (0.5 / 3.5, graded),
    "4 samples a question": (2 / 3, several),
    "1 to 8 samples a question": (0.4, uneven),
}
"""What is drawn, and its true mean."""


def poisson(sample: Sample, resamples: int, seed: int) -> Interval:
    """Give the streaming bootstrap's interval."""
    scores, names = sample
    totals: dict[str, list[float]] = {}
    for place, score in enumerate(scores):
        totals.setdefault(names[place] if names else f"q{place}", []).append(score)
    stream = PoissonBootstrap(resamples, seed)
    for name, values in totals.items():
        stream.add(name, math.fsum(values), len(values))
    return stream.interval()


def bootstrap(sample: Sample, resamples: int, seed: int) -> Interval:
    """Give the interval of `mean_bootstrap`, which `paired_bootstrap` gives of differences."""
    return mean_bootstrap(sample[0], clusters=sample[1], resamples=resamples, seed=seed).interval


def student(sample: Sample, resamples: int, seed: int) -> Interval:
    """Give the interval by formula, which draws nothing."""
    return clustered_mean(sample[0], clusters=sample[1]).interval


WAYS: dict[str, Callable[[Sample, int, int], Interval]] = {
    "bootstrap": bootstrap,
    "poisson": poisson,
    "student": student,
}


def covered(
    name: str, questions: int, way: str, *, trials: int, resamples: int
) -> dict[str, float]:
    """Simulate one population: how often an interval holds its mean, or lies beside it."""
    truth, draw = POPULATIONS[name]
    chance = np.random.default_rng([SEED, questions, list(POPULATIONS).index(name)])
    under = over = 0
    for trial in range(trials):
        interval = WAYS[way](draw(chance, questions), resamples, trial)
        # A rounded mean of equal terms may miss the truth in its last digit.
        under += truth < interval.low - 1e-12
        over += truth > interval.high + 1e-12
    return {
        "covered": round(1 - (under + over) / trials, 4),
        "truth below": round(under / trials, 4),
        "truth above": round(over / trials, 4),
    }


def wilsons(questions: int) -> dict[str, float]:
    """Sum up Wilson's coverage over every outcome."""
    held = [wilson(right, questions) for right in range(questions + 1)]
    found = [
        float(binomial(questions, share) @ [share in interval for interval in held])
        for share in SHARES
    ]
    return {
        "mean": round(float(np.mean(found)), 4),
        "least": round(min(found), 4),
        "most": round(max(found), 4),
    }


def pairs_covered(questions: int, first: float, second: float) -> float:
    """Sum up Bonett and Price's coverage over every outcome."""
    total = 0.0
    for count, chance in enumerate(binomial(questions, first + second)):
        held: list[bool] = [
            first - second in bonett_price(mine, count - mine, questions)
            for mine in range(count + 1)
        ]
        sides: NDArray[np.float64] = binomial(count, first / (first + second))
        total += float(chance * (sides @ held))
    return round(total, 4)


def save(data: dict[str, Any]) -> None:
    """Write what there is, with the commit that made it."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    data |= {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "commit": commit.stdout.strip(),
        "numpy": np.__version__,
    }
    RESULTS.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Compute, simulate and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=4_000)
    parser.add_argument("--fresh", action="store_true")
    given = parser.parse_args()
    command = f"python -m benchmarks.coverage --trials {given.trials}"
    data: dict[str, Any] = {"command": command, "simulated": {}}
    if RESULTS.exists() and not given.fresh:
        before = json.loads(RESULTS.read_text("utf-8"))
        data = before if before["command"] == command else data
    data["wilson"] = {str(count): wilsons(count) for count in SIZES}
    data["bonett_price"] = {
        f"{first:g}, {second:g}": {str(n): pairs_covered(n, first, second) for n in SIZES}
        for first, second in PAIRS
    }
    for name in POPULATIONS:
        for questions in SIZES:
            if str(questions) in data["simulated"].setdefault(name, {}):
                continue
            start = time.perf_counter()
            found = {
                way: covered(name, questions, way, trials=given.trials, resamples=2_000)
                for way in WAYS
            }
            data["simulated"][name][str(questions)] = found
            print(name, questions, found, f"{time.perf_counter() - start:.0f} s", flush=True)
            save(data)
    save(data)


if __name__ == "__main__":
    main()
