"""Tickets and tutoring: scripted dialogues through every branch, both languages."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from reasoning_chains import Problem, ScriptedBackend, UserMistake, Workflow
from reasoning_chains.content import Library
from reasoning_chains.solution import Solution
from reasoning_chains.workflow.dry import outlined
from reasoning_chains.workflow.flow import flow_at
from reasoning_chains.workflow.lint import findings
from tests.workflow.flows import sent

LANGUAGES = ("en", "zh")
FLOWS = ("text_to_sql", "ticket_triage", "maths_tutor")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", FLOWS)
def test_it_is_clean_and_every_step_renders(name: str, lang: str) -> None:
    flow = flow_at(Library.of(), name, lang)
    assert list(findings(flow)) == []
    outlines = asyncio.run(outlined(flow, Problem("?"))).steps
    steps = {outline.step.name for outline in outlines}
    texts = [outline.step.text for outline in outlines]
    assert {
        "text_to_sql": {"links", "outline", "parts", "part", "draft", "query", "missing"},
        "ticket_triage": {"handover", "ask", "more", "matter_now", "alert", "draft"},
        "maths_tutor": {"result", "solution", "attempt", "praise", "hint", "explanation"},
    }[name] <= steps
    assert not any("{%" in text or "\n\n\n" in text for text in texts)
    systems = [outline.step.before[0].content for outline in outlines if outline.step.text]
    assert all(text.startswith({"en": "# Role: ", "zh": "# 角色："}[lang]) for text in systems)


def test_both_languages_take_the_same_steps() -> None:
    for name in FLOWS:
        english, chinese = (
            asyncio.run(outlined(flow_at(Library.of(), name, lang), Problem("?"))).steps
            for lang in LANGUAGES
        )
        assert [o.step.name for o in english] == [o.step.name for o in chinese]


# Ticket triage

MATTERS = {"en": ("security", "legal", "neither"), "zh": ("安全", "法律", "都不是")}
TICKET = {"en": "Your app ate my invoice!", "zh": "你们的软件把我的发票弄丢了！"}
NOTHING, SOMETHING = '{"facts": []}', '{"facts": ["order number"]}'
JUDGED = {
    "en": ("billing", "high", "accounts"),
    "zh": ("账单", "紧急", "财务"),
}
MOODS = {
    "en": (
        ("angry", "what went wrong for this customer"),
        ("worried", "what the customer is worried about"),
        ("pleased", "Begin with thanks"),
        ("neutral", "Come to the point"),
    ),
    "zh": (
        ("生气", "为什么让人恼火"),
        ("着急", "最担心的事"),
        ("满意", "感谢客户"),
        ("平静", "第一句就说正事"),
    ),
}


def triaged(
    lang: str, replies: list[str], said: str = "", **more: Any
) -> tuple[str, list[str], list[str]]:
    """Give the answer, what the model was asked, and what the customer was asked."""
    backend, asked = ScriptedBackend(replies), list[str]()

    def customer(question: str) -> str:
        asked.append(question)
        return said

    found = Workflow("ticket_triage").invoke(
        {"question": TICKET[lang], **more}, backend=backend, ask_user=customer
    )
    assert found.answer is not None
    assert len(backend.requests) == len(replies)
    return found.answer, [messages[-1][1] for messages in sent(backend)], asked


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("place", [0, 1])
def test_security_and_legal_matters_go_to_a_person_at_once(lang: str, place: int) -> None:
    answer, asked, _ = triaged(lang, [MATTERS[lang][place], "Who: Ada"])
    heads = {
        "en": ("To a person at once: security team, on call", "To a person at once: legal dep"),
        "zh": ("立即转人工：安全团队值班人员", "立即转人工：法务部"),
    }
    assert answer.startswith(heads[lang][place])
    assert "Who: Ada" in answer
    assert MATTERS[lang][place] in asked[1]
    advice = {"en": "change your password now", "zh": "修改密码"}[lang]
    assert (advice in answer) is (place == 0)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("place", range(4))
def test_the_mood_shapes_the_draft(lang: str, place: int) -> None:
    mood, told = MOODS[lang][place]
    category, urgency, team = JUDGED[lang]
    replies = [MATTERS[lang][2], category, mood, NOTHING, urgency, team, "Dear Ada"]
    answer, asked, _ = triaged(lang, replies)
    assert told in asked[-1]
    assert [other for _, other in MOODS[lang] if other in asked[-1]] == [told]
    colon = {"en": ": ", "zh": "："}[lang]
    lines = answer.splitlines()
    assert [line.partition(colon)[2] for line in lines[:4]] == [category, urgency, mood, team]
    assert lines[4].endswith({"en": "nothing", "zh": "无"}[lang])
    assert lines[-1] == "Dear Ada"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_missing_is_asked_for_by_the_draft_or_at_once(lang: str) -> None:
    category, urgency, team = JUDGED[lang]
    neither, mood = MATTERS[lang][2], MOODS[lang][3][0]
    head, tail = [neither, category, mood, SOMETHING], [urgency, team, "Dear Ada"]
    answer, prompts, asked = triaged(lang, [*head, *tail])
    assert asked == []
    assert "order number" in prompts[-1]
    assert "order number" in answer.splitlines()[4]
    answer, prompts, asked = triaged(
        lang, [*head, "Which order?", neither, *tail], said="Order 7", can_ask=True
    )
    assert asked == ["Which order?"]
    assert "order number" not in prompts[-1]
    assert all("Order 7" in prompt for prompt in prompts[5:])
    assert answer.splitlines()[4].endswith("Order 7")
    answer, _, _ = triaged(
        lang,
        [*head, "Which order?", MATTERS[lang][1], "Who: Ada"],
        said="My lawyer will tell you",
        can_ask=True,
    )
    assert "Who: Ada" in answer
    assert "Dear Ada" not in answer


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_critical_alerts_the_person_on_call(lang: str) -> None:
    category, _, team = JUDGED[lang]
    critical = {"en": "critical", "zh": "特急"}[lang]
    mood = MOODS[lang][3][0]
    replies = [MATTERS[lang][2], category, mood, NOTHING, critical, team, "All down", "Dear Ada"]
    answer, prompts, _ = triaged(lang, replies, context="Notes of ours")
    assert "All down" in answer
    assert team in prompts[6]
    assert all("Notes of ours" in prompt for prompt in prompts)


# Maths tutor

EXERCISE = {"en": "Solve 2x + 3 = 11 for x.", "zh": "解方程 2x + 3 = 11。"}
SOLVED = {"en": "So x = 4. The answer is 4.", "zh": "所以 x = 4。答案是 4。"}
RIGHT, SLIP, WRONG, NONE = range(4)
JUDGMENTS = {
    "en": ("right", "slip", "misunderstanding", "nothing yet"),
    "zh": ("正确", "粗心", "没有理解", "还没做"),
}
AWAY = {"en": ("no", "yes"), "zh": ("否", "是")}


def tutored(
    lang: str, rounds: list[str], attempts: list[str], **more: Any
) -> tuple[Solution, list[str], list[str]]:
    """Give the solution, the prompts after the silent ones, and what was said to the pupil."""
    slipped = SOLVED[lang].replace("4", "7")
    silent = [SOLVED[lang], SOLVED[lang], slipped, SOLVED[lang], SOLVED[lang], "8 / 2"]
    backend, said = ScriptedBackend([*silent, *rounds]), list[str]()

    def pupil(words: str) -> str:
        said.append(words)
        return attempts[len(said) - 1]

    asked = {"question": EXERCISE[lang], **more}
    found = Workflow("maths_tutor").invoke(asked, backend=backend, ask_user=pupil)
    prompts = [messages[-1][1] for messages in sent(backend)]
    assert len(said) == len(attempts)
    assert found.trace.steps["result"] == ["4"]
    return found, prompts[-len(rounds) :], said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_right_attempt_is_praised_and_ends_it(lang: str) -> None:
    rounds = [JUDGMENTS[lang][RIGHT], "You took 3 from both sides."]
    found, prompts, said = tutored(lang, rounds, ["2x = 8, x = 4"], grade="7")
    assert found.answer == "You took 3 from both sides."
    assert said[0].startswith(EXERCISE[lang])
    assert "2x = 8, x = 4" in prompts[0]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_hint_is_larger_and_the_result_comes_last(lang: str) -> None:
    no, judged = AWAY[lang][0], JUDGMENTS[lang]
    rounds = [judged[NONE], "p1", "h1", no, judged[WRONG], "p2", "h2", no,
              judged[SLIP], "p3", "h3", no, judged[SLIP], "p4", "It is x = 4."]  # fmt: skip
    found, prompts, said = tutored(lang, rounds, ["Tell me!", "x = 9", "x = 5", "x = 6"])
    assert said[1:] == ["p1\n\nh1", "p2\n\nh2", "p3\n\nh3"]
    assert found.answer == "p4\n\nIt is x = 4."
    assert found.trace.steps["attempt"] == ["Tell me!", "x = 9", "x = 5", "x = 6"]
    hints = {
        "en": ("first hint", "second hint", "last hint"),
        "zh": ("第一个提示：", "第二个提示", "最后一个提示"),
    }
    ways = {
        "en": ("how to begin", "does not hold: a", "find the slip"),
        "zh": ("从哪里入手", "方法不成立：可以", "那处疏忽"),
    }
    for place, prompt in enumerate((prompts[2], prompts[6], prompts[10])):
        assert hints[lang][place] in prompt
        assert ways[lang][place] in prompt
    assert "h1 / h2" in prompts[10]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_hint_that_gives_the_result_away_is_not_shown(lang: str) -> None:
    no, yes = AWAY[lang]
    judged = JUDGMENTS[lang]
    rounds = [judged[SLIP], "p1", "It is 4.", yes, judged[WRONG], "p2", "h2", no,
              judged[RIGHT], "Two sides."]  # fmt: skip
    found, prompts, said = tutored(lang, rounds, ["x = 5", "x = 6", "x = 4"])
    assert found.answer == "Two sides."
    assert said[1].startswith({"en": "Read the exercise once more", "zh": "再读一遍题目"}[lang])
    assert "4" not in said[1]
    assert said[2] == "p2\n\nh2"
    assert "x = 5" in prompts[-1]


def test_a_pupil_is_needed() -> None:
    with pytest.raises(UserMistake, match="step attempt: the step asks the person"):
        Workflow("maths_tutor").invoke(
            EXERCISE["en"], backend=ScriptedBackend([SOLVED["en"]] * 5 + ["8 / 2"])
        )
