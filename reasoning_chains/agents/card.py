"""The YAML file of an agent, read and checked; it opens nothing that the file names."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reasoning_chains.content import read_text
from reasoning_chains.declaring import in_words
from reasoning_chains.errors import UserMistake
from reasoning_chains.types import Kind
from reasoning_chains.yaml_text import read_mapping

__all__ = ["Card", "LimitsOf", "Server", "read_card"]


class LimitsOf(BaseModel):
    """What an agent may spend on one question; None means no limit."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    steps: int | None = Field(default=None, ge=1)
    tool_calls: int | None = Field(default=None, ge=0)
    tokens: int | None = Field(default=None, ge=0)
    seconds: float | None = Field(default=None, ge=0)
    money: float | None = Field(default=None, ge=0)
    ledger: str | None = None
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


_INNER = {"limits": LimitsOf, "tools": Server}


def _check_colons(path: Path, tools: object) -> None:
    """Refuse `lookup: notes/`, which YAML takes for a key and a value."""
    for tool in tools if isinstance(tools, list) else ():
        if isinstance(tool, dict) and not set(tool) & set(Server.model_fields):
            for key, value in tool.items():
                if isinstance(value, str):
                    written = f'"{key}:{value}"'
                    raise UserMistake(f"{path}: key 'tools' has {key}: {value}: write {written}")


def read_card(path: Path) -> Card:
    """Read an agent's file.

    Raises:
        UserMistake: It is no YAML, or a key or value is not known; file and key are named.
    """
    data = read_mapping(read_text(path), path)
    _check_colons(path, data.get("tools"))
    try:
        return Card.model_validate(data)
    except ValidationError as error:
        raise UserMistake(f"{path}: {in_words(error, Card, _INNER)}") from None
