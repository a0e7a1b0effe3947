"""A fallback asks the next chain where one gives no answer."""

from __future__ import annotations

import pytest

from reasoning_chains import (
    BackendError,
    Direct,
    Fallback,
    ScriptedBackend,
    UserMistake,
    ZeroShotCoT,
)
from reasoning_chains.types import Completion
from tests.chains.asked import SUM, cut, ended

CHAIN = Fallback((Direct(), ZeroShotCoT(two_stage=True), Direct()))


@pytest.mark.parametrize(
    "first",
    [
        "no\nidea",
        cut("The answer is 1"),
        Completion("", finish="content_filter"),
        BackendError("lost"),
    ],
    ids=["unread", "cut", "refused", "failed"],
)
def test_the_next_one_is_asked_where_one_gives_no_answer(
    first: str | Completion | BackendError,
) -> None:
    backend = ScriptedBackend([first, "The answer is 7."])
    solution = Fallback((Direct(), ZeroShotCoT())).invoke(SUM, backend=backend)
    assert (solution.answer, solution.stop_reason) == ("7", "answered")
    assert len(backend.requests) == 2


def test_the_first_answer_ends_it() -> None:
    backend = ScriptedBackend(["7"])
    solution = CHAIN.invoke(SUM, backend=backend)
    assert (solution.answer, solution.usage.calls) == ("7", 1)


def test_what_was_answered_before_a_failure_stands_where_no_other_answers() -> None:
    backend = ScriptedBackend(["no\nidea", "The answer is 7.", BackendError("lost"), "no\nidea"])
    solution = CHAIN.invoke(SUM, backend=backend)
    assert (solution.answer, solution.stop_reason) == ("7", "failed")
    assert len(backend.requests) == 4


def test_where_none_answers_the_last_ones_reason_stands() -> None:
    backend = ScriptedBackend(["no\nidea", Completion("", finish="content_filter")])
    solution = Fallback((Direct(), Direct())).invoke(SUM, backend=backend)
    assert (solution.answer, solution.stop_reason) == (None, "refused")
    with pytest.raises(BackendError, match="second"):
        Fallback((Direct(), Direct())).invoke(
            SUM, backend=ScriptedBackend([BackendError("first"), BackendError("second")])
        )


def test_a_budget_that_ends_after_each_ask() -> None:
    assert ended(Fallback((Direct(), Direct())), ["no\nidea", "7"]) == [
        (None, "budget"),
        (None, "budget"),
        ("7", "answered"),
    ]


def test_what_is_no_chain_is_refused() -> None:
    with pytest.raises(UserMistake, match="fallback chains must be a list of chains"):
        Fallback(Direct())  # type: ignore[arg-type]
