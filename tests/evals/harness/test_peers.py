"""What is asked, and what is right: the same as in lm-evaluation-harness itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.harness.scorer import TaskScorer
from reasoning_chains.evals.harness.task import Task, open_task
from tests.evals.harness.peers import Pair, one_of_each_folder, paired, prompt, values, written

PARTS = 4


def _pairs(part: int, folder: Path) -> list[tuple[Pair, Task]]:
    found = []
    for place, (path, task) in enumerate(one_of_each_folder(part, PARTS)):
        if (pair := paired(path, task.card)) is not None:
            found.append((pair, replace(task, given=written(folder / str(place), pair, task.card))))
    return found


def _replies(target: Any, row: dict[str, Any]) -> list[str]:
    told = target[0] if isinstance(target, list) and target else target
    text = str(told)
    return [
        text,
        text.upper() + ".",
        f" The answer is {text}",
        f"So the final answer is {text}. The best answer is B\n",
        f"Answer: {text}\n#### {text}\nQ: 12 apples for $1,000.50",
        "(B)",
        f"\\boxed{{A}} and {row}",
        "",
    ]


def _messages(given: dict[str, Any]) -> list[dict[str, str]]:
    told = [("system", given["system"])]
    for turn in given["turns"]:
        told += [("user", turn["question"]), ("assistant", turn["answer"])]
    told += [("user", given["question"]), ("assistant", given["prefix"])]
    return [{"role": role, "content": text} for role, text in told if text or role == "user"]


@pytest.mark.parametrize("part", range(PARTS))
def test_prompts_and_scores_are_those_of_the_harness(part: int, tmp_path: Path) -> None:
    pairs = _pairs(part, tmp_path)
    assert len(pairs) >= 8
    compared, right = 0, 0
    for pair, task in pairs:
        items = list(open_task(task.path, data=task.given))
        assert len(items) == len(pair.rows)
        for form in ("text", "turns"):
            pair.peer.set_fewshot_seed(1234)
            for item, row in zip(items, pair.peer.eval_docs, strict=True):
                given: Any = item.problem.inputs["given"]
                mine = given["text"] if form == "text" else _messages(given)
                assert mine == prompt(pair.peer, row, form), pair.path
        for item, row in list(zip(items, pair.peer.eval_docs, strict=True))[:4]:
            for reply in _replies(pair.peer.doc_to_target(row), row):
                replies = [reply] * (pair.peer.config.repeats or 1)
                theirs = _theirs(pair, row, replies)
                for pipeline in task.pipelines if theirs else ():
                    scorer = TaskScorer(task.card.task, pipeline, task.metric)
                    mine = scorer.judge(item.problem, tuple(replies), item.target).value
                    assert mine == theirs[pipeline.name], (pair.path, pipeline.name, reply)
                    compared, right = compared + 1, right + (mine == 1)
    assert compared >= 250
    assert 0.05 < right / compared < 0.9


def _theirs(pair: Pair, row: dict[str, Any], replies: list[str]) -> dict[str, float]:
    """Give the harness's scores; none where it breaks off."""
    try:
        return values(pair.peer, row, replies)
    except (LookupError, TypeError):
        return {}


def test_a_task_of_the_package_opens_by_its_path() -> None:
    path, task = next(one_of_each_folder())
    suite = open_task(path)
    assert (suite.name, suite.task and suite.task.card) == (task.card.task, task.card)
    with pytest.raises(UserMistake, match="unknown filter"):
        open_task(path, task="no_such")
