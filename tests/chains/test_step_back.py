"""Step-back prompting: the principle first, then the answer with it."""

from __future__ import annotations

import pytest

from reasoning_chains import ScriptedBackend, StepBack, UserMistake
from reasoning_chains.types import Completion, Message, Problem
from tests.chains.asked import SUM, cut, ended, said, turns
from training.wordings import WORDINGS

PRINCIPLE = "Add the numbers."
ANSWER = "3 + 4 = 7. The answer is 7."


def test_the_principle_is_asked_for_and_the_answer_given_with_it() -> None:
    backend = ScriptedBackend([PRINCIPLE, ANSWER])
    solution = StepBack().invoke(SUM, backend=backend)
    assert (solution.answer, solution.usage.calls) == ("7", 2)
    first, second = WORDINGS["step_back"][0], WORDINGS["principle"][0]
    assert said(backend, 0) == first.replace("{question}", SUM.question)
    wanted = second.replace("{question}", SUM.question).replace("{principle}", PRINCIPLE)
    assert turns(backend, 1) == [("user", wanted)]
    assert [ask.label for ask in solution.trace.asks] == [
        "step_back/principle",
        "step_back/answer",
    ]


@pytest.mark.parametrize("reply", ["", "  \n", "<think>Hm.</think>"])
def test_no_principle_leaves_a_chain_of_thought(reply: str) -> None:
    backend = ScriptedBackend([reply, ANSWER])
    assert StepBack().invoke(SUM, backend=backend).answer == "7"
    assert said(backend).endswith('Let\'s think step by step, and end with "The answer is ...".')
    assert "Principle" not in said(backend)


def test_a_principle_goes_on_without_the_thinking_before_it() -> None:
    backend = ScriptedBackend([f"<think>Let me see.</think>{PRINCIPLE}", ANSWER])
    StepBack().invoke(SUM, backend=backend)
    assert f"Principle: {PRINCIPLE}\n" in said(backend)


def test_a_cut_principle_is_used_and_a_cut_answer_is_none() -> None:
    backend = ScriptedBackend([cut("Add the"), cut("3 + 4 =")])
    solution = StepBack().invoke(SUM, backend=backend)
    assert "Principle: Add the\n" in said(backend)
    assert (solution.answer, solution.stop_reason) == (None, "length")


def test_a_budget_that_ends_after_each_ask() -> None:
    assert ended(StepBack(), [PRINCIPLE, ANSWER]) == [
        (None, "budget"),
        (None, "budget"),
        ("7", "answered"),
    ]


def test_it_keeps_the_history_and_speaks_chinese() -> None:
    problem = Problem("小明有几个苹果？", "number", history=(Message("user", "你好"),))
    backend = ScriptedBackend([Completion("把数量相加。"), "答案是7"])
    assert StepBack().invoke(problem, backend=backend).answer == "7"
    assert turns(backend)[0] == ("user", "你好")
    assert "原理：把数量相加。" in said(backend)


def test_a_template_must_be_a_name() -> None:
    with pytest.raises(UserMistake, match="step_back template must be text, found 3"):
        StepBack(template=3)  # type: ignore[arg-type]
