"""Faults by chance, seeded, and what each item was billed: a provider on a bad day.

    python -m tests.servers.chaos SEED HANG FAULTS BILL

Serves until killed. HANG is how many seconds a hanging answer hangs; with FAULTS 0 there are none.
Its bill is the file BILL, a line for each request: the item's question where a reply is paid for,
behind `lost: ` where it does not reach who asked; `-` where nothing is billed.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from threading import Lock

from aiohttp import web

from tests.servers.chat import ChatServer, Fault, refuse
from tests.servers.replies import Body, Model

__all__ = ["LOST", "Chaos"]

LOST = "lost: "
FREE = "-"


@dataclass(frozen=True)
class Rates:
    """How often each fault comes; resets come half before and half behind the whole body."""

    failed: float = 0.05
    throttled: float = 0.05
    reset: float = 0.01
    truncated: float = 0.01
    hangs: float = 0.005


class Chaos:
    """Draws a fault for a request; `bill` is told the question of each reply that is paid for."""

    def __init__(
        self, seed: int, hang: float, bill: Callable[[str], None], rates: Rates | None = None
    ) -> None:
        self._rng, self._hang, self._bill = Random(seed), hang, bill
        self._rates = rates or Rates()
        self._lock = Lock()

    def __call__(self, number: int, body: Body) -> Fault:
        """Give the way in which this request is answered."""
        with self._lock:
            luck = self._rng.random()
        for name in ("failed", "throttled", "reset", "truncated", "hangs"):
            luck -= getattr(self._rates, name)
            if luck < 0:
                return self._faults()[name]
        return self._answer

    def _faults(self) -> dict[str, Fault]:
        async def failed(request: web.Request, body: Body) -> web.StreamResponse:
            self._bill(FREE)
            return refuse(500, "out of order")

        async def throttled(request: web.Request, body: Body) -> web.StreamResponse:
            self._bill(FREE)
            answer = refuse(429, "slow down")
            answer.headers["Retry-After"] = "0.2"
            return answer

        async def hangs(request: web.Request, body: Body) -> web.StreamResponse:
            self._bill(LOST + _question(body))
            await asyncio.sleep(self._hang)
            return web.Response(status=504)

        return {
            "failed": failed,
            "throttled": throttled,
            "reset": self._reset,
            "truncated": self._truncated,
            "hangs": hangs,
        }

    async def _answer(self, request: web.Request, body: Body) -> web.StreamResponse:
        self._bill(_question(body))
        return web.json_response(_whole(body))

    async def _reset(self, request: web.Request, body: Body) -> web.StreamResponse:
        """Break the connection off, before anything or behind the whole of the body."""
        with self._lock:
            behind = self._rng.random() < 0.5
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        self._bill(LOST + _question(body) if behind else FREE)
        if behind:
            data = web.json_response(_whole(body)).body
            assert isinstance(data, bytes)
            response.content_length = len(data) + 1
            await response.prepare(request)
            await response.write(data)
        if request.transport is not None:
            request.transport.abort()
        return response

    async def _truncated(self, request: web.Request, body: Body) -> web.StreamResponse:
        self._bill(LOST + _question(body))
        data = web.json_response(_whole(body)).body
        assert isinstance(data, bytes)
        return web.Response(body=data[: len(data) // 2], content_type="application/json")


def _question(body: Body) -> str:
    return str(body["messages"][-1]["content"]).splitlines()[0]


def _whole(body: Body) -> Body:
    """Answer as a pure function of what is asked."""
    choices = [Model().choice({**body, "temperature": 0}, 0, 0)]
    usage = {"prompt_tokens": 20, "completion_tokens": 9, "total_tokens": 29}
    return {"id": "x", "object": "chat.completion", "choices": choices, "usage": usage}


def main() -> None:
    """Serve until killed."""
    seed, hang, faults, place = sys.argv[1:]
    rates = Rates(0, 0, 0, 0, 0) if faults == "0" else Rates()
    with Path(place).open("a", buffering=1, encoding="utf-8") as bill:
        chaos = Chaos(int(seed), float(hang), lambda line: print(line, file=bill), rates)
        with ChatServer(fault=chaos) as server:
            sys.stdout.write(f"{server.url}\n")
            sys.stdout.flush()
            while True:
                time.sleep(60)


if __name__ == "__main__":
    main()
