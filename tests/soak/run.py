"""A run over many items with a store, which may be killed and begun again: prints each answer.

python -m tests.soak.run URL STORE COUNT

A line for each item: its number, the answer and the tokens. Lines with `#` tell the memory in use,
in kB, when a tenth of the items is done and at the end.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

from reasoning_chains import Direct, Pace, Problem, Retry, guarded, stored
from reasoning_chains.backends.openai import OpenAIBackend

CONCURRENCY = 32


def items(count: int) -> Iterator[Problem]:
    """Give the items, each with its own question."""
    for number in range(count):
        yield Problem(f"What is item {number}?", "number", id=str(number))


def memory() -> str:
    """Tell the memory in use."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return f"# {pages * 4}"


async def main() -> None:
    """Solve all items."""
    url, path, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    wire = OpenAIBackend("m", url, api_key="k", timeout=2.0)
    retry = Retry(attempts=None, seconds=None, first=0.05, throttled=0.1, longest=1.0)
    backend = stored(guarded(wire, retry=retry, pace=Pace(concurrency=CONCURRENCY)), path)
    batch = Direct().abatch(items(count), backend, concurrency=64)
    number = 0
    async for solution in batch:
        lines = [f"{number} {solution.answer} {solution.usage.tokens}"]
        number += 1
        if number in (count // 10, count):
            lines.append(memory())
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
