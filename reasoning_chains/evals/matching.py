"""What a run asks besides, so that methods can be compared at equal cost; it asks nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from reasoning_chains.chains.self_consistency import SelfConsistency
from reasoning_chains.errors import Caught, UserMistake, shown, wanted
from reasoning_chains.evals.planning import Plan
from reasoning_chains.spelling import parse_chain, spell
from reasoning_chains.types import Sampling

__all__ = ["POOL", "Matching", "greedy", "pool_of"]

POOL = "self_consistency(zero_shot_cot, samples=16)"
"""What majority and best-of-N are drawn from, if nothing else is said."""
_GREEDY = Sampling(temperature=0)
_LIKELY = Sampling(logprobs=0)


def greedy(chain: str) -> str:
    """Give the name of a chain that is asked at temperature 0."""
    return f"greedy({chain})"


def pool_of(chain: str) -> SelfConsistency | None:
    """Read a chain whose samples can be counted anew: self-consistency that never stops early.

    One that stops where its answers agree has as many samples as its answers made it have: no
    subset of them stands for others.
    """
    with Caught(UserMistake) as caught:
        found: Any = parse_chain(chain)
    fit = caught.error is None and isinstance(found, SelfConsistency) and found.stop is None
    return found if fit else None


@dataclass(frozen=True, slots=True)
class Matching:
    """What `evaluate` adds to a run for `matched`: direct answering, greedy CoT, and a pool.

    Args:
        pool: Self-consistency over some chain without a rule to stop; as many samples as the
            dearest method is worth of them. The chain in it is the one that is asked greedily.
        logprobs: Whether its voters tell how likely their replies are, where the backend can:
            best-of-N chooses by it. Leave it out where the model refuses.
    """

    pool: str = POOL
    logprobs: bool = True

    def __post_init__(self) -> None:
        """Refuse a pool that nothing can be counted of."""
        wanted("Matching(pool=…)", self.pool, str)
        wanted("Matching(logprobs=…)", self.logprobs, bool)
        parse_chain(self.pool)
        if pool_of(self.pool) is None:
            raise UserMistake(
                f"the pool {self.pool!r} must be self_consistency without stop: its samples are "
                f"counted in all subsets; write {POOL!r}"
            )

    @classmethod
    def read(cls, given: object) -> Matching | None:
        """Take one, or True for the usual one.

        Raises:
            UserMistake: It is neither.
        """
        if isinstance(given, bool):
            return cls() if given else None
        if not isinstance(given, Matching):
            raise UserMistake(
                f"matched must be True or a Matching, found {shown(given)}: write "
                f"Matching({POOL!r})"
            )
        return given

    def added(self, plan: Plan, told: Sampling) -> Plan:
        """Give a plan with what it lacks; what it has is asked once.

        Where a temperature was told, nothing is made greedy: some models take no other.

        Raises:
            UserMistake: It is 0, at which there is nothing to sample.
        """
        if told.temperature == 0:
            raise UserMistake(
                "matched samples a pool, and at temperature 0 all samples are one: leave the "
                "temperature out, or set it above 0"
            )
        pool = pool_of(self.pool)
        assert pool is not None
        chains, sampling = dict(plan.chains), dict(plan.sampling)
        for base in dict.fromkeys(("direct", spell(pool.chain))):
            name = greedy(base) if told.temperature is None else base
            chains.setdefault(name, parse_chain(base))
            if told.temperature is None:
                sampling[name] = _GREEDY
        if pool not in chains.values():
            chains[self.pool.strip()] = pool
        for name, chain in chains.items() if self.logprobs else ():
            if isinstance(chain, SelfConsistency) and chain.chain == pool.chain:
                sampling[name] = _LIKELY  # equal, so that they share their samples
        return replace(plan, chains=tuple(chains.items()), sampling=sampling)
