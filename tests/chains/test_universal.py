"""Universal self-consistency: samples, then one greedy ask that chooses."""

from __future__ import annotations

import pytest

from reasoning_chains import (
    BackendError,
    Budget,
    Problem,
    Sampling,
    ScriptedBackend,
    UniversalSelfConsistency,
    UserMistake,
    ZeroShotCoT,
)
from reasoning_chains.types import Completion
from tests.chains.asked import SUM, cut, said
from training.wordings import WORDINGS

CHOICE = "3 + 4 = 7. The answer is 7, so candidate 2 is right."
ESSAY = Problem("Why is the sky blue?", kind="text")


def chain(samples: int) -> UniversalSelfConsistency:
    return UniversalSelfConsistency(ZeroShotCoT(), samples=samples)


def answers(*each: object) -> list[str]:
    return [f"The answer is {one}." for one in each]


def test_each_different_answer_is_shown_once_and_the_model_chooses() -> None:
    backend = ScriptedBackend([*answers(8, "7.0", 8, 7, 8), CHOICE])
    solution = chain(5).invoke(SUM, backend=backend)
    assert (solution.answer, solution.text) == ("7", "The answer is 7.0.")
    assert solution.confidence == pytest.approx(2 / 5)
    wording = WORDINGS["choose"][0]
    wanted = wording.replace("{question}", SUM.question).replace("{candidates}", "1. 8\n2. 7")
    assert said(backend) == wanted
    assert [request.n for request in backend.requests] == [5, 1]
    sampled, greedy = (request.content.sampling for request in backend.requests)
    assert (sampled.temperature, greedy.temperature) == (0.7, 0)
    assert len(solution.candidates) == 5


def test_one_different_answer_needs_no_choice() -> None:
    backend = ScriptedBackend([*answers(7, 7), "no\nidea"])
    solution = chain(3).invoke(SUM, backend=backend)
    assert (solution.answer, solution.confidence, solution.usage.calls) == ("7", 1.0, 3)


@pytest.mark.parametrize("choice", ["candidate 3", "I cannot\ntell", "", "candidate 0"])
def test_a_choice_that_is_unread_or_of_none_leaves_the_majority(choice: str) -> None:
    backend = ScriptedBackend([*answers(8, 7, 7), choice])
    solution = chain(3).invoke(SUM, backend=backend)
    assert solution.answer == "7"
    assert solution.confidence == pytest.approx(2 / 3)
    assert "majority stands" in solution.trace.spans("note")[0].label


def test_texts_are_shown_whole_in_the_papers_words() -> None:
    replies = ["Air scatters it.\nThe answer is scattering."]
    replies += ["It is the sea.\nThe answer is the sea."]
    replies += ["The most consistent response is Response 1. Response 2 is wrong."]
    backend = ScriptedBackend(replies)
    solution = chain(2).invoke(ESSAY, backend=backend)
    assert solution.answer == "scattering"
    assert said(backend) == (
        "I have generated the following responses to the question: Why is the sky blue?\n\n"
        "Response 1: Air scatters it.\nThe answer is scattering.\n\n"
        "Response 2: It is the sea.\nThe answer is the sea.\n\n"
        "Evaluate these responses.\n"
        "Select the most consistent response based on majority consensus.\n"
        'Start your answer with "The most consistent response is Response X" (without quotes).'
    )


def test_texts_without_an_answer_are_chosen_among_and_stay_without() -> None:
    replies = ["Air\nscatters it.", "The\nsea.", "The most consistent response is Response 2"]
    solution = chain(2).invoke(ESSAY, backend=ScriptedBackend(replies))
    assert (solution.answer, solution.text, solution.confidence) == (None, "The\nsea.", None)
    assert solution.stop_reason == "unparsed"


def test_what_was_cut_refused_or_failed_is_not_shown() -> None:
    refused = Completion("", finish="content_filter")
    backend = ScriptedBackend(
        [cut("The answer is 9"), refused, BackendError("lost"), *answers(8, 7), CHOICE]
    )
    assert chain(5).invoke(SUM, backend=backend).answer == "7"
    assert "1. 8\n2. 7\n" in said(backend)


def test_a_budget_that_ends_after_each_ask_gives_the_majority_so_far() -> None:
    replies = [*answers(8, 7, 7), "candidate 1"]
    for calls, wanted in ((0, None), (1, "8"), (2, "8"), (3, "7")):
        backend = ScriptedBackend(replies)
        solution = chain(3).invoke(SUM, backend=backend, budget=Budget(calls=calls))
        assert (solution.answer, solution.stop_reason) == (wanted, "budget")
    assert chain(3).invoke(SUM, backend=ScriptedBackend(replies)).answer == "8"


def test_a_failing_choice_keeps_the_majority_and_all_failing_raises() -> None:
    backend = ScriptedBackend([*answers(8, 7, 7), BackendError("lost")])
    solution = chain(3).invoke(SUM, backend=backend)
    assert (solution.answer, solution.stop_reason) == ("7", "failed")
    with pytest.raises(BackendError, match="lost"):
        chain(2).invoke(SUM, backend=ScriptedBackend([BackendError("lost")] * 2))


def test_samples_at_temperature_zero_are_refused() -> None:
    with pytest.raises(UserMistake, match="temperature 0"):
        chain(2).invoke(SUM, backend=ScriptedBackend([]), sampling=Sampling(temperature=0))


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("chain", ZeroShotCoT, "found the class ZeroShotCoT"),
        ("samples", 0, "samples=0"),
        ("samples", 1.5, "samples must be a whole number"),
        ("template", None, "template must be text"),
    ],
)
def test_wrong_settings_are_refused(field: str, value: object, told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        UniversalSelfConsistency(**{"chain": ZeroShotCoT(), field: value})  # type: ignore[arg-type]
