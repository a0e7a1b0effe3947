"""Shards as processes of this machine, all at once; it counts nothing."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from reasoning_chains.errors import ReasoningChainsError
from reasoning_chains.evals.engines.engine import AGAIN, PATIENCE, Answer, Order
from reasoning_chains.evals.engines.work import ORDER

__all__ = ["Processes"]

_LOOK = 0.05
"""Seconds between two looks at the processes."""


class Processes:
    """A process a shard: for work that keeps a core busy, such as many replies of a fast model."""

    local = True

    async def size(self) -> int:
        """Give as many shards as there are cores."""
        return os.cpu_count() or 1

    async def answers(self, orders: Sequence[Order]) -> AsyncGenerator[Answer, None]:
        """Carry out all orders at once; one whose process died is begun again.

        Raises:
            ReasoningChainsError: It died too often.
        """
        left = [_Work(order) for order in orders]
        try:
            while left:
                for work in list(left):
                    answer = work.answer()
                    if answer is not None:
                        left.remove(work)
                        yield answer
                await asyncio.sleep(_LOOK)
        finally:
            await _end(left)


class _Work:
    """The process of one shard, or the one after it."""

    def __init__(self, order: Order) -> None:
        self.shard = order["options"]["shard"]
        self._path = Path(order["options"]["results"]) / ORDER
        self._left = AGAIN
        self._out: IO[bytes]
        self.process = self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        self._out = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the answer is read
        words = [sys.executable, "-m", "reasoning_chains.evals.engines.worker", str(self._path)]
        return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=self._out)

    def answer(self) -> Answer | None:
        """Give the answer, or None while it works.

        Raises:
            ReasoningChainsError: It died too often.
        """
        code = self.process.poll()
        if code is None:
            return None
        self.closed()
        self._out.seek(0)
        told = self._out.read()
        self._out.close()
        if code == 0 and told:
            answer: Answer = json.loads(told)
            return answer
        if not self._left:
            raise ReasoningChainsError(
                f"the process of shard {self.shard} ended {AGAIN + 1} times, the last with code "
                f"{code}; what is done is kept: mend it, and run the same again"
            )
        self._left -= 1
        self.process = self._started()
        return None

    def closed(self) -> None:
        """Close its input, by which it ends."""
        if self.process.stdin is not None:
            with suppress(OSError):
                self.process.stdin.close()


async def _end(left: Sequence[_Work]) -> None:
    """Let processes end by themselves for some seconds, and then kill them."""
    try:
        for work in left:
            work.closed()
            work.process.send_signal(signal.SIGINT)
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends and any(work.process.poll() is None for work in left):
            await asyncio.sleep(_LOOK)
    finally:
        for work in left:
            work.process.kill()
            work.process.wait()
            work._out.close()
