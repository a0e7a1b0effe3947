"""Shards as tasks of a Ray cluster: the one that is there, or one on this machine."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from importlib.util import find_spec
from typing import Any

from reasoning_chains.errors import (
    Caught,
    MissingPackage,
    ReasoningChainsError,
    UserMistake,
    ranged,
)
from reasoning_chains.evals.engines.engine import AGAIN, PATIENCE, Answer, Order
from reasoning_chains.evals.engines.work import carried_out

__all__ = ["OnRay"]

_LOOK = 0.1
"""Seconds between two looks at the tasks."""


_ALONE = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_USAGE_STATS_ENABLED": "0"}
"""Ray listens on loopback only where it is told that it can have no other machines, which it reads
when it is imported; and it is not to report its use."""


def _start_here(cores: int | None) -> None:
    """Start a cluster on this machine, to be reached from it only: whoever reaches one runs code.

    Raises:
        UserMistake: Ray is imported already, and would listen to the network.
    """
    if "ray" in sys.modules and any(os.environ.get(name) != "0" for name in _ALONE):
        raise UserMistake(
            "Ray was imported before it could be told to stay on this machine: call ray.init() "
            "yourself, or set RAY_ADDRESS; a cluster that is there is used"
        )
    os.environ.update(_ALONE)
    import ray

    logging.getLogger("ray").setLevel(logging.ERROR)  # it warns that this is not the main thread
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
    address: dict[str, Any] = {"address": "local", "_node_ip_address": "127.0.0.1"}
    ray.init(num_cpus=cores, include_dashboard=False, **address, **quiet)


class OnRay:
    """A task a shard; Ray begins one again whose worker died.

    A cluster to which the process is connected is used, or the one that RAY_ADDRESS names; else
    one is started for the run, and ended with it.

    Args:
        cores: Of the one that is started, which is how many shards are at work at once; those of
            the machine if left out.
    """

    local = False

    def __init__(self, cores: int | None = None) -> None:
        if cores is not None:
            ranged("cores", cores, int, 1)
        if find_spec("ray") is None:
            raise MissingPackage("the engine ray", "ray", "ray")
        self._cores = cores
        self._ray: Any = None
        self._mine = False

    async def size(self) -> int:
        """Give as many shards as the cluster has cores."""
        await asyncio.to_thread(self._connect)
        return max(1, int(self._ray.cluster_resources().get("CPU", 1)))

    def _connect(self) -> None:
        there = sys.modules.get("ray")
        if there is None or not there.is_initialized():
            self._mine = True
            if os.environ.get("RAY_ADDRESS"):
                self._join()
            else:
                _start_here(self._cores)
        self._ray = sys.modules["ray"]

    def _join(self) -> None:
        import ray

        with Caught(ConnectionError) as caught:
            ray.init(log_to_driver=False)
        if caught.error is not None:
            told = f"RAY_ADDRESS={os.environ['RAY_ADDRESS']}: {caught.error}"
            raise UserMistake(f"{told}: name a cluster that is there, or none")

    async def answers(self, orders: Sequence[Order]) -> AsyncGenerator[Answer, None]:
        """Carry out the orders, as many at once as the cluster has room for.

        Raises:
            ReasoningChainsError: A worker died too often, or the cluster is gone.
        """
        left: dict[Any, str] = {}
        try:
            await asyncio.to_thread(self._connect)
            for order in orders:
                shard = order["options"]["shard"]
                named = {"name": f"reasoning-chains shard {shard}"}
                task = self._ray.remote(carried_out).options(num_cpus=1, max_retries=AGAIN, **named)
                left[task.remote(order)] = shard
            while left:
                done, _ = self._ray.wait(list(left), num_returns=1, timeout=0)
                for ref in done:
                    yield self._answer(ref, left.pop(ref))
                await asyncio.sleep(_LOOK)
        finally:
            await self._end(list(left))

    def _answer(self, ref: Any, shard: str) -> Answer:
        with Caught(self._ray.exceptions.RayError) as caught:
            answer: Answer = self._ray.get(ref)
            return answer
        told = str(caught.error).strip().splitlines()
        raise ReasoningChainsError(
            f"shard {shard} ended badly on Ray ({told[-1] if told else type(caught.error).__name__}"
            "); what is done is kept: mend it, and run the same again"
        ) from caught.error

    async def _end(self, left: Sequence[Any]) -> None:
        """Let tasks end by themselves for some seconds, then end their workers."""
        try:
            self._cancel(left, force=False)
            ends, waiting = time.monotonic() + PATIENCE, list(left)
            while waiting and time.monotonic() < ends and self._is_there:
                _, waiting = self._ray.wait(waiting, num_returns=len(waiting), timeout=0)
                await asyncio.sleep(_LOOK)
        finally:
            self._cancel(left, force=True)
            if self._mine and self._is_there:
                self._mine = False
                self._ray.shutdown()

    def _cancel(self, refs: Sequence[Any], *, force: bool) -> None:
        for ref in refs:
            if self._is_there:
                self._ray.cancel(ref, force=force)

    @property
    def _is_there(self) -> bool:
        """Whether there is a cluster: asked for anything without one, Ray would start another."""
        return self._ray is not None and bool(self._ray.is_initialized())
