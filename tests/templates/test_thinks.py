"""Where the model thinks by itself, templates do not ask it to think step by step."""

from __future__ import annotations

from typing import Any

import pytest

from reasoning_chains import (
    Chain,
    FewShotCoT,
    PlanAndSolve,
    Problem,
    Refine,
    ScriptedBackend,
    StepBack,
    ZeroShotCoT,
)
from reasoning_chains.content import Library, bundled_root
from reasoning_chains.templates import Templates
from reasoning_chains.types import Capabilities

TEMPLATES = Templates(Library((bundled_root(),)))
THINKS = Capabilities(n=True, thinking=True)
CHAINS: list[tuple[Chain, list[str]]] = [
    (ZeroShotCoT(), ["7"]),
    (ZeroShotCoT(two_stage=True), ["7", "7"]),
    (FewShotCoT(), ["7"]),
    (PlanAndSolve(), ["7"]),
    (PlanAndSolve(plus=True, two_stage=True), ["7", "7"]),
    (Refine(), ["7", "wrong", "7", "right"]),
    (StepBack(), ["", "7"]),
]
COAXING = ("step by step", "一步一步")


@pytest.mark.parametrize("question", ["What is 3 + 4?", "三加四等于几？"])
@pytest.mark.parametrize(("chain", "replies"), CHAINS, ids=[str(chain) for chain, _ in CHAINS])
def test_no_chain_asks_a_thinking_model_to_think(
    chain: Chain, replies: list[str], question: str
) -> None:
    problem = Problem(question, kind="number")
    for capabilities in (THINKS, Capabilities(n=True)):
        backend = ScriptedBackend(replies, capabilities=capabilities)
        assert chain.invoke(problem, backend=backend).answer == "7"
        asked = [m.content for r in backend.requests for m in r.content.messages]
        coaxed = any(words in text for text in asked for words in COAXING)
        assert coaxed is (not capabilities.thinking and not isinstance(chain, FewShotCoT))
        assert all(question in texts for texts in asked[:1])


def rendered(name: str, thinks: bool, **variables: Any) -> str:
    seen = {"question": "Why?", "context": "", "choices": [], "kind": "text", "schema": ""}
    prompt = TEMPLATES.render(name, {**seen, "lang": "en", "thinks": thinks, **variables})
    return prompt.messages[-1].content


def test_the_ending_is_asked_for_all_the_same() -> None:
    assert rendered("zero_shot_cot", True) == 'Why?\nEnd with "The answer is ...".'
    assert rendered("zero_shot_cot/think", True) == "Why?"


def test_examples_are_shown_without_their_rationales() -> None:
    shown = [{"question": "q1", "rationale": "r1.", "answer": "a1"}]
    told = rendered("few_shot_cot", True, exemplars=shown)
    assert told == "Q: q1\nA: The answer is a1.\n\nQ: Why?\nA:"
    assert "A: r1. The answer is a1." in rendered("few_shot_cot", False, exemplars=shown)
