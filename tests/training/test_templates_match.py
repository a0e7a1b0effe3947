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
    prompt = TEMPLATES.render(name, {**standard, "lang": "en", **variables})
    return [message.content for message in prompt.messages]


@pytest.mark.parametrize(
    ("template", "format"),
    [("direct", "direct"), ("zero_shot_cot", "cot"), ("zero_shot_cot/think", "cot")],
)
def test_a_prompt_is_one_that_the_corpus_speaks(template: str, format: str) -> None:
    wordings = {wording.replace("{question}", QUESTION) for wording in WORDINGS[format]}
    assert set(rendered(template)) <= wordings


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
