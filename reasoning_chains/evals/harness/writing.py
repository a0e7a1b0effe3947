"""A folder of results written as lm-evaluation-harness writes its own; it asks no model."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from reasoning_chains.evals.harness.samples import Sampled
from reasoning_chains.evals.head import CellHead, Head, read_head
from reasoning_chains.evals.lines import Lines, written
from reasoning_chains.evals.reopening import reopened, suites_by_name
from reasoning_chains.evals.suite import Suite

__all__ = ["write_harness"]

_HOSTILE = frozenset('"<>:/|\\?*[] \t\n\r\0')
_LONGEST = 120


@dataclass(slots=True)
class _Model:
    """What one chain with one backend came to: one model, in the harness's words."""

    folder: Path
    date: str
    chain: str
    backend: str
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    seconds: float = 0.0

    def add(self, suite: Suite, lines: Lines) -> Path:
        """Write the samples of a suite, and keep what they come to."""
        records = {record.id: record for record in lines}
        self.seconds += sum(record.seconds for record in records.values())
        sampled = Sampled(suite, self.chain, records)
        name = suite.name if suite.task is None else suite.task.card.task
        count = sum(known == name or known.startswith(f"{name}__") for known in self._names)
        name = f"{name}__{count + 1}" if count else name
        path = self.folder / f"samples_{_plain(name)}_{self.date}.jsonl"
        with written(path), path.open("w", encoding="utf-8", errors="backslashreplace") as file:
            for line in sampled.lines():
                file.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
        self._keep(name, suite, sampled)
        return path

    @property
    def _names(self) -> list[str]:
        return [*self.tables.get("results", {})]

    def _keep(self, name: str, suite: Suite, sampled: Sampled) -> None:
        done = max(map(len, sampled.values.values()), default=0)
        original = sampled.read if suite.size is None else None
        task = suite.task and suite.task.card
        told: dict[str, Any] = {
            "results": {"name": name, "alias": name, "sample_len": done, **sampled.results()},
            "group_subtasks": [],
            "configs": _config(suite, name),
            "versions": task and task.version,
            "n-shot": task.num_fewshot if task and sampled.as_given else 0,
            "higher_is_better": {sampled.metric: True},
            "n-samples": {"original": original, "effective": done},
            "task_hashes": sampled.hashes.hexdigest(),
        }
        for key, value in told.items():
            self.tables.setdefault(key, {})[name] = value

    def write(self, head: Head) -> Path:
        """Write the results of all suites."""
        config = {
            "model": self.backend,
            "model_args": {"chain": self.chain},
            "limit": head.n,
            "gen_kwargs": head.sampling or None,
            "bootstrap_iters": 0,
            "random_seed": head.seed,
        }
        data = {
            **self.tables,
            "config": config,
            "git_hash": None,
            "date": time.time(),
            "model_source": "reasoning_chains",
            "model_name": f"{self.backend} {self.chain}",
            "model_name_sanitized": self.folder.name,
            "system_instruction": None,
            "system_instruction_sha": None,
            "fewshot_as_multiturn": None,
            "chat_template": None,
            "chat_template_sha": None,
            "total_evaluation_time_seconds": str(self.seconds),
        }
        path = self.folder / f"results_{self.date}.json"
        with written(path):
            path.write_text(json.dumps(data, indent=2, ensure_ascii=False, default=str), "utf-8")
        return path


def write_harness(
    results: str | Path,
    folder: str | Path,
    *,
    suites: Iterable[Suite] = (),
    project: str | Path | None = None,
) -> tuple[Path, ...]:
    """Write the results of a run as lm-evaluation-harness writes its own.

    Each chain with a backend is a model with a folder of its own, in which `results_DATE.json` and
    `samples_TASK_DATE.jsonl` lie. What was written before stays.

    Args:
        results: The folder of a run.
        folder: Where they are written; it need not be there.
        suites: Those that are found by no name, or have data of the user's own.
        project: The folder where the others are looked up.

    Returns:
        The paths of the files `results_DATE.json`.

    Raises:
        UserMistake: The folder holds no results, a suite was changed, or nothing can be written.
    """
    head, given = read_head(Path(results)), suites_by_name(suites)
    date = datetime.now().isoformat().replace(":", "-")
    models: dict[tuple[str, str], _Model] = {}
    for cell in head.cells:
        known = (cell.backend, cell.chain)
        if known not in models:
            models[known] = _opened(Path(folder), cell, date)
        suite = reopened(cell, head, given, project)
        models[known].add(suite, Lines(Path(results) / cell.file))
    return tuple(model.write(head) for model in models.values())


def _opened(folder: Path, cell: CellHead, date: str) -> _Model:
    name = f"{cell.backend}__{cell.chain}"
    place = folder / _plain(name, always=True)
    with written(place):
        place.mkdir(parents=True, exist_ok=True)
    return _Model(place, date, cell.chain, cell.backend)


def _plain(name: str, *, always: bool = False) -> str:
    """Give a name that a file can have; where something was changed, names stay apart by a hash."""
    made = "".join("_" if letter in _HOSTILE else letter for letter in name)[:_LONGEST]
    if made == name and not made.startswith("."):
        return made
    return f"{made.lstrip('.')}_{sha256(name.encode()).hexdigest()[:8]}" if always else made


def _config(suite: Suite, name: str) -> dict[str, Any]:
    """Give what a task says of itself."""
    if suite.task is None:
        told = {"description": suite.card.description, "scorer": suite.card.scorer}
        return {"task": name, "output_type": "generate_until", **told}
    said = suite.task.card.model_dump(mode="json", exclude_unset=True)
    return {**said, "task": name, "output_type": "generate_until"}
