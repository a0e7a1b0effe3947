"""Recorded outputs of others, scored anew by the suites, give the figures stated with the data."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reasoning_chains import Item, Solution, Suite, load_suite
from reasoning_chains.content import Library
from reasoning_chains.evals.metrics import Tally
from reasoning_chains.evals.recorded import recorded_solution
from reasoning_chains.evals.score import Rule, Score, unread
from reasoning_chains.problems.scan_grammar import interpret
from reasoning_chains.templates import Templates
from tests.evals.scoring import scored

FOLDER = Path(os.environ.get("REASONING_CHAINS_DATA", ""))


def place(name: str, source: str) -> Path:
    if not os.environ.get("REASONING_CHAINS_DATA") or not (FOLDER / name).exists():
        pytest.skip(f"REASONING_CHAINS_DATA has no {name}; it is public: {source}")
    return FOLDER / name


def rows(name: str, source: str) -> Iterator[dict[str, Any]]:
    with place(name, source).open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def tallied(suite: Suite, replies: list[tuple[Item, str]]) -> Tally:
    tally = Tally()
    for item, text in replies:
        solution = recorded_solution(item.problem, text)
        tally.add(scored_in_place(suite, item, solution))
    return tally


def scored_in_place(suite: Suite, item: Item, solution: Solution) -> Score:
    """Score by the rule itself: a run for each would take long."""
    assert isinstance(suite.scorer, Rule)
    if solution.answer is None:
        return unread(solution)
    return suite.scorer.judge(item.problem, solution.answer, item.target)


GSM8K = "openai/grade-school-math"


@pytest.mark.parametrize(("method", "right"), [("finetuning", 286), ("verification", 515)])
def test_gsm8k(method: str, right: int) -> None:
    suite = load_suite("gsm8k", data=place("gsm8k", GSM8K))
    recorded = list(rows(f"gsm8k/gsm8k2021_6b_{method}.jsonl", GSM8K))
    items = list(suite)
    assert [item.problem.question for item in items] == [r["question"].strip() for r in recorded]
    replies = [(item, row["completions"][0]) for item, row in zip(items, recorded, strict=True)]
    tally = tallied(suite, replies)
    assert (tally.total, tally.outcomes["right"]) == (1_319, right)
    assert tally.outcomes["right"] + tally.outcomes["wrong"] + tally.outcomes["unparsed"] == 1_319
    assert suite.card.verified == "on rows of its source"


BBH = "suzgunmirac/BIG-Bench-Hard"
FIGURES = {
    "cot": {"date_understanding": 87.2, "boolean_expressions": 92.8,
            "sports_understanding": 97.6, "word_sorting": 40.4},
    "direct": {"date_understanding": 63.6, "boolean_expressions": 88.4,
               "sports_understanding": 72.8, "word_sorting": 50.4},
}  # fmt: skip


@pytest.mark.parametrize("task", sorted(FIGURES["cot"]))
def test_big_bench_hard(task: str) -> None:
    suite = load_suite(f"bbh:{task}", data=place("bbh", BBH))
    items = list(suite)
    for method, figures in FIGURES.items():
        found = rows(f"bbh/bbh_codex_{method}_4tasks.jsonl", BBH)
        recorded = [row for row in found if row["task"] == task]
        replies = [(item, row["completions"][0]) for item, row in zip(items, recorded, strict=True)]
        assert all(row["question"].startswith(item.problem.question)
                   for item, row in zip(items, recorded, strict=True))  # fmt: skip
        accuracy = tallied(suite, replies).metric("accuracy")
        assert round(100 * (accuracy or 0), 1) == figures[task]
    assert suite.card.verified == "on rows of its source"


@pytest.mark.parametrize("task", sorted(FIGURES["cot"]))
def test_the_prompts_of_big_bench_hard_are_its_examples(task: str) -> None:
    suite = load_suite(f"bbh:{task}", data=place("bbh", BBH))
    library = Templates(Library.of())
    examples = library.exemplars(suite.exemplars or "", "en")
    assert len(examples) == suite.card.shots == 3
    assert all(example.rationale and example.answer for example in examples)


def test_game_of_24() -> None:
    source = "princeton-nlp/tree-of-thought-llm"
    suite = load_suite("game24", data=place("game24", source))
    total, puzzles = Tally(), 0
    recorded = rows("game24/game24_gpt4_io100.jsonl", source)
    for item, row in zip(suite, recorded, strict=True):
        assert (item.target, int(item.id)) == (row["puzzle"], row["id"] + 1)
        mine = [(item, text) for text in row["completions"]]
        tally = tallied(suite, mine)
        total.value += tally.value
        total.total += tally.total
        total.outcomes.update(tally.outcomes)
        assert tally.outcomes["right"] == sum(row["labels"])
        puzzles += tally.outcomes["right"] > 0
    assert (total.total, total.metric("accuracy"), puzzles) == (10_000, 0.0734, 33)


def test_scan() -> None:
    source = "brendenlake/SCAN and the appendix of arXiv:2205.10625"
    suite = load_suite("scan", data=place("scan/tasks_test_length_first800.txt", source))
    assert sum(1 for _ in suite) == 800
    item = next(iter(suite))
    text = place("scan/scan_l2m_cases.json", source).read_text(encoding="utf-8")
    judged = Counter[tuple[str, str]]()
    for case in json.loads(text):
        target = " ".join(interpret(case["command"]))
        for key in ("correct", "model_wrong"):
            if case[key]:
                score = scored(suite.scorer, item.problem, case[key], target)
                judged[key, score.outcome] += 1
    assert judged == {("correct", "right"): 14, ("model_wrong", "wrong"): 7}


def test_fever() -> None:
    source = "ysymyth/ReAct"
    suite = load_suite("fever", data=place("react/react_fever_first20.jsonl", source))
    recorded = rows("react/react_fever_first20.jsonl", source)
    scores = [
        scored(suite.scorer, item.problem, row["answer"] or None, item.target)
        for item, row in zip(suite, recorded, strict=True)
    ]
    outcomes = Counter(score.outcome for score in scores)
    assert outcomes == {"right": 13, "wrong": 6, "unparsed": 1}
    library = Templates(Library.of())
    examples = library.exemplars(suite.exemplars or "", "en")
    assert [example.answer for example in examples] == ["SUPPORTS", "REFUTES", "NOT ENOUGH INFO"]
