"""Tasks of lm-evaluation-harness itself, over rows that are made of the names their files use."""

from __future__ import annotations

import itertools
import json
import logging
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import jinja2.meta

from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.harness.card import TaskCard
from reasoning_chains.evals.harness.task import Task, open_task

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import datasets
    import lm_eval
    from lm_eval.api.task import ConfigurableTask
    from lm_eval.tasks._yaml_loader import load_yaml

logging.getLogger("lm_eval").setLevel(logging.CRITICAL)

ROOT = Path(lm_eval.__file__).parent / "tasks"
_FIELDS = ("doc_to_text", "doc_to_target", "doc_to_choice", "description", "gen_prefix")
_OWN = ("doc_to_text", "doc_to_target", "doc_to_choice", "gen_prefix")
_COUNT = 12
_TRIED = 16
_LISTED = ("One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
_MADE: tuple[Callable[[str, int], Any], ...] = (
    lambda name, place: (f"Word {name} {place}.", f"{place},234", "ABCD"[place % 4])[place % 3],
    lambda name, place: [f"{word} {place}" for word in _LISTED],
    lambda name, place: place % 3,
    lambda name, place: {"text": [f"t {place}"], "label": ["A", "B", "C", "D"]},
    lambda name, place: [{"text": [f"t {place}"], "label": "A", "body": "b"}] * 3,
)


def task_files() -> list[Path]:
    """Give all task files of the installed package."""
    return sorted(ROOT.rglob("*.yaml"))


def one_of_each_folder(part: int = 0, parts: int = 1) -> Iterator[tuple[Path, Task]]:
    """Give the first task of each folder that opens, of its first few files; or a part of these."""
    by_folder = itertools.groupby(task_files(), key=lambda path: path.parent)
    for place, (_, files) in enumerate(by_folder):
        if place % parts != part:
            continue
        for file in itertools.islice(files, 4):
            try:
                suite = open_task(file)
            except UserMistake:
                continue
            assert suite.task is not None
            yield file, suite.task
            break


class Peer(ConfigurableTask):  # type: ignore[misc]
    """A task of the harness whose rows are given, and not fetched."""

    def __init__(self, config: dict[str, Any], data: dict[str, Any]) -> None:
        self.given = data
        super().__init__(config=config)

    def download(self, *args: Any, **kwargs: Any) -> None:
        self.dataset = self.given


@dataclass(frozen=True)
class Pair:
    """A task as both open it, with the same rows, written to a folder for ours."""

    path: Path
    peer: Peer
    rows: list[dict[str, Any]]


def names_of(card: TaskCard) -> list[str]:
    """Find the columns that a task uses."""
    found: dict[str, None] = {}
    told = [getattr(card, key) for key in _FIELDS]
    told += [getattr(card.fewshot_config, key) for key in _OWN]
    for text in (text for text in told if isinstance(text, str) and text):
        if "{" not in text:
            found |= {text: None} if text.isidentifier() else {}
            continue
        environment = jinja2.Environment()
        environment.filters["regex_replace"] = str
        found |= dict.fromkeys(
            sorted(jinja2.meta.find_undeclared_variables(environment.parse(text)))
        )
    return list(found | ({"choices": None} if _picks(card) else {}))


def _picks(card: TaskCard) -> bool:
    """Tell whether a filter looks for the texts of the choices."""
    steps = [step for told in card.filter_list for step in told.filter]
    return any(step.get("function") == "multi_choice_regex" for step in steps)


def paired(path: Path, card: TaskCard) -> Pair | None:
    """Make rows over which the harness can render a task; else None."""
    names, needs_list = names_of(card), _picks(card)
    kinds = itertools.product(_MADE, repeat=len(names))
    for made in itertools.islice(kinds, _TRIED):
        rows = [
            {name: make(name, place) for name, make in zip(names, made, strict=True)}
            for place in range(_COUNT)
        ]
        if needs_list and not isinstance(rows[0]["choices"], list):
            continue
        config = {k: v for k, v in load_yaml(path).items() if k not in ("tag", "group")}
        keys = ("test_split", "validation_split", "training_split", "fewshot_split")
        splits = {config.get(key) for key in keys} | {card.fewshot_config.split}
        table = datasets.Dataset.from_list(rows)
        try:
            peer = Peer(config, {split: table for split in splits if split})
            for row in peer.eval_docs:
                prompt(peer, row, "text")
                values(peer, row, ["Word"] * (card.repeats))
        except (AssertionError, ArithmeticError, LookupError, TypeError, ValueError):
            continue
        except jinja2.TemplateError:
            continue
        return Pair(path, peer, rows)
    return None


def prompt(peer: Peer, row: dict[str, Any], form: str) -> Any:
    """Give what the harness sends: one text, or the messages."""
    count = peer.config.num_fewshot or 0
    if form == "text":
        return peer.fewshot_context(row, count, gen_prefix=peer.doc_to_prefix(row))
    sent = peer.fewshot_context(
        row,
        count,
        apply_chat_template=True,
        fewshot_as_multiturn=True,
        chat_template=lambda messages, add_generation_prompt: json.dumps(messages),
        gen_prefix=peer.doc_to_prefix(row),
    )
    return json.loads(sent)


def values(peer: Peer, row: dict[str, Any], replies: list[str]) -> dict[str, float]:
    """Give the harness's exact match of some replies, by the name of each filter."""
    made = peer.construct_requests(row, "prompt", metadata=(peer.config.task, 0, 1))
    made.resps = list(replies)
    peer._instances = [made]
    peer.apply_filters()
    return {
        name: float(peer.process_results(row, [found])["exact_match"])
        for name, found in made.filtered_resps.items()
    }


def written(folder: Path, pair: Pair, card: TaskCard) -> Path:
    """Write the rows of a pair, a file for each split that ours opens."""
    folder.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(row) + "\n" for row in pair.rows)
    for split in {card.split, card.fewshot_split, card.fewshot_config.split}:
        if split:
            (folder / f"{split}.jsonl").write_text(text, encoding="utf-8")
    return folder
