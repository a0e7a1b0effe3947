"""What a chain of one's own may hand its run; anything else is told in words, before it is used."""

from __future__ import annotations

import inspect
from typing import Any

from reasoning_chains.errors import UserMistake, listed, shown, wanted
from reasoning_chains.solution import Reply, Solution
from reasoning_chains.types import Message, Problem, Sampling

__all__ = ["wanted_ask", "wanted_found", "wanted_solve", "worked"]

_DEEPEST = 64
"""How many chains may solve within one another."""


def wanted_ask(template: object, history: Any, sampling: object) -> None:
    """Check what `run.ask` is given beside the template's variables."""
    wanted("template of run.ask", template, str, hint='name one, such as run.ask("direct")')
    listed("history of run.ask", history, Message)
    wanted("sampling of run.ask", sampling, Sampling, type(None))


def wanted_solve(chain: object, problem: object, path: tuple[str | int, ...]) -> None:
    """Check what `run.solve` is given, and how deep it stands."""
    if not hasattr(chain, "solve") or isinstance(chain, type):
        told = f"found {shown(chain)}: hand it a chain that is made, such as ZeroShotCoT()"
        raise UserMistake(f"run.solve wants a chain, {told}")
    wanted("problem of run.solve", problem, Problem, hint="write replace(problem, question=…)")
    if len(path) > _DEEPEST:
        raise UserMistake(
            f"more than {_DEEPEST} chains solve within one another: does "
            f"{type(chain).__name__} solve with itself without an end?"
        )


def wanted_found(verb: str, problem: object, found: object) -> None:
    """Check what `run.conclude` and `run.propose` are given."""
    wanted(f"problem of run.{verb}", problem, Problem)
    hint = "hand over what run.ask or run.solve gave"
    wanted(f"what run.{verb} is given", found, Reply, Solution, type(None), hint=hint)


async def worked(chain: Any, problem: Problem, run: Any) -> Solution:
    """Let a chain solve a problem; what it gives must be a solution.

    Raises:
        UserMistake: Its `solve` is not async, or gives something else.
    """
    work = chain.solve(problem, run)
    if not inspect.isawaitable(work):
        raise UserMistake(f"{type(chain).__name__}.solve is not async: write async def solve")
    solution = await work
    if not isinstance(solution, Solution):
        raise UserMistake(
            f"{type(chain).__name__}.solve gave {type(solution).__name__}, no Solution: "
            "end it with return run.conclude(problem, reply)"
        )
    return solution
