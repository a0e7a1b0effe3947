from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from contextvars import ContextVar

import pytest

from reasoning_chains.waiting import in_thread, together

COLOUR = ContextVar("COLOUR", default="none")


def test_a_blocking_function_leaves_the_loop_free() -> None:
    async def main() -> float:
        began = time.monotonic()
        await asyncio.gather(*(in_thread(lambda: time.sleep(0.2)) for _ in range(5)))
        return time.monotonic() - began

    assert asyncio.run(main()) < 0.9


def test_values_errors_and_context_come_through() -> None:
    def fail() -> None:
        raise KeyError("no")

    def stop() -> None:
        raise StopIteration

    async def main() -> None:
        COLOUR.set("red")
        assert await in_thread(COLOUR.get) == "red"
        with pytest.raises(KeyError):
            await in_thread(fail)
        with pytest.raises(RuntimeError, match="StopIteration"):
            await in_thread(stop)

    asyncio.run(main())


def test_one_that_never_ends_is_left_behind() -> None:
    code = """
import asyncio, threading
from reasoning_chains.waiting import in_thread
async def main():
    try:
        async with asyncio.timeout(0.1):
            await in_thread(threading.Event().wait)
    except TimeoutError:
        print("left")
asyncio.run(main())
"""
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=True
    )
    assert (told.stdout, told.stderr) == ("left\n", "")


def test_a_result_for_a_closed_loop_is_dropped() -> None:
    gate, done = threading.Event(), threading.Event()

    def slow() -> None:
        gate.wait(5)
        done.set()

    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await in_thread(slow)

    asyncio.run(main())
    gate.set()
    assert done.wait(5)


def test_together_cancels_the_rest_when_one_raises() -> None:
    ended: list[str] = []

    async def slow() -> None:
        try:
            await asyncio.sleep(10)
        finally:
            ended.append("slow")

    async def bad() -> None:
        raise ValueError

    async def main() -> None:
        with pytest.raises(ValueError):  # noqa: PT011 - it has no message
            await together([slow(), bad()])

    asyncio.run(main())
    assert ended == ["slow"]
