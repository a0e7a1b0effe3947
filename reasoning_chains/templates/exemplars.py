"""Worked examples as data beside the templates; it does not choose among them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import yaml

from reasoning_chains.errors import TemplateMistake, near, shown
from reasoning_chains.templates.prompt_text import read_prompt
from reasoning_chains.yaml_text import OnceLoader, read_yaml, yaml_place

__all__ = ["ENDINGS", "Exemplar", "read_exemplars"]

ENDINGS = (".yaml", ".yml", ".jsonl", ".txt")

_KEYS = {"question", "rationale", "answer"}


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A question worked out: the rationale does not repeat the answer's sentence."""

    question: str
    answer: str
    rationale: str = ""


class _TextLoader(OnceLoader):
    """Reads every scalar as the text that stands there: `yes`, `12:30` and `007` are answers."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, Any]]] = {}  # noqa: RUF012 - as in the base


def read_exemplars(name: str, text: str) -> tuple[Exemplar, ...]:
    """Read a YAML list of question, rationale and answer; of JSONL, one object a line.

    A text holds them as prompts do: lines that begin with `Q:` and `A:`; of `prompts.json#key` the
    text below that key does.

    Raises:
        TemplateMistake: It is no such list; the message names the entry and the key.
    """
    if "#" in name:
        name, text = name.replace(".json#", ".txt#"), _below(name, text)
    if name.partition("#")[0].endswith(".txt"):
        return tuple(_exemplar(name, at, one) for at, one in enumerate(read_prompt(name, text), 1))
    data = _rows(name, text) if name.endswith(".jsonl") else _listed(name, text)
    if not isinstance(data, list) or not data:
        raise TemplateMistake(
            f"exemplars {name!r}: a list of question, rationale, answer is wanted"
        )
    return tuple(_exemplar(name, place, entry) for place, entry in enumerate(data, 1))


def _below(name: str, text: str) -> str:
    """Give the text below a key of a JSON object of prompts."""
    key = name.partition("#")[2]
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise TemplateMistake(f"exemplars {name!r}: no valid JSON") from None
    told = found.get(key) if isinstance(found, dict) else None
    if not isinstance(told, str):
        known = near(key, found) if isinstance(found, dict) else "it holds no object"
        raise TemplateMistake(f"exemplars {name!r}: no text below the key {key!r}: {known}")
    return told


def _rows(name: str, text: str) -> list[Any]:
    """Read lines of JSON, numbers as the text that stands there."""
    found = []
    for place, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line, parse_int=str, parse_float=str, parse_constant=str)
        except (ValueError, RecursionError):
            raise TemplateMistake(f"exemplars {name!r}, line {place}: no valid JSON") from None
        found.append(row)
    return found


def _listed(name: str, text: str) -> Any:
    try:
        return read_yaml(text, _TextLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise TemplateMistake(f"exemplars {name!r}: no valid YAML{yaml_place(error)}") from None


def _exemplar(name: str, place: int, entry: object) -> Exemplar:
    where = f"exemplars {name!r}, entry {place}"
    if not isinstance(entry, dict):
        raise TemplateMistake(f"{where}: a mapping with question and answer is wanted")
    odd = sorted(str(key) for key in set(entry) - _KEYS)
    missing = sorted({"question", "answer"} - set(entry))
    if odd:
        raise TemplateMistake(f"{where}: unknown key {shown(odd[0])}: {near(odd[0], _KEYS)}")
    if missing:
        raise TemplateMistake(f"{where}: {' and '.join(missing)} must stand there")
    for key, value in entry.items():
        if not isinstance(value, str):
            raise TemplateMistake(f"{where}: {key} must be text, found {shown(value)}")
    texts = {str(key): value.strip() for key, value in entry.items()}
    return Exemplar(texts["question"], texts["answer"], texts.get("rationale", ""))
