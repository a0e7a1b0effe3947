"""Worked examples in the texts of prompts, as papers publish them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reasoning_chains.content import Library, bundled_root
from reasoning_chains.errors import TemplateMistake
from reasoning_chains.templates import Templates
from reasoning_chains.templates.exemplars import Exemplar, read_exemplars

PROMPT = """A note before.
-----
Sort things.

Q: Which is more,
3 or 5?
A: Let's see.
5 is more. So the answer is 5.

Q: Is 3 odd?
A: yes
"""
CLAIMS = "Check.\nClaim: Ann is tall.\nThought: She is.\nAnswer:SUPPORTS\n"


def test_questions_and_answers() -> None:
    assert read_exemplars("prompt.txt", PROMPT) == (
        Exemplar("Which is more,\n3 or 5?", "5", "Let's see.\n5 is more."),
        Exemplar("Is 3 odd?", "yes"),
    )


def test_claims_with_thoughts_below_a_key(tmp_path: Path) -> None:
    (tmp_path / "prompts.json").write_text(json.dumps({"cot": CLAIMS, "other": 3}))
    templates = Templates(Library((tmp_path, bundled_root())))
    found = templates.exemplars("prompts.json#cot", "en")
    assert found == (Exemplar("Ann is tall.", "SUPPORTS", "She is."),)
    with pytest.raises(TemplateMistake, match="no text below the key 'coat': did you mean cot"):
        templates.exemplars("prompts.json#coat", "en")
    with pytest.raises(TemplateMistake, match=r"unknown exemplars 'prompts\.json'"):
        templates.exemplars("prompts.json", "en")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nothing", "no line begins with Q: or Question:"),
        ("Q: one?\nQ: two?\nA: 2", "entry 1: the answer is empty"),
        ("Q:\nA: 2", "entry 1: the question is empty"),
    ],
)
def test_a_text_that_holds_none_is_told(text: str, told: str) -> None:
    with pytest.raises(TemplateMistake, match=told):
        read_exemplars("prompt.txt", text)
