from __future__ import annotations

import json
from pathlib import Path

import pytest

from reasoning_chains import (
    BackendError,
    Direct,
    Problem,
    Sampling,
    ScriptedBackend,
    SelfConsistency,
    UserMistake,
    ZeroShotCoT,
)
from reasoning_chains.backends.replay import ReplayBackend
from reasoning_chains.types import Completion, Usage


def recorded(folder: Path, *rows: object) -> ReplayBackend:
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return ReplayBackend(path)


def test_samples_get_the_recorded_completions_in_their_order(tmp_path: Path) -> None:
    row = {"question": "What is 3 + 4?", "completions": ["The answer is 7.", "The answer is 6."]}
    backend = recorded(tmp_path, row)
    chain = SelfConsistency(ZeroShotCoT(), samples=2)
    problem = Problem("What is 3 + 4?", kind="number")
    for _ in range(2):  # the same call asks for the same samples
        solution = chain.invoke(problem, backend=backend)
        assert [c.answer for c in solution.candidates] == ["7", "6"]
    with pytest.raises(BackendError, match="only 2 samples are recorded"):
        Direct().invoke(problem, backend=backend, sampling=Sampling(temperature=1.0))


def test_the_longest_question_that_is_held_wins_and_a_whole_prompt_first(tmp_path: Path) -> None:
    backend = recorded(
        tmp_path,
        {"question": "3 + 4", "completions": ["short"]},
        {"question": "What is 3 + 4?", "completions": ["long"]},
        {"prompt": "What is 3 + 4 then?\nGive only the final answer.", "completions": ["whole"]},
    )
    assert Direct().invoke("What is 3 + 4?", backend=backend).answer == "long"
    assert Direct().invoke("What is 3 + 4 then?", backend=backend).answer == "whole"
    with pytest.raises(BackendError, match="nothing is recorded"):
        Direct().invoke("What is 5 + 5?", backend=backend)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "line 1: no JSON"),
        ("[" * 100_000, "line 1: no JSON"),
        ("3", "needs completions"),
        ('{"question": "q", "completions": "a"}', "needs completions"),
        ('{"question": "q", "completions": [3]}', "needs completions"),
        ('{"completions": ["a"]}', "needs a prompt or a question"),
        ('{"question": " ", "completions": ["a"]}', "needs a prompt or a question"),
    ],
)
def test_a_line_that_is_no_row_is_told_with_its_number(
    tmp_path: Path, line: str, told: str
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(UserMistake, match=told):
        ReplayBackend(path)


def test_a_file_that_is_not_there_or_not_utf8_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserMistake, match="cannot be read"):
        ReplayBackend(tmp_path / "none.jsonl")
    (tmp_path / "odd.jsonl").write_bytes(b"\xff\n")
    with pytest.raises(UserMistake, match="not UTF-8 at byte 0"):
        ReplayBackend(tmp_path / "odd.jsonl")


def test_a_script_that_is_at_its_end_says_so() -> None:
    backend = ScriptedBackend(["7"])
    Direct().invoke("a", backend=backend)
    with pytest.raises(BackendError, match="1 replies were given and one more was asked for"):
        Direct().invoke("b", backend=backend)
    with pytest.raises(UserMistake, match="put the text into a list"):
        ScriptedBackend("7")


def test_a_scripted_completion_keeps_its_own_usage() -> None:
    told = Completion("7", usage=Usage(1, 1, 90, 9), bill=Usage(1, 1, 80, 9))
    solution = Direct().invoke("a", backend=ScriptedBackend([told]))
    assert (solution.usage.prompt_tokens, solution.bill.prompt_tokens) == (90, 80)


def test_a_function_that_gives_too_few_completions_is_the_worlds_fault() -> None:
    async def stingy(_: object) -> list[Completion]:
        return []

    with pytest.raises(BackendError, match="gave 0 completions, and 1 were asked for"):
        Direct().invoke("a", backend=stingy)


def test_a_line_ends_only_where_a_line_ends(tmp_path: Path) -> None:
    odd = "a\u2028b\u0085c\x1cd"
    path = tmp_path / "rows.jsonl"
    row = json.dumps({"question": "q", "completions": [odd]}, ensure_ascii=False)
    path.write_bytes(f"{row}\r\n\n".encode().replace(b"\\u001c", b"\\u001c"))
    assert Direct().invoke("q", backend=ReplayBackend(path)).text == odd
