"""Worked examples as data beside the templates; it does not choose among them."""

from __future__ import annotations

from dataclasses import dataclass

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


def read_exemplars(name: str, text: str) -> tuple[Exemplar, ...]:
    """Read a YAML list of question, rationale and answer.

    Raises:
        TemplateMistake: It is no such list; the message names the entry and the key.
    """
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError:
        raise TemplateMistake(f"exemplars {name!r}: no valid YAML") from None
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
    texts = {str(key): str(value).strip() for key, value in entry.items()}
    return Exemplar(texts["question"], texts["answer"], texts.get("rationale", ""))
