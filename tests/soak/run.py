"""A run over many items with a store, which may be killed and begun again: prints each answer.

python -m tests.soak.run URL STORE COUNT
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator

from reasoning_chains import Direct, Pace, Problem, Retry, guarded, stored
from reasoning_chains.backends.openai import OpenAIBackend


def items(count: int) -> Iterator[Problem]:
    """Give the items, each with its own question."""
    for number in range(count):
        yield Problem(f"What is item {number}?", "number", id=str(number))


async def main() -> None:
    """Solve all items and print each answer with the tokens that it used."""
    url, path, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    wire = OpenAIBackend("m", url, api_key="k", timeout=2.0)
    retry = Retry(attempts=None, seconds=None, first=0.05, throttled=0.1, longest=1.0)
    backend = stored(guarded(wire, retry=retry, pace=Pace(concurrency=32)), path)
    batch = Direct().abatch(items(count), backend, concurrency=64)
    number = 0
    async for solution in batch:
        sys.stdout.write(f"{number} {solution.answer} {solution.usage.tokens}\n")
        sys.stdout.flush()
        number += 1


if __name__ == "__main__":
    asyncio.run(main())
