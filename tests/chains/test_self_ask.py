from __future__ import annotations

import asyncio
from typing import Any

import pytest

from reasoning_chains import (
    Budget,
    Direct,
    Message,
    Problem,
    ScriptedBackend,
    SelfAsk,
    UserMistake,
    ZeroShotCoT,
)
from reasoning_chains.content import Library
from reasoning_chains.templates import templates_of
from reasoning_chains.toolbox import Tool, ToolFailed
from reasoning_chains.types import Completion
from training.wordings import WORDINGS

EMMA = Problem("When was the writer of Emma born?", "number")
FIRST = "Yes.\nFollow up: Who wrote Emma?"
LAST = "So the final answer is: 1775"
SCHEMA: dict[str, Any] = {"type": "object", "properties": {"entity": {"type": "string"}}}


def prompts(backend: ScriptedBackend) -> list[list[str]]:
    return [[m.content for m in request.content.messages] for request in backend.requests]


def test_alone_the_model_answers_its_own_questions_in_one_reply() -> None:
    reply = f"{FIRST}\nIntermediate answer: Jane Austen.\n{LAST}"
    backend = ScriptedBackend([reply])
    assert SelfAsk().invoke(EMMA, backend=backend).answer == "1775"
    asked = WORDINGS["self_ask"][0].replace("{question}", EMMA.question)
    assert prompts(backend) == [[asked]]


def test_a_reply_that_stops_at_a_question_is_asked_to_go_on() -> None:
    second = "Intermediate answer: Jane Austen\nFollow up: Was she born in 1775 or in 1776?"
    backend = ScriptedBackend([f"{FIRST}\n", second, f"Intermediate answer: 1775\n{LAST}"])
    solution = SelfAsk().invoke(EMMA, backend=backend)
    whole = f"{FIRST}\n{second}\nIntermediate answer: 1775\n{LAST}"
    assert (solution.answer, solution.text, solution.usage.calls) == ("1775", whole, 3)
    begun = [request.content.prefill for request in backend.requests]
    assert begun == ["", f"{FIRST}\n", f"{FIRST}\n{second}\n"]
    assert len({tuple(asked) for asked in prompts(backend)}) == 1


def test_a_number_in_an_open_question_is_no_answer() -> None:
    backend = ScriptedBackend(["Yes.\nFollow up: Was she born after 1775?"] * 9)
    solution = SelfAsk(max_questions=2).invoke(EMMA, backend=backend)
    assert (solution.answer, solution.stop_reason, solution.usage.calls) == (None, "unparsed", 3)
    cut = Completion("Yes.\nFollow up: Who wrote Emma", finish="length")
    solution = SelfAsk().invoke(EMMA, backend=ScriptedBackend([cut]))
    assert (solution.answer, solution.stop_reason) == (None, "length")


def test_with_examples_the_prompt_is_that_of_the_paper() -> None:
    backend = ScriptedBackend([f"{FIRST}\nIntermediate answer: Jane Austen.\n{LAST}"])
    SelfAsk(shots=1).invoke(EMMA, backend=backend)
    example = templates_of(Library.of()).exemplars("follow_ups", "en")[0]
    form = "Question: {}\nAre follow up questions needed here:"
    told = f"{form.format(example.question)} {example.rationale}\nSo the final answer is: "
    asked = f"{told}{example.answer}\n\n{form.format(EMMA.question)}"
    assert prompts(backend) == [[asked]]


def test_an_answerer_is_asked_each_question_and_its_answer_goes_back() -> None:
    backend = ScriptedBackend(
        [FIRST, "Jane Austen", "Follow up: When was Jane Austen born?", "1775", LAST]
    )
    solution = SelfAsk(answerer=Direct()).invoke(EMMA, backend=backend)
    assert solution.answer == "1775"
    shown = prompts(backend)
    assert shown[1] == ["Who wrote Emma?\nGive only the final answer."]
    assert shown[4][1:] == [
        FIRST,
        "Intermediate answer: Jane Austen",
        "Follow up: When was Jane Austen born?",
        "Intermediate answer: 1775",
    ]


def test_an_answer_that_the_model_made_up_is_cut() -> None:
    made_up = f"{FIRST}\nIntermediate answer: Nobody.\n{LAST[:-4]}1234"
    backend = ScriptedBackend([made_up, "Jane Austen", LAST])
    assert SelfAsk(answerer=Direct()).invoke(EMMA, backend=backend).answer == "1775"
    assert prompts(backend)[2][1] == FIRST


