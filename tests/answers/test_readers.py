"""The readers of the template contract, and the parting of native thinking."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_chains.answers import (
    READERS,
    Action,
    Verdict,
    read_action,
    read_json,
    read_numbered,
    read_verdict,
    split_thinking,
)

TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(
        st.sampled_from(
            [
                *(
                    "Action: ",
                    "Action 1:",
                    "Search[",
                    "]",
                    "Action Input:",
                    "Observation",
                    "Thought:",
                    "\n",
                ),
                *(
                    "1. ",
                    "- ",
                    "一、",
                    "（二）",
                    "(1) ",
                    '"',
                    "{",
                    "}",
                    "[1]",
                    "<think>",
                    "</think>",
                    "a",
                ),
                *(
                    "correct",
                    "not ",
                    "incorrect",
                    "Score: ",
                    "8/10",
                    "Verdict:",
                    "正确",
                    "```",
                    "\\",
                ),
            ]
        ),
        max_size=16,
    ).map("".join),
)
quiet = settings(derandomize=True, max_examples=300, deadline=None, database=None)


@quiet
@given(TEXTS)
def test_no_reader_raises(text: str) -> None:
    for reader in READERS.values():
        reader(text)


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("Action: Search[Paris]", ("", "Search", "Paris")),
        ("I look.\nAction 3: Search[List [a] b]", ("I look.", "Search", "List [a] b")),
        ("Thought 1: I look.\nAction 1: Lookup[x]\nObservation 1: y", ("I look.", "Lookup", "x")),
        ("Thought: t\nAction: calc\nAction Input: 3 + 4\nObservation: 9", ("t", "calc", "3 + 4")),
        ('Action: f\nAction Input: {"a":\n 1}', ("", "f", '{"a":\n 1}')),
        ("**Action:** `look`\n**Action Input:** cats", ("", "look", "cats")),
        ("思考：要查\n行动 1：搜索[天气]", ("要查", "搜索", "天气")),
        ("Action: calculator(2*(3+4))", ("", "calculator", "2*(3+4)")),
        ("Action: Finish", ("", "Finish", "")),
        ("I know.\nFinal Answer: 42", ("I know.", "Finish", "42")),
        ("Action: python[print(1)\nprint(2)]", ("", "python", "print(1)\nprint(2)")),
    ],
)
def test_actions(text: str, action: tuple[str, str, str]) -> None:
    found = read_action(text)
    assert found is not None
    assert (found.thought, found.tool, found.argument) == action


@pytest.mark.parametrize(
    "text",
    [
        *("", "no action here", "The action: is", "Action 4: \n\nFinish[x]", "Action: Search[Par"),
        *("Observation: made up\nAction: Search[x]", "reaction: x[y]", "Action Input: x"),
    ],
)
def test_no_action(text: str) -> None:
    assert read_action(text) is None


@quiet
@given(st.text("ab]\n :", max_size=30))
def test_forged_observation_is_behind_the_end(forged: str) -> None:
    text = f"Thought 1: t\nAction 1: Search[x]\nObservation 1: {forged}\nAction 2: Finish[no]"
    found = read_action(text)
    assert found == Action("t", "Search", "x", len("Thought 1: t\nAction 1: Search[x]"))
    assert "Observation" not in text[: found.end]


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("1. a\n2. b", ("a", "b")),
        ("Plan:\n1) a\n   more\n2) b\n\nSo.", ("a more", "b")),
        ("- a\n- b", ("a", "b")),
        ("* **a**: x\n* b", ("**a**: x", "b")),
        ("一、甲\n二、乙", ("甲", "乙")),
        ("（一）甲\n（二）乙", ("甲", "乙")),
        ("１．甲\n２．乙", ("甲", "乙")),
        ("第一步：甲\n第二步：乙", ("甲", "乙")),
        ("① 甲\n② 乙", ("甲", "乙")),
        ("Step 1: a\nStep 2: b", ("a", "b")),
        ("**1.** a\n**2.** b", ("a", "b")),
        ("1. a\n2. b\n\nSolution\n1. c", ("a", "b")),
        ("1. a\n   - detail\n2. b", ("a - detail", "b")),
        ('To solve "q?", we need to first solve: "a?", "b?".', ("a?", "b?")),
        ("需要先解决：“甲？”，“乙？”", ("甲？", "乙？")),
        ("(1) a (2) b (3) c", ("a", "b", "c")),
        ("3.5 apples\n2024 was good", ()),
        ("Only prose.", ()),
        ("", ()),
    ],
)
def test_lists(text: str, items: tuple[str, ...]) -> None:
    assert read_numbered(text) == items


@quiet
@given(
    st.lists(st.text("abc xyz?", min_size=1).map(str.strip).filter(bool), min_size=2, max_size=30)
)
def test_numbered_items_come_back(items: list[str]) -> None:
    text = "\n".join(f"{number}. {item}" for number, item in enumerate(items, 1))
    assert read_numbered(text) == tuple(items)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("Verdict: correct", Verdict(True)),
        ("3+4=7. correct", Verdict(True)),
        ("3 + 4 = 8, not 7.\nSo the step is wrong.", Verdict(False)),
        ("The step is not correct.", Verdict(False)),
        ("incorrect", Verdict(False)),
        ("Correct. 3+4=7", Verdict(True)),
        ("No, the sum is 8.", Verdict(False)),
        ("Score: 8/10", Verdict(None, 0.8)),
        ("Judgement: wrong\nConfidence: 90%", Verdict(False, 0.9)),
        ("The solution is right in part and wrong in part... correct or incorrect?", None),
        ("该步骤正确", Verdict(True)),
        ("判断：错误。评分：3/10", Verdict(False, 0.3)),
        ("没有错误", Verdict(True)),
        ("I cannot say", None),
    ],
)
def test_verdicts(text: str, verdict: Verdict | None) -> None:
    assert read_verdict(text) == verdict


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('say {"a": [1, 2]} now', {"a": [1, 2]}),
        ("```json\n[1]\n```\nand text", [1]),
        ('{"a": "}"}', {"a": "}"}),
        ('{see [1, 2]} and "quoted {"', [1, 2]),
        ('{ cut {"x": 1}', {"x": 1}),
        ('first {"a": 1} last {"b": 2}', {"b": 2}),
        ("3.5", 3.5),
    ],
)
def test_json_values(text: str, value: object) -> None:
    found = read_json(text)
    assert found is not None
    assert found.value == value
    assert json.loads(found.text) == value


def test_json_null_is_found_and_nonsense_is_not() -> None:
    found = read_json("null")
    assert found is not None
    assert found.value is None
    for text in ("", "NaN", "{", "no json", "[" * 100_000):
        assert read_json(text) is None


@quiet
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
        ),
        max_leaves=8,
    ).filter(lambda value: isinstance(value, dict | list))
)
def test_json_in_prose_comes_back(value: object) -> None:
    found = read_json(f"Here it is: {json.dumps(value)} as asked.")
    assert found is not None
    assert found.value == value


@pytest.mark.parametrize(
    ("text", "reasoning", "said"),
    [
        ("plain ", "", "plain "),
        ("<think>a</think>\n\nb", "a", "b"),
        ("a</think>b", "a", "b"),
        ("<think>a", "a", ""),
        ("<think>a<think>b</think>c</think>d", "a<think>b</think>c", "d"),
        ("<think>a<think>b</think>c", "a<think>b", "c"),
        ("x<think>a</think>y<think>b</think>z", "a\n\nb", "xyz"),
        ("<think>a</think>x<think>b", "a\n\nb", "x"),
        ("<think></think>b", "", "b"),
    ],
)
def test_thinking_is_parted(text: str, reasoning: str, said: str) -> None:
    assert split_thinking(text) == (reasoning, said)


@quiet
@given(st.lists(st.sampled_from(["<think>", "</think>", "a", "b", "\n"]), max_size=20).map("".join))
def test_text_without_tags_remains(text: str) -> None:
    split = split_thinking(text)
    assert "<think>" not in split.text
    assert "</think>" not in split.text
    assert split_thinking(split.text) == ("", split.text)


@pytest.mark.parametrize(
    ("text", "correct"),
    [
        ("Every step is right.", True),
        ("All steps are right, and the answer is 5.", True),
        ("Step 1 is right.\nStep 2 is right.", True),
        ("There are no errors.", True),
        ("No mistakes.", True),
        ("I found nothing wrong.", True),
        ("全部正确。", True),
        ("每一步都没有错。", True),
        ("It is not right.", False),
        ("Step 2 is wrong: 3 + 4 = 7.", False),
        ("No, step 3 is off.", False),
        ("第二步错了：3+4=7。", False),
        ("Step 1 is right.\nStep 2 is wrong.\nSo the answer changes.", None),
        ("Turn to the right.", None),
        ("The right answer is 5.", None),
    ],
)
def test_a_review_says_whether_something_is_wrong(text: str, correct: bool | None) -> None:
    verdict = read_verdict(text)
    assert (verdict.correct if verdict else None) is correct
