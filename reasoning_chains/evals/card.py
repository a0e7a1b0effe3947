"""The YAML file of an eval, read and checked; it opens nothing that the file names."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from reasoning_chains.content import read_text
from reasoning_chains.declaring import in_words
from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.metrics import Metric
from reasoning_chains.types import Kind
from reasoning_chains.yaml_text import read_mapping

__all__ = ["Card", "ColumnsOf", "DataOf", "TaskOf", "Verified", "read_card"]

Verified: TypeAlias = Literal["on rows of its source", "by documentation", "made up"]


def _one_or_more(value: Any) -> Any:
    """Take one text for a list of it."""
    return (value,) if isinstance(value, str) else value


def _placed(value: Any) -> Any:
    """Take the name of a file for data that lies in it."""
    return {"file": value} if isinstance(value, str) else value


_Names: TypeAlias = Annotated[tuple[str, ...], BeforeValidator(_one_or_more)]


class DataOf(BaseModel):
    """Where the rows come from: one of `file`, `generator`, or `hub`, `given`, or both of these.

    `file` lies beside the eval.yaml; `given` is what it is called in a folder that the user names;
    `records` is the key of the list in a JSON file; `pattern` reads the lines of a text. `begin` is
    the first row that counts, `size` how many do, and `most` how many there are.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    file: str | None = Field(default=None, min_length=1)
    given: str | None = Field(default=None, min_length=1)
    records: str | None = None
    pattern: str | None = None
    generator: _Names = ()
    levels: tuple[int, ...] = ()
    seed: int = 0
    hub: str | None = Field(default=None, min_length=1)
    subset: str | None = None
    split: str | None = None
    begin: int = Field(default=1, ge=1)
    size: int | None = Field(default=None, ge=1)
    most: int | None = Field(default=None, ge=1)


class ColumnsOf(BaseModel):
    """Which column holds what; of several names the first that a row has."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: _Names = ("id",)
    question: _Names = ("question",)
    answer: _Names = ("answer",)
    level: _Names = ("level",)
    choices: _Names = ("choices",)
    context: _Names = ("context",)
    kind: _Names = ()


class TaskOf(BaseModel):
    """What one task of an eval of several has otherwise than the eval."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Kind | None = None
    scorer: str | None = None
    verified: Verified | None = None


class Card(BaseModel):
    """What `eval.yaml` says.

    `question`, `context` and `answer` are Jinja templates over the columns of a row. `sizes` are
    those in which it is meant to be used; `shots` is what the paper shows of `exemplars`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    description: str = Field(min_length=1)
    source: str = "made up"
    licence: str = "not stated"
    paper: str = ""
    verified: Verified = "made up"
    data: Annotated[DataOf, BeforeValidator(_placed)]
    columns: ColumnsOf = ColumnsOf()
    question: str | None = Field(default=None, min_length=1)
    context: str | None = Field(default=None, min_length=1)
    answer: str | None = Field(default=None, min_length=1)
    kind: Kind | None = None
    scorer: str = Field(default="exact", min_length=1)
    exemplars: str | None = Field(default=None, min_length=1)
    shots: int | None = Field(default=None, ge=0)
    metrics: tuple[Metric, ...] = ("accuracy", "parsed")
    groups: _Names = ()
    sizes: tuple[int, ...] = ()
    tasks: dict[str, TaskOf] = Field(default_factory=dict)


_INNER = {"data": DataOf, "columns": ColumnsOf, "tasks": TaskOf}


def read_card(path: Path) -> Card:
    """Read an eval's file.

    Raises:
        UserMistake: It is no YAML, or a key or value is not known; file and key are named.
    """
    data = read_mapping(read_text(path), path)
    try:
        card = Card.model_validate(data)
    except ValidationError as error:
        raise UserMistake(f"{path}: {in_words(error, Card, _INNER)}") from None
    if (mistake := _one_source(card.data)) is not None:
        raise UserMistake(f"{path}: {mistake}")
    return card


def _one_source(data: DataOf) -> str | None:
    """Say what is wrong where the data come from nowhere, or from two places."""
    found = [name for name in ("file", "generator") if getattr(data, name)]
    found += ["hub"] if data.hub or data.given else []
    if len(found) == 1:
        odd = "levels" if data.levels and "generator" not in found else None
        return odd and f"data.{odd} goes with data.generator"
    how = "write data: rows.jsonl, or one of file, generator, hub and given below data"
    return f"data comes from {' and '.join(found) if found else 'nowhere'}: {how}"