@pytest.mark.parametrize(("lang", "yes"), [("en", "Yes."), ("zh", "需要。")])
def test_always_at_least_one_question_is_looked_up(lang: str, yes: str) -> None:
    first = "Follow up: Who wrote Emma?" if lang == "en" else "追问：谁写了《爱玛》？"
    backend = ScriptedBackend([first, "Jane Austen", LAST])
    chain = SelfAsk(answerer=Direct(), template="self_ask/always")
    assert chain.invoke(EMMA, backend=backend, lang=lang).answer == "1775"
    begun = [request.content.prefill for request in backend.requests]
    assert begun == [yes, "", ""]
    assert prompts(backend)[2][1] == f"{yes}\n{first}"


def test_a_tool_answers_and_its_failure_is_told() -> None:
    async def look(arguments: object) -> str:
        assert isinstance(arguments, dict)
        if "wrote" in arguments["entity"]:
            return "Emma is a novel by Jane Austen."
        raise ToolFailed("nothing is known of it")

    tool = Tool("lookup", "Gives the passage about an entity.", SCHEMA, look)
    backend = ScriptedBackend([FIRST, "Follow up: When was she born?", LAST])
    solution = SelfAsk(answerer=tool).invoke(EMMA, backend=backend)
    assert solution.answer == "1775"
    assert [span.data["observation"] for span in solution.trace.acts] == [
        "Emma is a novel by Jane Austen.",
        "nothing is known of it",
    ]


def test_no_follow_up_question_is_an_answer_at_once() -> None:
    backend = ScriptedBackend([f"No.\n{LAST}"])
    assert SelfAsk(answerer=Direct()).invoke(EMMA, backend=backend).answer == "1775"
    nothing = SelfAsk(answerer=Direct()).invoke(EMMA, backend=ScriptedBackend(["Hm.\nWell."]))
    assert (nothing.answer, nothing.stop_reason) == (None, "unparsed")


def test_questions_without_end_stop_at_the_limit() -> None:
    replies = ["Follow up: Who?", "Somebody"] * 5
    backend = ScriptedBackend(replies)
    solution = SelfAsk(answerer=Direct(), max_questions=2).invoke(EMMA, backend=backend)
    assert (solution.answer, solution.stop_reason) == (None, "unparsed")
    assert len(backend.requests) == 5


def test_context_and_history_reach_who_answers() -> None:
    before = (Message("user", "Hello"), Message("assistant", "Hello!"))
    problem = Problem("When?", context="Emma is a novel.", history=before)
    backend = ScriptedBackend([FIRST, "Jane Austen", LAST])
    SelfAsk(answerer=Direct()).invoke(problem, backend=backend)
    shown = prompts(backend)[1]
    assert shown[:2] == ["Hello", "Hello!"]
    assert shown[2].startswith("Emma is a novel.\n\nWho wrote Emma?")


@pytest.mark.parametrize("calls", range(5))
def test_a_budget_that_ends_after_any_ask_abstains(calls: int) -> None:
    replies = [FIRST, "Jane Austen", "Follow up: When was she born?", "1775", LAST]
    backend = ScriptedBackend(replies)
    chain = SelfAsk(answerer=ZeroShotCoT())
    solution = chain.invoke(EMMA, backend=backend, budget=Budget(calls=calls))
    assert (solution.answer, solution.stop_reason) == (None, "budget")
    assert len(backend.requests) == calls


def test_examples_are_shown_in_the_paper_s_format() -> None:
    backend = ScriptedBackend([LAST])
    SelfAsk(shots=4).invoke(EMMA, backend=backend)
    text = prompts(backend)[0][0]
    assert text.count("Are follow up questions needed here: Yes.\nFollow up: ") == 4
    assert text.count("\nSo the final answer is: ") == 4
    assert text.endswith("\n\nQuestion: When was the writer of Emma born?\n"
                         "Are follow up questions needed here:")  # fmt: skip


def test_it_speaks_chinese() -> None:
    problem = Problem("《爱玛》的作者生于哪一年？", "number")
    backend = ScriptedBackend(
        ["需要。\n追问：谁写了《爱玛》？", "简·奥斯汀", "所以最终答案是：1775"]
    )
    assert SelfAsk(answerer=Direct()).invoke(problem, backend=backend).answer == "1775"
    assert prompts(backend)[2][2] == "中间答案：简·奥斯汀"


def test_it_works_many_times_at_once() -> None:
    chain = SelfAsk(answerer=Direct())

    async def both() -> list[str | None]:
        backends = [ScriptedBackend([FIRST, "Jane Austen", LAST]) for _ in range(2)]
        found = await asyncio.gather(*(chain.ainvoke(EMMA, backend=b) for b in backends))
        return [solution.answer for solution in found]

    assert asyncio.run(both()) == ["1775", "1775"]


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(UserMistake, match="answerer must be a chain"):
        SelfAsk(answerer=Direct)  # type: ignore[arg-type]
    with pytest.raises(UserMistake, match="answerer must be a chain"):
        SelfAsk(answerer=3)  # type: ignore[arg-type]
    with pytest.raises(UserMistake, match="shots=-1"):
        SelfAsk(shots=-1)
