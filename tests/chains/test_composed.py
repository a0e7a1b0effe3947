"""Chains take chains: any composition keeps its budget, and its failures in itself."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_chains import (
    Analogical,
    BackendError,
    Budget,
    Cascade,
    Chain,
    Direct,
    Ensemble,
    Fallback,
    FewShotCoT,
    On,
    PlanAndSolve,
    Refine,
    Retrieve,
    ScriptedBackend,
    SelfConsistency,
    Solution,
    StepBack,
    UniversalSelfConsistency,
    ZeroShotCoT,
    parse_chain,
)
from reasoning_chains.spelling import spell
from reasoning_chains.types import Completion, Content, SampleKey
from tests.chains.asked import SUM

LEAVES: st.SearchStrategy[Chain] = st.sampled_from(
    [
        Direct(),
        ZeroShotCoT(two_stage=True),
        StepBack(),
        Analogical(),
        PlanAndSolve(plus=True),
        FewShotCoT(shots=1, select="similar"),
    ]
)


def composed(inner: st.SearchStrategy[Chain]) -> st.SearchStrategy[Chain]:
    some = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        inner.map(lambda chain: SelfConsistency(chain, samples=2)),
        inner.map(lambda chain: UniversalSelfConsistency(chain, samples=2)),
        inner.map(lambda chain: Refine(chain, rounds=1)),
        inner.map(lambda chain: Retrieve(chain, "word_problems", k=1, put="exemplars")),
        inner.map(lambda chain: On(chain, "embedded")),
        some.map(lambda chains: Cascade(chains, accept=0.6)),
        some.map(Fallback),
        some.map(Ensemble),
    )


CHAINS = st.recursive(LEAVES, composed, max_leaves=5)
REPLIES: list[str | Completion | BackendError] = [
    "The answer is 7.",
    "The answer is 8.",
    "Every step is right.",
    "Step 1 is wrong.",
    "So candidate 2 is right.",
    "Well,\nwho knows",
    "",
    Completion("The answer is 9", finish="length"),
    Completion("", finish="content_filter"),
    BackendError("lost"),
]
quiet = settings(derandomize=True, max_examples=120, deadline=None, database=None)


def as_data(chain: Chain) -> Any:
    return chain


def elsewhere(chain: Chain, backend: ScriptedBackend) -> Chain:
    """Put a scripted backend in the place of each named one."""
    fields = {each.name: getattr(chain, each.name) for each in dataclasses.fields(as_data(chain))}
    for name, value in fields.items():
        if isinstance(value, Chain):
            fields[name] = elsewhere(value, backend)
        elif isinstance(value, tuple) and value and isinstance(value[0], Chain):
            fields[name] = tuple(elsewhere(each, backend) for each in value)
        elif value == "embedded":
            fields[name] = backend
    made: Chain = type(chain)(**fields)
    return made


def solved(chain: Chain, backend: ScriptedBackend, budget: Budget) -> Solution | None:
    """Solve, or give None where the backend failed before anything was answered."""
    try:
        return chain.invoke(SUM, backend=backend, budget=budget)
    except BackendError as error:
        assert str(error) == "lost"  # noqa: PT017 - it may come or not
        return None


@quiet
@given(CHAINS)
def test_any_composition_is_spelled_and_answers(chain: Chain) -> None:
    assert parse_chain(spell(chain)) == chain
    backend = ScriptedBackend(lambda *_: "3 + 4 = 7. Every step is right. The answer is 7.")
    solution = elsewhere(chain, backend).invoke(SUM, backend=backend)
    assert (solution.answer, solution.stop_reason) == ("7", "answered")


@quiet
@given(CHAINS, st.lists(st.sampled_from(REPLIES), min_size=1, max_size=6), st.integers(0, 8))
def test_whatever_is_replied_the_budget_is_kept_and_the_answer_is_one_of_the_replies(
    chain: Chain, replies: list[str | Completion | BackendError], calls: int
) -> None:
    def reply(content: Content, key: SampleKey) -> str | Completion | BackendError:
        return replies[key.seed % len(replies)]

    backend = ScriptedBackend(reply)
    made = elsewhere(chain, backend)
    solution = solved(made, backend, Budget(calls=calls))
    if solution is not None:
        assert solution.usage.calls <= calls
        assert len(solution.trace.asks) >= solution.usage.calls
    for each in (solution, solved(made, backend, Budget())):
        if each is not None:
            assert each.answer in (None, "7", "8", "1", "2")
            assert (each.answer is not None) or each.stop_reason != "answered"


def test_the_deepest_composition_still_coalesces() -> None:
    backend = ScriptedBackend(lambda *_: "The answer is 7.")
    chain = Ensemble((SelfConsistency(Direct(), samples=3), Cascade((Direct(),)), Direct()))
    assert chain.invoke(SUM, backend=backend).answer == "7"
    assert sorted(request.n for request in backend.requests) == pytest.approx([2, 3])
