"""A file of what became of each question once, small enough to be kept beside the code."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reasoning_chains.declaring import in_words
from reasoning_chains.errors import UserMistake, shown
from reasoning_chains.evals.fates import Fate, Ran, rows_digest
from reasoning_chains.evals.lines import written
from reasoning_chains.evals.score import Outcome

__all__ = ["FORM", "Baseline", "BaselineHead", "baseline_of", "read_baseline", "write_baseline"]

FORM = 1
_AGAIN = "restore it from your version control, or write it anew"


class BaselineHead(BaseModel):
    """The first line: what was run. `rows` is a digest of what was asked and of the targets.

    Of a folder of results, `card` is there in its place: a digest of the suite's files.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    baseline: int = FORM
    name: str
    suite: str
    chain: str
    backend: str
    seed: int
    questions: int = Field(ge=1)
    rows: str = ""
    card: str = ""


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    id: str
    outcome: Outcome
    value: float | None = Field(default=None, ge=0, le=1)


@dataclass(frozen=True, slots=True)
class Baseline:
    """An earlier run, with what became of its questions."""

    head: BaselineHead
    fates: Mapping[str, Fate]
    place: str


def baseline_of(ran: Ran, name: str, place: str) -> Baseline:
    """Make a baseline of a cell that was run whole.

    Raises:
        UserMistake: Some of its questions failed, or it ended before its time.
    """
    errors = ran.cell.outcomes["error"]
    if ran.ended or errors or not ran.fates:
        told = ran.ended or (f"{errors:,} of its problems failed" if errors else "")
        raise UserMistake(f"no baseline is made of {ran.title}: {told or 'it holds no problem'}")
    head = BaselineHead(
        name=name,
        suite=ran.cell.suite,
        chain=ran.cell.chain,
        backend=ran.cell.backend,
        seed=ran.seed,
        questions=len(ran.fates),
        rows=rows_digest(ran.suite),
    )
    return Baseline(head, ran.fates, place)


def write_baseline(baseline: Baseline) -> None:
    """Write a baseline: its head, and a line for each question in the order of their ids.

    Raises:
        UserMistake: It cannot be written.
    """
    path = Path(baseline.place)
    told = baseline.head.model_dump(exclude={"card"})
    lines = [told, *(_line(name, fate) for name, fate in sorted(baseline.fates.items()))]
    text = "".join(json.dumps(line, ensure_ascii=True) + "\n" for line in lines)
    made = path.with_name(f".{path.name}.{os.getpid()}")
    with written(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        made.write_bytes(text.encode())
        os.replace(made, path)  # noqa: PTH105 - what is there is whole, whenever it ends


def _line(name: str, fate: Fate) -> dict[str, Any]:
    """Give a question; its value is left out where the outcome tells it."""
    told: dict[str, Any] = {"id": name, "outcome": fate.outcome}
    return told if fate.value == fate.right else {**told, "value": fate.value}


def read_baseline(path: Path) -> Baseline:
    """Read a baseline, strictly.

    Raises:
        UserMistake: It cannot be read, or is none; file and line are named.
    """
    with written(path), path.open("rb") as file:
        head = _head(file.readline(), path)
        fates = _fates(file, path)
    if len(fates) != head.questions:
        told = f"it says {head.questions:,} questions and holds {len(fates):,}"
        raise UserMistake(f"{path} is not whole ({told}): {_AGAIN}")
    return Baseline(head, fates, str(path))


def _head(line: bytes, path: Path) -> BaselineHead:
    try:
        head = BaselineHead.model_validate_json(line)
    except ValidationError as error:
        told = _first(error, BaselineHead)
        raise UserMistake(f"{path}, line 1 is no head of a baseline ({told}): {_AGAIN}") from None
    if head.baseline != FORM:
        told = f"{path} is a baseline of form {head.baseline}, and this library knows {FORM}"
        raise UserMistake(f"{told}: write it anew")
    return head


def _fates(lines: Iterable[bytes], path: Path) -> dict[str, Fate]:
    made: dict[str, Fate] = {}
    for number, line in enumerate(lines, 2):
        where = f"{path}, line {number}"
        try:
            read = _Line.model_validate_json(line)
        except ValidationError as error:
            raise UserMistake(
                f"{where} is no question ({_first(error, _Line)}): {_AGAIN}"
            ) from None
        if read.id in made:
            raise UserMistake(f"{where}: the id {shown(read.id)} stands twice: {_AGAIN}")
        made[read.id] = _fate(read, where)
    return made


def _fate(read: _Line, where: str) -> Fate:
    value = float(read.outcome == "right") if read.value is None else read.value
    if value and read.outcome not in ("right", "wrong"):
        raise UserMistake(f"{where}: what is {read.outcome} has no value: {_AGAIN}")
    if read.outcome == "error":
        raise UserMistake(f"{where}: an error is nothing to compare with: {_AGAIN}")
    return Fate(read.outcome, value)


def _first(error: ValidationError, model: type[BaseModel]) -> str:
    if not error.errors()[0]["loc"]:
        return "it is no line of JSON with keys and values"
    return in_words(error, model, {})
