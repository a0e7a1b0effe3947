"""The records of one cell as the harness's samples, with what they come to; it writes no file."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from reasoning_chains.evals.harness.filters import Filtered, Pipeline
from reasoning_chains.evals.harness.scorer import OPTIONS, TaskScorer, of_target
from reasoning_chains.evals.harness.task import Task
from reasoning_chains.evals.item import Item
from reasoning_chains.evals.record import Record
from reasoning_chains.evals.suite import Suite

__all__ = ["Sampled"]

_NONE = "none"


@dataclass(slots=True)
class Sampled:
    """The samples of a suite with a chain, and their values by filter.

    Args:
        suite: Whose problems they are.
        chain: The spelling of who solved them.
        records: What became of them, by id.
    """

    suite: Suite
    chain: str
    records: Mapping[str, Record]
    values: dict[str, list[float]] = field(default_factory=dict)
    hashes: Any = field(default_factory=sha256)
    read: int = 0

    @property
    def metric(self) -> str:
        """What the harness calls the share that is right."""
        return "acc" if self.suite.task is None else "exact_match"

    @property
    def as_given(self) -> bool:
        """Whether the prompt was that of the task."""
        return self.suite.task is not None and self.chain.partition("(")[0] == "as_given"

    def lines(self) -> Iterator[dict[str, Any]]:
        """Give a sample for each record and filter, in the order of the suite."""
        for place, item in enumerate(self.suite):
            self.read += 1
            record = self.records.get(item.id)
            if record is None:
                continue
            shared = self._shared(item, record) | {"doc_id": place}
            self.hashes.update(
                (shared["doc_hash"] + shared["prompt_hash"] + shared["target_hash"]).encode()
            )
            for name, filtered, value in self._filtered(item, record):
                self.values.setdefault(name, []).append(value)
                scored = {"filter": name, "metrics": [self.metric], self.metric: value}
                yield {**shared, "filtered_resps": [filtered], **scored}

    def _filtered(self, item: Item, record: Record) -> Iterator[tuple[str, Filtered, float]]:
        """Give what each filter makes of the replies; one that takes more is left out."""
        task, scorer = self.suite.task, self.suite.scorer
        if task is None or not isinstance(scorer, TaskScorer):
            yield _NONE, record.answer or "", record.value
            return
        for pipeline in task.pipelines:
            if not record.replies:  # it ended in an error
                yield pipeline.name, "", 0.0
            elif len(record.replies) >= pipeline.wants:
                yield pipeline.name, *_valued(task, pipeline, item, record)

    def _shared(self, item: Item, record: Record) -> dict[str, Any]:
        """Give what the samples of all filters have in common."""
        target = of_target(item.target) if self.suite.task else item.target
        told = str(list(target) if isinstance(target, tuple) else target)
        prompt, drawn = self._asked(item)
        doc = dict(item.meta) if self.suite.task else _doc(item)
        text = json.dumps(doc, indent=2, ensure_ascii=False, default=str)
        replies = list(record.replies) or [record.answer or ""]
        named = prompt if self.as_given else f"{self.chain}\n{prompt}"
        return {
            "doc": doc,
            "target": told,
            "arguments": {"gen_args_0": {"arg_0": prompt, "arg_1": drawn}},
            "resps": [replies],
            "doc_hash": _hash(text),
            "prompt_hash": _hash(named),
            "target_hash": _hash(told),
        }

    def _asked(self, item: Item) -> tuple[str, dict[str, Any]]:
        """Give the task's own prompt and sampling; of another chain, the question and its name."""
        given: Any = item.problem.inputs.get("given", {})
        if not self.as_given:
            return str(given.get("text", item.problem.question)), {"chain": self.chain}
        drawn = given["sampling"]
        words = {"max_gen_toks": drawn["max_tokens"], "temperature": drawn["temperature"]}
        return given["text"], {"until": drawn["stop"], **words}

    def results(self) -> dict[str, Any]:
        """Give the figures of each filter: the mean, and its standard error."""
        made: dict[str, Any] = {}
        for name, values in self.values.items():
            mean, spread = _mean(values)
            made[f"{self.metric},{name}"] = mean
            made[f"{self.metric}_stderr,{name}"] = spread
        return made


def _valued(task: Task, pipeline: Pipeline, item: Item, record: Record) -> tuple[Filtered, float]:
    replies = record.replies if pipeline.wants else record.replies[:1]
    filtered = pipeline(replies, {"choices": item.problem.inputs.get(OPTIONS)})
    return filtered, task.metric.value(filtered, of_target(item.target))


def _doc(item: Item) -> dict[str, Any]:
    """Give a problem of a suite of ours as a document."""
    problem = item.problem
    made: dict[str, Any] = {"id": item.id, "question": problem.question, **item.meta}
    made |= {"context": problem.context} if problem.context else {}
    return made | ({"choices": list(problem.choices)} if problem.choices else {})


def _mean(values: list[float]) -> tuple[float, float | str]:
    """Give the mean with its standard error, which one value has not."""
    mean = math.fsum(values) / len(values)
    if len(values) == 1:
        return mean, "N/A"
    squares = math.fsum((value - mean) ** 2 for value in values)
    return mean, math.sqrt(squares / (len(values) - 1)) / math.sqrt(len(values))


def _hash(text: str) -> str:
    return sha256(text.encode(errors="backslashreplace")).hexdigest()
