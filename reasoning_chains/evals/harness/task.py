"""A task file as a suite: its rows made into problems; it asks no model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reasoning_chains.content import Library
from reasoning_chains.errors import MissingPackage, UnknownName, UserMistake
from reasoning_chains.evals.card import Card
from reasoning_chains.evals.harness.card import TaskCard, of_key, read_task_card
from reasoning_chains.evals.harness.examples import Chooser
from reasoning_chains.evals.harness.filters import Pipeline, step_of
from reasoning_chains.evals.harness.metric import ExactMatch
from reasoning_chains.evals.harness.prompt import Prompt, chosen
from reasoning_chains.evals.harness.refused import Refused
from reasoning_chains.evals.harness.rows import data_of, rows_of
from reasoning_chains.evals.harness.scorer import OPTIONS, TaskScorer, as_target
from reasoning_chains.evals.item import Item
from reasoning_chains.evals.sources.row import Row, Source
from reasoning_chains.evals.suite import Suite
from reasoning_chains.types import Kind, Problem

__all__ = ["Task", "TaskMaker", "open_task"]

_SAMPLERS = ("default", "first_n")
_USUAL_LENGTH = 256
"""Tokens of a reply, where the file says nothing."""


@dataclass(frozen=True, slots=True)
class Task:
    """A task file, opened.

    Args:
        path: The file.
        card: What it says.
        pipelines: Its filters, those that do not count included.
        metric: How texts are compared.
        given: The rows that the user named, if any.
        kind: The kind of answer that chains are told.
    """

    path: Path
    card: TaskCard
    pipelines: tuple[Pipeline, ...]
    metric: ExactMatch
    given: Path | None = None
    kind: Kind = "text"

    def maker(self) -> TaskMaker:
        """Give what makes items, from the first row on."""
        return TaskMaker(self)

    def source(self, split: str) -> Source:
        """Open the rows of a split."""
        return rows_of(self.path, self.card, split, self.given)

    def chooser(self) -> Chooser | None:
        """Give what chooses the examples; None where none are shown."""
        told = self.card.fewshot_config
        if not self.card.num_fewshot:
            return None
        split = told.split or self.card.fewshot_split
        return Chooser(
            lambda: self._pool(split),
            self.card.num_fewshot,
            first=told.sampler == "first_n",
            within=split == self.card.test_split,
        )

    def _pool(self, split: str | None) -> list[Mapping[str, Any]]:
        if split is None:
            return [*(self.card.fewshot_config.samples or ())]
        return [row.values for row in self.source(split).rows()]

    @property
    def sampling(self) -> dict[str, Any]:
        """How the file lets replies be drawn, in the words of `Sampling`."""
        told = self.card.generation_kwargs
        length = told.max_gen_toks or told.max_new_tokens or told.max_tokens or _USUAL_LENGTH
        until = (self.card.fewshot_delimiter,) if told.until is None else told.until
        stop = [text for text in until if text]
        warm = 0.0 if told.do_sample is False else told.temperature or 0.0
        made = {"temperature": warm, "max_tokens": length, "stop": stop}
        return {**made, "top_p": told.top_p, "top_k": told.top_k}


class TaskMaker:
    """Makes the items of one task, row after row."""

    def __init__(self, task: Task) -> None:
        self._task, self._prompt, self._chooser = task, Prompt(task.card), task.chooser()
        self._several: bool | None = None

    def of(self, row: Row) -> Item:
        """Make an item.

        Raises:
            UserMistake: A field cannot be rendered over the row, or gives what cannot be.
        """
        examples = self._chooser.of(row.values, row.number) if self._chooser else []
        given = self._prompt.given(row.values, examples)
        target = self._target(row.values)
        given |= {"sampling": self._task.sampling, "repeats": self._task.card.repeats}
        inputs: dict[str, Any] = {"given": given}
        if isinstance(options := row.values.get("choices"), list):
            inputs[OPTIONS] = options
        name, context = self.own_id(row), given["system"].strip()
        problem = Problem(
            given["question"], self._task.kind, context=context, id=name, inputs=inputs
        )
        return Item(name, problem, as_target(target), None, dict(row.values))

    def own_id(self, row: Row) -> str:
        """Give the id of an item: it is named by the place of its row."""
        return str(row.number - 1)

    def _target(self, values: Mapping[str, Any]) -> Any:
        """Give what is right, as the harness casts it."""
        form = self._prompt.asked
        made = form.target(values)
        if form.has_choices:
            found = chosen(form.choices(values), made)
            return found if isinstance(found, str | list) else str(found)
        if self._several is None:  # as the first row is, all are taken to be
            self._several = isinstance(made, list)
        if self._several:
            return made if isinstance(made, list) else [made]
        return made if isinstance(made, str) else str(made)


def open_task(
    path: Path,
    project: str | Path | None = None,
    *,
    task: str = "",
    data: Path | None = None,
) -> Suite:
    """Open a task file of lm-evaluation-harness as a suite.

    Args:
        path: The file.
        project: The folder where templates are looked up.
        task: Which of its filters counts; the first if left out.
        data: Its rows: a file, a saved data set, or a folder with a file for each split.

    Raises:
        Refused: It is of another kind, or needs what is not done here; file and key are named.
        UserMistake: It is no YAML, or its rows are not there.
    """
    card = read_task_card(path)
    opened = Task(path, card, _pipelines(path, card), _metric(path, card), data)
    _check(path, card)
    scorer = TaskScorer(card.task, _counted(path, opened.pipelines, task), opened.metric)
    made = _suite_card(path, card, scorer)
    try:
        opened.maker()  # its templates are read now, not at the first row
    except UserMistake as error:
        raise of_key(path, "a field", "key", error) from None
    source = opened.source(card.split)
    if data is not None and card.num_fewshot and (split := _split(card)):
        opened.source(split)
    roots = Library.of(project).roots
    return Suite(card.task, made, path.parent, roots[0], scorer, source, task=opened)


def _split(card: TaskCard) -> str | None:
    return card.fewshot_config.split or card.fewshot_split


def _counted(path: Path, pipelines: tuple[Pipeline, ...], name: str) -> Pipeline:
    found = {pipeline.name: pipeline for pipeline in pipelines}
    if name and name not in found:
        raise UnknownName(f"filter of {path}", name, found)
    return found[name] if name else pipelines[0]


def _pipelines(path: Path, card: TaskCard) -> tuple[Pipeline, ...]:
    made = []
    for told in card.filter_list:
        steps = []
        for step in told.filter:
            rest = {key: value for key, value in step.items() if key != "function"}
            function = str(step.get("function", ""))
            try:
                steps.append(step_of(function, rest))
            except MissingPackage:
                raise
            except UserMistake as error:
                reason = "pattern" if "RE2" in str(error) else "filter"
                raise of_key(path, f"filter_list, {told.name}", reason, error) from None
        made.append(Pipeline(told.name, tuple(steps), _wants(told.filter)))
    return tuple(made) or (Pipeline("none", (step_of("take_first", {}),)),)


def _wants(steps: tuple[dict[str, Any], ...]) -> int:
    """Count how many replies a filter takes at least; 0 where it looks at one."""
    names = [step.get("function") for step in steps]
    counts = [step["k"] for step in steps if isinstance(step.get("k"), int)]
    return max(counts, default=0) if counts else int("majority_vote" in names)


def _metric(path: Path, card: TaskCard) -> ExactMatch:
    told = card.metric_list[0]
    kept = ("regexes_to_ignore", "ignore_case", "ignore_punctuation", "ignore_numbers")
    made = ExactMatch(**{key: getattr(told, key) for key in kept})
    try:
        _ = made.patterns
    except MissingPackage:
        raise
    except UserMistake as error:
        raise of_key(path, "metric_list, regexes_to_ignore", "pattern", error) from None
    return made


def _check(path: Path, card: TaskCard) -> None:
    """Refuse examples that cannot be chosen as the harness chooses them."""
    told = card.fewshot_config
    if not card.num_fewshot:
        return
    if told.sampler not in _SAMPLERS:
        raise Refused(
            "key", f"{path}: fewshot_config.sampler must be one of {', '.join(_SAMPLERS)}"
        )
    if told.fewshot_indices is not None:
        raise Refused("key", f"{path}: fewshot_config.fewshot_indices is not read: write samples")
    if told.samples is None and _split(card) is None:
        raise Refused(
            "data",
            f"{path}: num_fewshot is {card.num_fewshot}, and neither fewshot_split nor "
            "fewshot_config.samples says which: write one of them, or num_fewshot: 0",
        )


def _suite_card(path: Path, card: TaskCard, scorer: TaskScorer) -> Card:
    """Write what a task says as the card of a suite; the whole of it changes the digest."""
    from hashlib import sha256

    digest = sha256(card.model_dump_json().encode()).hexdigest()[:16]
    others = f"; not counted: {', '.join(card.others)}" if card.others else ""
    version = "" if card.version is None else f" {card.version}"
    return Card(
        description=f"The task {card.task}{version} of lm-evaluation-harness, {digest}{others}.",
        source=card.dataset_path or str(path),
        verified="by documentation",
        data=data_of(path, card, card.split),
        kind="text",
        scorer=scorer.name,
    )
