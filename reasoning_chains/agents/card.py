"""The YAML file of an agent, read and checked; it opens nothing that the file names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reasoning_chains.content import read_text, yaml_place
from reasoning_chains.errors import UserMistake, near
from reasoning_chains.types import Kind

__all__ = ["Card", "LimitsOf", "Server", "read_card"]


class LimitsOf(BaseModel):
    """What an agent may spend on one question; None means no limit."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    steps: int | None = Field(default=None, ge=1)
    tool_calls: int | None = Field(default=None, ge=0)
    tokens: int | None = Field(default=None, ge=0)
    seconds: float | None = Field(default=None, ge=0)
    money: float | None = Field(default=None, ge=0)
    repeats: int | None = Field(default=3, ge=2)


class Server(BaseModel):
    """A server of the Model Context Protocol: a program with its arguments, or an address."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    command: tuple[str, ...] = ()
    url: str = ""
    env: dict[str, str] = Field(default_factory=dict)
    only: tuple[str, ...] = ()


class Card(BaseModel):
    """What `agent.yaml` says.

    `tools` are bundled names, `sqlite:FILE`, `module:function` of the project, `agent:NAME` for
    another agent, or MCP servers. Paths begin at the agent's own folder.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    description: str = Field(min_length=1)
    chain: str = "react"
    template: str | None = None
    tools: tuple[str | Server, ...] = ()
    backend: str | None = None
    kind: Kind = "text"
    limits: LimitsOf = LimitsOf()


def read_card(path: Path) -> Card:
    """Read an agent's file.

    Raises:
        UserMistake: It is no YAML, or a key or value is not known; file and key are named.
    """
    try:
        data: Any = yaml.safe_load(read_text(path))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UserMistake(f"{path} is no valid YAML{yaml_place(error)}") from None
    if not isinstance(data, dict):
        raise UserMistake(f"{path} must hold keys and values, such as description: …")
    try:
        return Card.model_validate(data)
    except ValidationError as error:
        raise UserMistake(f"{path}: {_in_words(error)}") from None


def _in_words(error: ValidationError) -> str:
    found = error.errors()
    first = next((one for one in found if "Server" in one["loc"]), found[0])
    if first["type"] == "model_type":  # a text was tried, and no mapping
        first = found[0]
    path = [str(part) for part in first["loc"]]
    key = ".".join(part for part in path if part not in ("str", "Server"))
    if first["type"] == "extra_forbidden":
        table = LimitsOf if path[0] == "limits" else Server if path[0] == "tools" else Card
        return f"unknown key {key!r}: {near(path[-1], table.model_fields)}"
    if first["type"] == "missing":
        return f"key {key!r} is missing: write {key}: …"
    return f"key {key!r}: {first['msg']}, found {str(first['input'])[:60]!r}"
