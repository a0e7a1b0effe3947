"""How long a program takes in the sandbox: the calculator warm, and programs a second by tier.

    python -m benchmarks.sandbox

Every figure is from this process, warm: medians over calls for the calculator and for one program
at a time, and programs a second with as many threads as there are cores.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from reasoning_chains.sandbox import run
from reasoning_chains.sandbox.calculator import calculator
from reasoning_chains.sandbox.running import Python
from reasoning_chains.sandbox.workers import workers

RESULTS = Path(__file__).parent / "results" / "sandbox.json"
EXPRESSIONS = ("12 + 5", "0.1 + 0.2", "1,234 * 56 / 7", "(3 + 4) * 15%", "2 ^ 64", "sqrt(2) * 3")
PROGRAM = """
total = 0
for price, count in items:
    total += price * count
tax = round(total * 0.08, 2)
print(total, tax)
answer = total + tax
"""
ITEMS = {"items": [[3, 4], [5, 2], [7, 9]]}


def timed(call: Callable[[int], object], times: int) -> list[float]:
    """Give the milliseconds of each call."""
    took = []
    for number in range(times):
        start = time.perf_counter()
        call(number)
        took.append((time.perf_counter() - start) * 1000)
    return took


def spread(took: list[float]) -> dict[str, float]:
    """Give the median with the first decile, which a busy machine disturbs least, and the tail."""
    tenths = statistics.quantiles(took, n=20)
    middle = statistics.median(took)
    return {
        "ms median": round(middle, 2),
        "ms 10 %": round(tenths[1], 2),
        "ms 95 %": round(tenths[-1], 2),
    }


def tier(python: Python, times: int) -> dict[str, float]:
    """Run one program again and again, alone and side by side."""

    def once(_: int) -> None:
        assert run(PROGRAM, ITEMS, python=python).value == 91.8

    once(0)
    alone = timed(once, times)
    cores = os.cpu_count() or 1
    start = time.perf_counter()
    with ThreadPoolExecutor(cores) as threads:
        list(threads.map(once, range(times * 2)))
    together = times * 2 / (time.perf_counter() - start)
    return {
        **spread(alone),
        "programs a second": round(together, 1),
        "threads": cores,
    }


def recovery(times: int) -> float:
    """Kill a worker and time the next call that gives its value, in milliseconds."""
    took = []
    for _ in range(times):
        with workers().checkout() as session:
            assert session.worker_pid is not None
            os.kill(session.worker_pid, signal.SIGKILL)
        start = time.perf_counter()
        while run("1 + 1", python="monty").value != 2:
            pass
        took.append((time.perf_counter() - start) * 1000)
    return round(max(took), 1)


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=1000)
    times = parser.parse_args().times
    start = time.perf_counter()
    calculator("1 + 1")
    first = (time.perf_counter() - start) * 1000
    took = timed(lambda n: calculator(EXPRESSIONS[n % len(EXPRESSIONS)]), times)
    data = {
        "command": f"python -m benchmarks.sandbox --times {times}",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load": os.getloadavg()[0],
        "figures": {
            "calculator": {
                **spread(took),
                "ms of the first call": round(first, 1),
            },
            "monty": {**tier("monty", times), "ms after a crash, worst of 10": recovery(10)},
            "cpython": tier("cpython", max(times // 20, 20)),
        },
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(data, indent=1))


if __name__ == "__main__":
    main()
