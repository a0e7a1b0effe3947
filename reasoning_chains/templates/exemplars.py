"""Worked examples as data beside the templates; it does not choose among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from reasoning_chains.errors import TemplateMistake

__all__ = ["Exemplar", "read_exemplars"]

_KEYS = {"question", "rationale", "answer"}


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A question worked out: the rationale does not repeat the answer's sentence."""

    question: str
    answer: str
    rationale: str = ""


class _TextLoader(yaml.SafeLoader):
    """Reads every scalar as the text that stands there: `yes`, `12:30` and `007` are answers."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, Any]]] = {}  # noqa: RUF012 - as in the base


def _line(error: Exception) -> str:
    """Say in which line YAML is wrong, where that is known."""
    mark = getattr(error, "problem_mark", None)
    return f" (line {mark.line + 1})" if mark else ""


def read_exemplars(name: str, text: str) -> tuple[Exemplar, ...]:
    """Read a YAML list of question, rationale and answer.

    Raises:
        TemplateMistake: It is no such list; the message names the entry and the key.
    """
    loader = _TextLoader(text)
    try:
        data = loader.get_single_data()
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise TemplateMistake(f"exemplars {name!r}: no valid YAML{_line(error)}") from None
    finally:
        loader.dispose()
    if not isinstance(data, list) or not data:
        raise TemplateMistake(
            f"exemplars {name!r}: a list of question, rationale, answer is wanted"
        )
    return tuple(_exemplar(name, place, entry) for place, entry in enumerate(data, 1))


def _exemplar(name: str, place: int, entry: object) -> Exemplar:
    where = f"exemplars {name!r}, entry {place}"
    if not isinstance(entry, dict):
        raise TemplateMistake(f"{where}: a mapping with question and answer is wanted")
    odd = sorted(str(key) for key in set(entry) - _KEYS)
    missing = sorted({"question", "answer"} - set(entry))
    if odd or missing:
        raise TemplateMistake(f"{where}: unknown keys {odd}, missing keys {missing}")
    for key, value in entry.items():
        if not isinstance(value, str):
            raise TemplateMistake(f"{where}: {key} must be text, found {str(value)[:60]}")
    texts = {str(key): value.strip() for key, value in entry.items()}
    return Exemplar(texts["question"], texts["answer"], texts.get("rationale", ""))
