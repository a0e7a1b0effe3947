"""Analogical prompting: one ask, in which similar problems are recalled first."""

from __future__ import annotations

import pytest

from reasoning_chains import Analogical, ScriptedBackend, UserMistake
from tests.chains.asked import SUM, cut, ended, said
from training.wordings import WORDINGS

REPLY = (
    "Similar problem: What is 1 + 2?\nSolution: 1 + 2 = 3. The answer is 3.\n"
    "This problem:\n3 + 4 = 7.\nThe answer is 7."
)


def test_one_ask_in_the_trained_words_and_the_last_answer_is_read() -> None:
    backend = ScriptedBackend([REPLY])
    solution = Analogical().invoke(SUM, backend=backend)
    assert (solution.answer, solution.usage.calls) == ("7", 1)
    assert said(backend) == WORDINGS["analogical"][0].replace("{question}", SUM.question)


@pytest.mark.parametrize(("recall", "word"), [(2, "two"), (3, "three"), (5, "five"), (7, "7")])
def test_more_problems_are_recalled_in_the_papers_words(recall: int, word: str) -> None:
    backend = ScriptedBackend([REPLY])
    Analogical(recall=recall).invoke(SUM, backend=backend)
    assert f"\n## Relevant Problems:\nRecall {word} examples of problems that are" in said(backend)
    assert f"# Initial Problem:\n{SUM.question}\n\n# Instructions:" in said(backend)


def test_a_cut_reply_does_not_give_the_answer_of_a_recalled_problem() -> None:
    backend = ScriptedBackend([cut(REPLY.partition("3 + 4")[0])])
    solution = Analogical().invoke(SUM, backend=backend)
    assert (solution.answer, solution.stop_reason) == (None, "length")
    assert solution.text.startswith("Similar problem")


def test_what_cannot_be_read_is_unparsed() -> None:
    solution = Analogical().invoke(SUM, backend=ScriptedBackend(["I know\nno such problem"]))
    assert (solution.answer, solution.stop_reason) == (None, "unparsed")


def test_a_budget_that_ends_after_each_ask() -> None:
    assert ended(Analogical(), [REPLY]) == [(None, "budget"), ("7", "answered")]


@pytest.mark.parametrize("recall", [0, 21, "3", True, None])
def test_a_number_that_cannot_be_is_refused(recall: object) -> None:
    with pytest.raises(UserMistake, match="analogical recall"):
        Analogical(recall=recall)  # type: ignore[arg-type]


def test_the_answer_is_that_of_the_last_problem() -> None:
    recalled = "Q: What is 1 + 2?\nA: The answer is 3."
    reply = f"## Relevant Problems:\n{recalled}\n\nQ: What is 3 + 4?\nA: The answer is 7."
    backend = ScriptedBackend([reply])
    assert Analogical(recall=2).invoke(SUM, backend=backend).answer == "7"
