"""Figures of others, computed again from their recorded completions alone."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reasoning_chains.answers import equivalent, extract_answer
from reasoning_chains.answers.commands import expand
from reasoning_chains.answers.rational import makes
from reasoning_chains.problems.scan_grammar import interpret

FOLDER = os.environ.get("REASONING_CHAINS_DATA", "")


def recorded(name: str, source: str) -> Iterator[dict[str, Any]]:
    path = Path(FOLDER) / name
    if not FOLDER or not path.exists():
        pytest.skip(f"REASONING_CHAINS_DATA has no {name}; it is public: {source}")
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


@pytest.mark.parametrize(("method", "right"), [("finetuning", 286), ("verification", 515)])
def test_gsm8k_2021(method: str, right: int) -> None:
    rows = list(recorded(f"gsm8k/gsm8k2021_6b_{method}.jsonl", "openai/grade-school-math"))
    judged = [
        equivalent(extract_answer(row["completions"][0]), extract_answer(row["ground_truth"]))
        for row in rows
    ]
    assert len(rows) == 1_319
    assert sum(judged) == right
    assert judged == [row["labels"][0] for row in rows]


def test_gsm8k_gold_answers() -> None:
    for row in recorded("gsm8k/test.jsonl", "openai/grade-school-math"):
        assert extract_answer(row["answer"]) == row["answer"].rsplit("#### ")[1].replace(",", "")


BBH_KINDS = {
    "date_understanding": "choice",
    "boolean_expressions": "boolean",
    "sports_understanding": "boolean",
    "word_sorting": "text",
}


@pytest.mark.parametrize(
    ("method", "figures"), [("cot", [87.2, 92.8, 97.6, 40.4]), ("direct", [63.6, 88.4, 72.8, 50.4])]
)
def test_big_bench_hard(method: str, figures: list[float]) -> None:
    rows = list(recorded(f"bbh/bbh_codex_{method}_4tasks.jsonl", "suzgunmirac/BIG-Bench-Hard"))
    found = []
    for task, kind in BBH_KINDS.items():
        mine = [row for row in rows if row["task"] == task]
        answers = [(extract_answer(row["completions"][0], kind), row["gold"]) for row in mine]
        right = sum(equivalent(answer, gold, kind) for answer, gold in answers)
        found.append(round(100 * right / len(mine), 1))
    assert found == figures


# Cases that are not judged as recorded; one that begins to be judged so must be taken out here.
MATH_VERIFY_FAILURES = {
    0: "two boxes joined by a row of plus signs: the last box alone is the answer",
    27: "a box that never closes, behind doubled backslashes: cut, so unparsed",
}


def test_math_verify_cases() -> None:
    pytest.importorskip("math_verify", reason="pip install 'reasoning-chains[math]'")
    rows = recorded("math_verify/math_verify_dev.jsonl", "huggingface/Math-Verify")
    cases = [row["case"] for row in rows]
    assert len(cases) == 62
    failed = []
    for index, (gold, reply, expected) in enumerate(cases):
        read = [extract_answer(text, "expression") or text for text in (gold, reply)]
        if equivalent(read[0], read[1], "expression") != bool(expected):
            failed.append(index)
    assert failed == list(MATH_VERIFY_FAILURES)


def test_game_of_24() -> None:
    rows = list(recorded("game24/game24_gpt4_io100.jsonl", "princeton-nlp/tree-of-thought-llm"))
    judged = [
        [
            makes(text, [int(number) for number in row["puzzle"].split()])
            for text in row["completions"]
        ]
        for row in rows
    ]
    assert judged == [row["labels"] for row in rows]
    assert sum(map(len, judged)) == 10_000
    assert (sum(map(sum, judged)), sum(map(any, judged))) == (734, 33)


def test_scan_commands_and_recorded_expansions() -> None:
    source = "brendenlake/SCAN and the appendix of arXiv:2205.10625"
    path = Path(FOLDER) / "scan"
    if not FOLDER or not path.exists():
        pytest.skip(f"REASONING_CHAINS_DATA has no scan; it is public: {source}")
    lines = (path / "tasks_test_length_first800.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        command, _, actions = line.removeprefix("IN: ").partition(" OUT: ")
        assert interpret(command) == tuple(actions.replace("I_", "").split())
    cases = json.loads((path / "scan_l2m_cases.json").read_text(encoding="utf-8"))
    right = [expand(case["correct"]) == interpret(case["command"]) for case in cases]
    wrong = [
        expand(case["model_wrong"]) == interpret(case["command"])
        for case in cases
        if case["model_wrong"]
    ]
    assert (len(lines), right, wrong) == (800, [True] * 14, [False] * 7)
