"""A cascade goes on where the cheap answer is not sure enough."""

from __future__ import annotations

import pytest

from reasoning_chains import (
    BackendError,
    Cascade,
    Direct,
    ScriptedBackend,
    SelfConsistency,
    UserMistake,
    ZeroShotCoT,
)
from reasoning_chains.types import Completion
from tests.chains.asked import SUM, cut, ended

VOTE = SelfConsistency(ZeroShotCoT(), samples=3)


def answers(*each: object) -> list[str | Completion | BackendError]:
    return [f"The answer is {one}." for one in each]


@pytest.mark.parametrize(
    ("votes", "accept", "asks", "answer", "confidence"),
    [
        ((7, 7, 7), 0.8, 3, "7", 1.0),
        ((7, 7, 8), 0.8, 4, "6", None),
        ((7, 7, 8), 0.6, 3, "7", 2 / 3),
        ((7, 8, 9), 0.0, 3, "7", 1 / 3),
    ],
)
def test_it_goes_on_below_the_confidence_that_it_accepts(
    votes: tuple[int, ...], accept: float, asks: int, answer: str, confidence: float | None
) -> None:
    backend = ScriptedBackend([*answers(*votes), *answers(6)])
    solution = Cascade((VOTE, Direct()), accept=accept).invoke(SUM, backend=backend)
    assert (solution.answer, solution.usage.calls) == (answer, asks)
    assert solution.confidence == (confidence and pytest.approx(confidence))


def test_it_goes_on_where_no_confidence_was_measured_or_nothing_was_read() -> None:
    backend = ScriptedBackend(answers(8, 7))
    assert Cascade((Direct(), Direct())).invoke(SUM, backend=backend).answer == "7"
    backend = ScriptedBackend([*["no\nidea"] * 3, *answers(7)])
    assert Cascade((VOTE, Direct()), accept=0).invoke(SUM, backend=backend).answer == "7"


def test_where_the_last_one_has_no_answer_the_latest_before_it_stands() -> None:
    replies = [*answers(7, 7, 8), *answers(6), "no\nidea"]
    solution = Cascade((VOTE, Direct(), ZeroShotCoT())).invoke(
        SUM, backend=ScriptedBackend(replies)
    )
    assert (solution.answer, solution.stop_reason) == ("6", "answered")
    solution = Cascade((VOTE, Direct())).invoke(
        SUM, backend=ScriptedBackend([*answers(7, 7, 8), "no\nidea"])
    )
    assert solution.answer == "7"
    assert solution.confidence == pytest.approx(2 / 3)
    solution = Cascade((Direct(), Direct())).invoke(
        SUM, backend=ScriptedBackend(["no\nidea", cut("3 +")])
    )
    assert (solution.answer, solution.stop_reason) == (None, "length")


def test_a_failing_step_is_passed_over_and_a_failing_last_one_keeps_the_answer() -> None:
    backend = ScriptedBackend([BackendError("lost"), *answers(7)])
    assert Cascade((Direct(), Direct())).invoke(SUM, backend=backend).answer == "7"
    backend = ScriptedBackend([*answers(7), BackendError("lost")])
    solution = Cascade((Direct(), Direct())).invoke(SUM, backend=backend)
    assert (solution.answer, solution.stop_reason) == ("7", "failed")
    with pytest.raises(BackendError, match="lost"):
        Cascade((Direct(), Direct())).invoke(
            SUM, backend=ScriptedBackend([BackendError("first"), BackendError("lost")])
        )


def test_a_budget_that_ends_after_each_ask() -> None:
    replies = ["The answer is 8.", "The answer is 7."]
    assert ended(Cascade((Direct(), ZeroShotCoT())), replies) == [
        (None, "budget"),
        ("8", "budget"),
        ("7", "answered"),
    ]


def test_it_works_inside_of_itself_and_inside_of_a_vote() -> None:
    inner = Cascade((Direct(), Direct()))
    backend = ScriptedBackend(lambda content, key: f"The answer is {len(key.path)}.")
    solution = SelfConsistency(Cascade((inner, ZeroShotCoT())), samples=2).invoke(
        SUM, backend=backend
    )
    assert (solution.answer, solution.usage.calls) == ("4", 6)
    assert len({key for request in backend.requests for key in request.samples}) == 6


@pytest.mark.parametrize(
    ("chains", "told"),
    [
        ((), "must be a list of chains"),
        (Direct(), "must be a list of chains, found a Direct"),
        ("direct", "must be a list of chains, found 'direct'"),
        ((Direct,), r"each of cascade chains must be a chain, found the class Direct"),
        ((Direct(), "direct"), "found 'direct': write Cascade"),
    ],
)
def test_what_is_no_chain_is_refused(chains: object, told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        Cascade(chains)  # type: ignore[arg-type]


def test_a_list_becomes_a_tuple_and_a_confidence_is_one() -> None:
    assert Cascade([Direct()]) == Cascade((Direct(),))  # type: ignore[arg-type]
    for accept in (-0.1, 1.1, float("nan"), "0.8", None):
        with pytest.raises(UserMistake, match="cascade accept"):
            Cascade((Direct(),), accept=accept)  # type: ignore[arg-type]
