"""Several attempts, at once or in turn, of which a failing one loses only itself."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from reasoning_chains.errors import BackendError
from reasoning_chains.solution import Solution
from reasoning_chains.waiting import together

if TYPE_CHECKING:
    from reasoning_chains.protocols import Solver
    from reasoning_chains.run import Run
    from reasoning_chains.types import Problem, Sampling

__all__ = ["attempted", "first_accepted"]

_AT_ONCE = 256
"""How many attempts are under way at most: a budget must be able to end a million of them."""


async def attempted(
    run: Run,
    chain: Solver | Sequence[Solver],
    problem: Problem,
    labels: Iterable[str | int],
    sampling: Sampling | None,
) -> list[Solution]:
    """Do the work of `Run.attempts`."""
    waiting = enumerate(labels)
    outcomes: dict[int, Solution | BackendError] = {}

    async def begin(place: int, label: str | int) -> None:
        while True:
            one = chain[int(label)] if isinstance(chain, Sequence) else chain
            try:
                outcomes[place] = await run.solve(one, problem, label, sampling=sampling)
            except BackendError as error:
                outcomes[place] = error
            following = None if run.spent else next(waiting, None)
            if following is None:
                return
            place, label = following

    await together([begin(*first) for first in list(islice(waiting, _AT_ONCE))])
    found = [outcomes[place] for place in sorted(outcomes)]
    errors = [outcome for outcome in found if isinstance(outcome, BackendError)]
    if errors and len(errors) == len(found) and not run.answered:
        raise errors[0]
    for error in errors:
        run.note("failed", error=str(error))
    return [_as_solution(outcome) for outcome in found]


async def first_accepted(
    run: Run, problem: Problem, chains: Sequence[Solver], accepts: Callable[[Solution], bool]
) -> Solution:
    """Let one chain after the other solve a problem until a solution is accepted.

    Where none is, it is the last one that has an answer. A failing backend counts as no answer.

    Raises:
        BackendError: The last one failed, and nothing was answered before.
    """
    best: Solution | None = None
    for place, chain in enumerate(chains):
        solving = run.solve(chain, problem, place)
        found = await (solving if place + 1 == len(chains) else _spared(solving))
        if found.answer is not None:
            best = found
            run.propose(found)
        if accepts(found):
            return found
        if run.spent:
            return replace(best or found, stop_reason="budget")
    return best or found


async def _spared(solving: Coroutine[Any, Any, Solution]) -> Solution:
    """Await one attempt; where its backend fails, the solution says so."""
    try:
        return await solving
    except BackendError as error:
        return _as_solution(error)


def _as_solution(outcome: Solution | BackendError) -> Solution:
    if isinstance(outcome, Solution):
        return outcome
    return Solution(None, str(outcome), stop_reason="failed")
