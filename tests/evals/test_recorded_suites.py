"""Recorded outputs of others, scored anew by the suites, give the figures stated with the data."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from reasoning_chains import load_suite
from reasoning_chains.content import Library
from reasoning_chains.evals.revoting_samples import revote_samples
from reasoning_chains.problems.scan_grammar import interpret
from reasoning_chains.templates import Templates
from tests.cli.test_cli import run
from tests.evals.scoring import scored

FOLDER = Path(os.environ.get("REASONING_CHAINS_DATA", ""))


def place(name: str, source: str) -> Path:
    if not os.environ.get("REASONING_CHAINS_DATA") or not (FOLDER / name).exists():
        pytest.skip(f"REASONING_CHAINS_DATA has no {name}; it is public: {source}")
    return FOLDER / name


GSM8K = "openai/grade-school-math"
FINETUNED, VERIFIED = "gsm8k2021_6b_finetuning", "gsm8k2021_6b_verification"


def test_gsm8k() -> None:
    suite = load_suite("gsm8k", data=place("gsm8k", GSM8K))
    files = [place(f"gsm8k/{name}.jsonl", GSM8K) for name in (FINETUNED, VERIFIED)]
    report = revote_samples(files, suite)
    finetuned, verified = report.cells
    assert (finetuned.questions, finetuned.outcomes["right"]) == (1_319, 286)
    assert (verified.questions, verified.outcomes["right"]) == (1_319, 515)
    found = report.comparisons[0]
    assert found.only_first - found.only_second == 515 - 286
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
    names = {method: f"bbh_codex_{method}_4tasks" for method in FIGURES}
    files = [place(f"bbh/{name}.jsonl", BBH) for name in names.values()]
    report = revote_samples(files, suite, where={"task": task})
    for method, name in names.items():
        cell = report.cell(f"bbh:{task}", name)
        assert cell.questions == 250
        assert round(100 * (cell.accuracy or 0), 1) == FIGURES[method][task]
    assert suite.card.verified == "on rows of its source"


def test_the_command_line_gives_the_figures_too() -> None:
    folder = place("bbh", BBH)
    given = ("--suite", "bbh:word_sorting", "--data", f"bbh:word_sorting={folder}")
    kept = ("--where", "task=word_sorting")
    done = run(
        "revote", str(folder / "bbh_codex_direct_4tasks.jsonl"), *given, *kept, folder=folder
    )
    assert done.returncode == 0, done.stderr
    row = "| bbh:word_sorting | bbh_codex_direct_4tasks | recorded | 250 | 50.4 % |"
    assert row in done.stdout


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
    file = place("game24/game24_gpt4_io100.jsonl", source)
    recorded = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    asked = [(item.target, int(item.id)) for item in suite]
    assert asked == [(row["puzzle"], row["id"] + 1) for row in recorded]
    each = revote_samples(file, suite, "each").cells[0]
    assert (each.questions, each.cost.calls) == (100, 100)
    assert round(10_000 * (each.score or 0), 9) == 734  # of 10,000 samples
    once = revote_samples(file, suite, "any").cells[0]
    assert once.outcomes["right"] == sum(any(row["labels"]) for row in recorded) == 33


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
    file = place("react/react_fever_first20.jsonl", source)
    suite = load_suite("fever", data=file)
    cell = revote_samples(file, suite, column="answer", by="idx").cells[0]
    told = {name: count for name, count in cell.outcomes.items() if count}
    assert told == {"right": 13, "wrong": 6, "unparsed": 1}
    library = Templates(Library.of())
    examples = library.exemplars(suite.exemplars or "", "en")
    assert [example.answer for example in examples] == ["SUPPORTS", "REFUTES", "NOT ENOUGH INFO"]
