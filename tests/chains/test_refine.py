"""Self-Refine: answer, review, revise, until a review finds nothing wrong."""

from __future__ import annotations

import pytest

from reasoning_chains import (
    BackendError,
    Direct,
    Message,
    Problem,
    Refine,
    ScriptedBackend,
    SelfConsistency,
    UserMistake,
    ZeroShotCoT,
)
from tests.chains.asked import SUM, cut, ended, said, turns
from training.wordings import WORDINGS

WRONG = "3 + 4 = 8.\nThe answer is 8."
REVIEW = "Step 1 is wrong: 3 + 4 = 7."
RIGHT = "3 + 4 = 7.\nThe answer is 7."
FINE = "Every step is right."
ASKED = f'{SUM.question}\nLet\'s think step by step, and end with "The answer is ...".'
REVIEW_ASK, REVISE_ASK = WORDINGS["review"][0], WORDINGS["revise"][0]


def test_it_reviews_and_revises_until_nothing_is_wrong() -> None:
    backend = ScriptedBackend([WRONG, REVIEW, RIGHT, FINE])
    solution = Refine().invoke(SUM, backend=backend)
    assert (solution.answer, solution.text, solution.usage.calls) == ("7", RIGHT, 4)
    assert turns(backend, 0) == [("user", ASKED)]
    assert turns(backend, 1) == [("user", ASKED), ("assistant", WRONG), ("user", REVIEW_ASK)]
    assert turns(backend, 2) == [
        *turns(backend, 1),
        ("assistant", REVIEW),
        ("user", REVISE_ASK),
    ]
    assert turns(backend, 3) == [("user", ASKED), ("assistant", RIGHT), ("user", REVIEW_ASK)]


def test_a_later_revision_sees_all_rounds_before_it() -> None:
    backend = ScriptedBackend([WRONG, REVIEW, "The answer is 9.", "Step 1 is wrong.", RIGHT, FINE])
    Refine().invoke(SUM, backend=backend)
    assert turns(backend, 4) == [
        *turns(backend, 2),
        ("assistant", "The answer is 9."),
        ("user", REVIEW_ASK),
        ("assistant", "Step 1 is wrong."),
        ("user", REVISE_ASK),
    ]


def test_an_answer_that_is_approved_at_once_costs_one_review_and_keeps_its_confidence() -> None:
    backend = ScriptedBackend([RIGHT, WRONG, RIGHT, FINE])
    chain = Refine(SelfConsistency(ZeroShotCoT(), samples=3))
    solution = chain.invoke(SUM, backend=backend)
    assert (solution.answer, solution.usage.calls) == ("7", 4)
    assert solution.confidence == pytest.approx(2 / 3)
    assert len(solution.candidates) == 3


@pytest.mark.parametrize("rounds", [1, 2, 3])
def test_rounds_end_it(rounds: int) -> None:
    backend = ScriptedBackend([WRONG, *[REVIEW, "The answer is 9."] * 5])
    solution = Refine(rounds=rounds).invoke(SUM, backend=backend)
    assert (solution.answer, solution.usage.calls) == ("9", 1 + 2 * rounds)
    assert solution.confidence is None


def test_a_revision_that_cannot_be_read_does_not_lose_the_answer_before_it() -> None:
    backend = ScriptedBackend([WRONG, REVIEW, RIGHT, REVIEW, "Well,\nI do not know", FINE])
    solution = Refine().invoke(SUM, backend=backend)
    assert (solution.answer, solution.text) == ("7", RIGHT)
    backend = ScriptedBackend([WRONG, REVIEW, cut("3 + 4 ="), FINE])
    solution = Refine().invoke(SUM, backend=backend)
    assert (solution.answer, solution.text, solution.stop_reason) == ("8", WRONG, "answered")


def test_a_first_answer_that_cannot_be_read_is_revised_too() -> None:
    backend = ScriptedBackend(["I am\nnot sure", "There is no answer.", RIGHT, FINE])
    assert Refine().invoke(SUM, backend=backend).answer == "7"
    backend = ScriptedBackend(["I am\nnot sure", FINE])
    solution = Refine().invoke(SUM, backend=backend)
    assert (solution.answer, solution.stop_reason) == (None, "unparsed")


@pytest.mark.parametrize("review", ["Hm.", cut("Every step is right")], ids=["no verdict", "cut"])
def test_a_review_that_is_no_whole_judgement_leads_to_a_revision(review: object) -> None:
    backend = ScriptedBackend([WRONG, review, RIGHT, FINE])  # type: ignore[list-item]
    assert Refine().invoke(SUM, backend=backend).answer == "7"


def test_a_review_without_a_word_ends_it() -> None:
    backend = ScriptedBackend([WRONG, ""])
    assert Refine().invoke(SUM, backend=backend).answer == "8"
    assert len(backend.requests) == 2


def test_a_budget_that_ends_after_each_ask_gives_the_best_so_far() -> None:
    assert ended(Refine(), [WRONG, REVIEW, RIGHT, FINE]) == [
        (None, "budget"),
        ("8", "budget"),
        ("8", "budget"),
        ("7", "budget"),
        ("7", "answered"),
    ]


def test_a_failing_review_keeps_the_answer() -> None:
    backend = ScriptedBackend([WRONG, BackendError("lost")])
    solution = Refine().invoke(SUM, backend=backend)
    assert (solution.answer, solution.stop_reason) == ("8", "failed")


def test_it_works_inside_of_a_vote_and_keeps_the_history() -> None:
    problem = Problem(SUM.question, "number", history=(Message("system", "Be brief."),))
    backend = ScriptedBackend([WRONG, RIGHT, REVIEW, FINE, RIGHT, FINE])
    chain = SelfConsistency(Refine(Direct()), samples=2)
    solution = chain.invoke(problem, backend=backend)
    assert (solution.answer, solution.confidence) == ("7", 1.0)
    assert turns(backend)[0] == ("system", "Be brief.")


def test_the_chinese_form_says_the_same() -> None:
    problem = Problem("小明有3个苹果，又买了4个。现在有几个？", "number")
    backend = ScriptedBackend(["答案是8", "第一步错了：3+4=7。", "答案是7", "全部正确。"])
    assert Refine().invoke(problem, backend=backend).answer == "7"
    assert said(backend).startswith("检查上面的答案")


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("chain", ZeroShotCoT, r"found the class ZeroShotCoT: write ZeroShotCoT\(...\): write Ref"),
        ("chain", "direct", r"found 'direct': write Refine\(ZeroShotCoT\(\)\), or refine\(zero"),
        ("rounds", 0, "refine rounds=0"),
        ("rounds", None, "refine rounds"),
        ("template", 3, "refine template"),
    ],
)
def test_wrong_settings_are_refused(field: str, value: object, told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        Refine(**{field: value})  # type: ignore[arg-type]
