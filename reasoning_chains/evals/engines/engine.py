"""The seam of the engines: orders go out as plain JSON, answers come back so; it starts nothing."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from reasoning_chains.errors import UnknownName, UserMistake, shown

__all__ = ["AGAIN", "ENGINES", "PATIENCE", "Answer", "Engine", "Order", "engine_of"]

Order: TypeAlias = Mapping[str, Any]
"""One shard: what `orders` writes and `carried_out` reads. Plain JSON."""
Answer: TypeAlias = Mapping[str, Any]
"""What `carried_out` says of it: `mistake`, `note`, and a note of each cell. Plain JSON."""

AGAIN = 3
"""How often a shard whose worker died is begun again."""
PATIENCE = 5.0
"""Seconds that workers have to end by themselves, when the run is broken off."""


class Engine(Protocol):
    """Carries out orders somewhere: each is handed to `carried_out`, and begun again if that dies.

    Every worker sees the folders that the orders name. `local` says that all are on this machine:
    then they may write into one store.
    """

    local: bool

    async def size(self) -> int:
        """Say into how many shards to part a run, if nothing else is said."""
        ...

    def answers(self, orders: Sequence[Order]) -> AsyncGenerator[Answer, None]:
        """Carry them out and give the answers as they come; closed early, end the workers.

        Raises:
            ReasoningChainsError: A worker died too often.
        """
        ...


def _processes() -> Engine:
    from reasoning_chains.evals.engines.processes import Processes

    return Processes()


def _ray() -> Engine:
    from reasoning_chains.evals.engines.on_ray import OnRay

    return OnRay()


ENGINES: Mapping[str, Callable[[], Engine] | None] = {
    "one": None,
    "processes": _processes,
    "ray": _ray,
}
"""By their names; None is this process itself."""


def engine_of(told: object) -> Engine | None:
    """Give an engine by its name, or the one that was given; None is this process itself.

    Raises:
        UnknownName: There is none of this name.
        UserMistake: It is no engine, or its package is not installed.
    """
    if isinstance(told, str):
        if told not in ENGINES:
            raise UnknownName("engine", told, ENGINES)
        make = ENGINES[told]
        return None if make is None else make()
    if not callable(getattr(told, "answers", None)) or isinstance(told, type):
        raise UserMistake(f"engine must be {', '.join(ENGINES)} or an Engine, found {shown(told)}")
    engine: Any = told
    made: Engine = engine
    return made
