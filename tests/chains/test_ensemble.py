"""An ensemble votes over different chains."""

from __future__ import annotations

import pytest

from reasoning_chains import (
    BackendError,
    Budget,
    Direct,
    Ensemble,
    PlanAndSolve,
    ScriptedBackend,
    SelfConsistency,
    UserMistake,
    ZeroShotCoT,
)
from reasoning_chains.types import Completion
from tests.chains.asked import SUM

THREE = (Direct(), ZeroShotCoT(), PlanAndSolve())


def answers(*each: object) -> list[str | Completion | BackendError]:
    return [f"The answer is {one}." for one in each]


def test_all_are_asked_at_once_and_the_majority_wins() -> None:
    backend = ScriptedBackend(answers(8, 7, "7.0"))
    solution = Ensemble(THREE).invoke(SUM, backend=backend)
    assert (solution.answer, solution.usage.calls) == ("7", 3)
    assert solution.confidence == pytest.approx(2 / 3)
    assert [candidate.answer for candidate in solution.candidates] == ["8", "7", "7"]
    assert [span.label for span in solution.trace.asks] == [
        "direct",
        "zero_shot_cot",
        "plan_and_solve",
    ]


def test_weights_weigh_and_a_tie_goes_to_the_first() -> None:
    solution = Ensemble(THREE, weights=[3, 1, 1]).invoke(  # type: ignore[arg-type]
        SUM, backend=ScriptedBackend(answers(8, 7, 7))
    )
    assert (solution.answer, solution.confidence) == ("8", 0.6)
    assert [candidate.weight for candidate in solution.candidates] == [3, 1, 1]
    solution = Ensemble(THREE[:2]).invoke(SUM, backend=ScriptedBackend(answers(8, 7)))
    assert (solution.answer, solution.confidence) == ("8", 0.5)


def test_what_cannot_be_read_does_not_vote_and_what_fails_loses_only_itself() -> None:
    backend = ScriptedBackend(["no\nidea", BackendError("lost"), *answers(7)])
    solution = Ensemble(THREE).invoke(SUM, backend=backend)
    assert (solution.answer, solution.confidence) == ("7", 1.0)
    assert [c.stop_reason for c in solution.candidates] == ["unparsed", "failed", "answered"]
    with pytest.raises(BackendError, match="lost"):
        Ensemble(THREE[:2]).invoke(SUM, backend=ScriptedBackend([BackendError("lost")] * 2))


def test_equal_chains_are_different_samples() -> None:
    backend = ScriptedBackend(answers(7, 8, 7))
    solution = Ensemble((Direct(), Direct(), Direct())).invoke(SUM, backend=backend)
    assert solution.answer == "7"
    assert [request.n for request in backend.requests] == [3]


@pytest.mark.parametrize(("calls", "answer"), [(0, None), (1, "8"), (2, "8")])
def test_a_budget_that_ends_after_each_ask(calls: int, answer: str | None) -> None:
    backend = ScriptedBackend(answers(8, 7, 7))
    solution = Ensemble(THREE).invoke(SUM, backend=backend, budget=Budget(calls=calls))
    assert (solution.answer, solution.stop_reason) == (answer, "budget")


def test_it_works_inside_of_a_vote() -> None:
    chain = SelfConsistency(Ensemble((Direct(), ZeroShotCoT())), samples=2, weights="confidence")
    solution = chain.invoke(SUM, backend=ScriptedBackend(lambda *_: "7"))
    assert (solution.answer, solution.usage.calls) == ("7", 4)


@pytest.mark.parametrize("weights", [(1,), (0, 0), (1, -1), ("1", 1), "12", 3, (1, float("inf"))])
def test_weights_that_do_not_fit_are_refused(weights: object) -> None:
    with pytest.raises(UserMistake, match="ensemble"):
        Ensemble((Direct(), Direct()), weights=weights)  # type: ignore[arg-type]


def test_what_is_no_chain_is_refused() -> None:
    with pytest.raises(UserMistake, match="each of ensemble chains must be a chain"):
        Ensemble((Direct(), Direct))  # type: ignore[arg-type]
