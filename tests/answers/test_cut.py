from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_chains import Direct, Problem, ScriptedBackend
from reasoning_chains.answers.cut import complete_part
from reasoning_chains.types import KINDS, Completion, Finish, Kind


def read(text: str, kind: Kind, finish: Finish = "length") -> tuple[str | None, str]:
    backend = ScriptedBackend([Completion(text, finish=finish)])
    solution = Direct().invoke(Problem("What?", kind), backend=backend)
    return solution.answer, solution.stop_reason


@pytest.mark.parametrize(
    ("kind", "text", "answer"),
    [
        ("json", '{"a": 1}\n\nThis is the js', '{"a": 1}'),
        ("json", '```json\n{"a": 1}\n```\nThis is', '{"a": 1}'),
        ("json", '{"a": [{"b": 1}, {"b"', None),
        ("json", '```json\n{"a": 1}', None),
        ("code", "```python\nprint(1)\n```\n\nThis code pri", "print(1)"),
        ("code", "```python\nprint(1", None),
        ("code", "print(1", None),
        ("number", "7\n\nQ: Tom has", "7"),
        ("choice", "B\n\nQ: What", "B"),
        ("boolean", "yes\n\nQ: Is it", "yes"),
        ("number", "The answer is 7.\nNow I", "7"),
        ("number", "3 + 4 = 7 and 7 * 1", None),
        ("number", "The answer is 1", None),
        ("text", "The answer is Mr. Smi", None),
    ],
)
def test_a_cut_reply_gives_what_was_complete(kind: Kind, text: str, answer: str | None) -> None:
    assert read(text, kind) == (answer, "answered" if answer else "length")


@pytest.mark.parametrize("kind", ["number", "text"])
def test_what_was_refused_is_no_answer(kind: Kind) -> None:
    assert read("I cannot help with 18 U.S.C. 922.", kind, "content_filter") == (None, "refused")


@given(st.text(alphabet='{}[]",:1 \n`Q') | st.text(), st.sampled_from(KINDS))
def test_no_text_breaks_it(text: str, kind: str) -> None:
    assert isinstance(complete_part(text, kind), str)
