"""What importing costs: CPU over `import asyncio`, in fresh processes that alternate.

python -m benchmarks.imports
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path

RESULTS = Path(__file__).parent / "results" / "imports.json"
NAMES = "from reasoning_chains import Problem, SelfConsistency, ZeroShotCoT, open_backend"
PEERS = {"import asyncio": "import asyncio", NAMES: f"import asyncio; {NAMES}"}


def cpu(statement: str) -> float:
    """Give the CPU milliseconds of a fresh process that runs a statement."""
    code = f"{statement}\nimport time; print(time.process_time() * 1000)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(told.stdout)


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    found: dict[str, list[float]] = {name: [] for name in PEERS}
    for _ in range(runs):
        for name, statement in PEERS.items():
            found[name].append(cpu(statement))
    middle = {name: round(statistics.median(times), 1) for name, times in found.items()}
    base, whole = middle.values()
    data = {
        "command": f"python -m benchmarks.imports --runs {runs}",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load": os.getloadavg()[0],
        "ms CPU": middle,
        "over asyncio": round(whole - base, 1),
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(data, indent=1))


if __name__ == "__main__":
    main()
