"""R-09: random agents on a budget, with a provider that loses replies; what was sold is counted.

python -m tests.soak.spending COUNT [--greedy]
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass
from random import Random

from reasoning_chains import Budget, Chain, Pace, Problem, Retry, Router, Run, Sampling, guarded
from reasoning_chains.errors import BackendError, HostedError
from reasoning_chains.pricing import Price
from reasoning_chains.protocols import Backend, Emit
from reasoning_chains.solution import Solution
from reasoning_chains.toolbox import Tool
from reasoning_chains.types import Capabilities, Completion, Request, Usage
from reasoning_chains.waiting import together

PRICE = Price(input=100.0, output=300.0)
QUICK = Retry(attempts=4, first=0.001, throttled=0.001, longest=0.002)
ONE = Capabilities(n=False)
SHORT = Sampling(max_tokens=40)
ROUNDING = 1 + 1e-9
_SETTLES = 40
"""Turns of the event loop from a reply to its settlement, at most."""


@dataclass
class Till:
    """What was sold: as money, and the tokens of the replies that arrived.

    `flying` is how much more than allowed the replies in flight cost, `excess` the most of it at a
    time, and `unseen` the same of those that never arrived: nobody can know it.
    """

    money: float = 0.0
    tokens: int = 0
    flying: float = 0.0
    excess: float = 0.0
    unseen: float = 0.0
    lost: int = 0
    replies: int = 0


@dataclass
class Seller:
    """Bills each reply when it is asked for it, and loses some; a greedy one writes on and on."""

    rng: Random
    till: Till
    greedy: bool = False
    name: str = "seller"
    capabilities: Capabilities = ONE
    defaults: Sampling = SHORT
    price: Price = PRICE
    bytes_a_token: int = 1

    async def complete(self, request: Request, emit: Emit) -> None:
        if self.rng.random() < 0.08:
            await self._pause()
            raise HostedError("out of order", retryable=True, status=500)
        for at in range(request.n):
            await self._sell(request, at, emit)

    async def _pause(self) -> None:
        for _ in range(self.rng.randint(1, 8)):
            await asyncio.sleep(0)

    async def _sell(self, request: Request, at: int, emit: Emit) -> None:
        most = request.content.sampling.max_tokens or 0
        written = self.rng.randint(1, most) + (most if self.greedy else 0)
        size = sum(len(m.content.encode()) for m in request.content.messages)
        bill = Usage(1, 1, max(1, size // self.bytes_a_token), written)
        excess = PRICE.of(Usage(completion_tokens=max(0, written - most)))
        self.till.money += PRICE.of(bill)
        self.till.flying += excess
        self.till.excess = max(self.till.excess, self.till.flying)
        try:
            await self._pause()
            if self.rng.random() < 0.06:
                self.till.lost += 1
                self.till.unseen += excess
                emit(at, lost())
                return
            self.till.tokens += bill.tokens
            self.till.replies += 1
            emit(at, Completion("7", usage=bill, bill=bill))
        except asyncio.CancelledError:
            self.till.unseen += excess
            raise
        finally:
            self._land(excess, _SETTLES)

    def _land(self, excess: float, turns: int) -> None:
        """Take it as in flight until the one who asked has had the turns to settle."""
        if turns:
            asyncio.get_running_loop().call_soon(self._land, excess, turns - 1)
        else:
            self.till.flying -= excess


def lost() -> BackendError:
    """Give the error of a reply that was made and billed, and broke off."""
    error = HostedError("broke off", retryable=True)
    error.lost = True
    return error


async def _look(arguments: object) -> str:
    await asyncio.sleep(0)
    return "seen"


LOOK = Tool("look", "Looks.", {"type": "object", "properties": {}}, _look)


@dataclass(frozen=True, slots=True)
class Wanderer(Chain):
    """Asks, calls tools and sends others like itself, some at once, as chance has it."""

    depth: int = 0

    async def solve(self, problem: Problem, run: Run) -> Solution:
        """Wander for some steps."""
        rng = Random(f"{run.path}")
        for step in range(rng.randint(1, 3)):
            deeds = [
                self._deed(problem, run, rng, f"{step}.{at}") for at in range(rng.randint(1, 4))
            ]
            await together(deeds)
        return run.conclude(problem)

    async def _deed(self, problem: Problem, run: Run, rng: Random, label: str) -> None:
        luck = rng.random()
        if luck < 0.6:
            run.propose(await run.ask("direct"))
        elif luck < 0.75 or self.depth == 2:
            await run.act([LOOK], "look", {})
        else:
            below = Budget(money=rng.uniform(0, 0.2)) if rng.random() < 0.5 else None
            await run.solve(Wanderer(self.depth + 1), problem, label, budget=below)


@dataclass
class Outcome:
    """What came of many runs."""

    runs: int = 0
    broken_off: int = 0
    spent: int = 0
    replies: int = 0
    lost: int = 0
    over: int = 0
    over_more: int = 0
    unbilled: int = 0


def backend_of(rng: Random, till: Till, *, greedy: bool) -> Backend:
    """Make one provider with guards around it, or a route of two."""
    pace = Pace(concurrency=rng.randint(2, 8), adaptive=False)
    size = rng.randint(1, 4)
    names = ("one", "two")[: rng.choice((1, 1, 2))]
    sellers = [Seller(rng, till, greedy, name, bytes_a_token=size) for name in names]
    made = {one.name: guarded(one, retry=QUICK, pace=pace) for one in sellers}
    return Router(made) if len(made) > 1 else next(iter(made.values()))


async def one(seed: int, outcome: Outcome, *, greedy: bool) -> None:
    """Let one agent run, break it off by chance, and look into the till."""
    rng, till = Random(seed), Till()
    most = rng.uniform(0.0, 0.4)
    calls = rng.randint(1, 30) if rng.random() < 0.2 else None
    budget = Budget(money=most, calls=calls, steps=rng.randint(0, 20))
    backend = backend_of(rng, till, greedy=greedy)
    sampling = Sampling(max_tokens=40, temperature=0.7)
    task = asyncio.create_task(
        Wanderer().ainvoke(
            Problem("How many?", "number", id=str(seed)), backend, budget=budget, sampling=sampling
        )
    )
    if rng.random() < 0.2:
        await asyncio.sleep(rng.uniform(0, 0.02))
        task.cancel()
    (solution,) = await asyncio.gather(task, return_exceptions=True)
    outcome.runs += 1
    outcome.replies += till.replies
    outcome.lost += till.lost
    outcome.over += till.money > most * ROUNDING
    outcome.over_more += till.money > (most + till.excess + till.unseen) * ROUNDING
    if isinstance(solution, Solution):
        outcome.spent += solution.stop_reason == "budget"
        if solution.stop_reason != "budget":  # where siblings were broken off, some is paid unseen
            outcome.unbilled += solution.bill.tokens != till.tokens
    else:
        outcome.broken_off += 1


async def many(count: int, *, greedy: bool = False, first: int = 0) -> Outcome:
    """Let so many agents run, some at a time."""
    outcome = Outcome()
    for begin in range(first, first + count, 25):
        seeds = range(begin, min(begin + 25, first + count))
        await asyncio.gather(*(one(seed, outcome, greedy=greedy) for seed in seeds))
    return outcome


def main() -> None:
    """Print what came of it as JSON."""
    outcome = asyncio.run(many(int(sys.argv[1]), greedy="--greedy" in sys.argv))
    sys.stdout.write(json.dumps(outcome.__dict__) + "\n")


if __name__ == "__main__":
    main()
