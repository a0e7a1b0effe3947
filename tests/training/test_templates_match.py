"""What the templates say is what the model was trained on, word for word."""

from __future__ import annotations

import pytest

from reasoning_chains.content import Library, bundled_root
from reasoning_chains.templates import Templates
from training.wordings import WORDINGS

TEMPLATES = Templates(Library((bundled_root(),)))
QUESTION = "Ann has 3 pens. She buys 4. How many pens does Ann have now?"


def rendered(name: str, **variables: object) -> list[str]:
    standard = {"question": QUESTION, "context": "", "choices": [], "kind": "number", "schema": ""}
    prompt = TEMPLATES.render(name, {**standard, "lang": "en", "thinks": False, **variables})
    return [message.content for message in prompt.messages]


@pytest.mark.parametrize(
    ("template", "format"),
    [
        ("direct", "direct"),
        ("zero_shot_cot", "cot"),
        ("zero_shot_cot/think", "cot"),
        ("plan_and_solve/plan", "plan"),
    ],
)
def test_a_prompt_is_one_that_the_corpus_speaks(template: str, format: str) -> None:
    wordings = {wording.replace("{question}", QUESTION) for wording in WORDINGS[format]}
    assert set(rendered(template, plus=False)) <= wordings


@pytest.mark.parametrize(
    ("template", "format", "variables"),
    [
        ("plan_and_solve", "plan", {"plus": False}),
        ("step_back/principle", "step_back", {}),
        ("step_back/answer", "principle", {"principle": "Add."}),
        ("analogical", "analogical", {"recall": 1}),
        ("self_ask", "self_ask", {"exemplars": []}),
        ("self_ask/turn", "self_ask", {"exemplars": [], "asked": []}),
        ("refine/review", "review", {"answer": "…"}),
        ("refine/revise", "revise", {"turns": [{"answer": "…", "review": "…"}]}),
        ("universal_self_consistency/choose", "choose", {"candidates": ["12", "13"]}),
    ],
)
def test_a_method_speaks_in_the_first_words_of_its_format(
    template: str, format: str, variables: dict[str, object]
) -> None:
    wording = WORDINGS[format][0].replace("{question}", QUESTION).replace("{principle}", "Add.")
    wording = wording.replace("{candidates}", "1. 12\n2. 13")
    assert rendered(template, **variables)[-1] == wording


def test_a_review_is_asked_for_as_in_the_corpus() -> None:
    asked, answer, review = rendered("refine/review", answer="3 + 4 = 8.")
    assert asked in {wording.replace("{question}", QUESTION) for wording in WORDINGS["cot"]}
    assert (answer, review) == ("3 + 4 = 8.", WORDINGS["review"][0])
    turns = [{"answer": "3 + 4 = 8.", "review": "Step 1 is wrong."}]
    conversation = [asked, answer, review, "Step 1 is wrong.", WORDINGS["revise"][0]]
    assert rendered("refine/revise", turns=turns) == conversation


@pytest.mark.parametrize(
    ("kind", "format"),
    [("number", "extract_number"), ("boolean", "extract_boolean"), ("text", "extract_text")],
)
def test_the_second_stage_is_one_that_the_corpus_speaks(kind: str, format: str) -> None:
    *_, trigger = rendered("zero_shot_cot/extract", kind=kind, rationale="…")
    assert trigger == WORDINGS[format][0]


def test_few_shot_prompts_have_the_form_of_the_corpus() -> None:
    shown = [{"question": "q1", "rationale": "r1.", "answer": "a1"}]
    (prompt,) = rendered("few_shot_cot", exemplars=shown)
    assert prompt == f"Q: q1\nA: r1. The answer is a1.\n\nQ: {QUESTION}\nA:"
