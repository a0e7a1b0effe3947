"""Puts a loaded model together from a folder; it knows no requests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reasoning_chains.backends.engine.chat import ChatTemplate, read_chat_template
from reasoning_chains.backends.engine.llama import NumpyLlama
from reasoning_chains.backends.engine.prompting import Prompter
from reasoning_chains.backends.engine.scheduler import Model
from reasoning_chains.backends.engine.shape import read_json
from reasoning_chains.backends.engine.spelling import Spelling, load_spelling
from reasoning_chains.backends.engine.weights import load_weights

__all__ = ["end_tokens", "load_numpy"]


def load_numpy(folder: Path, cache_bytes: int, max_rows: int) -> Model:
    """Load a Llama folder for the NumPy engine.

    Raises:
        UserMistake: Something is missing in the folder, or the engine does not compute it.
    """
    weights = load_weights(folder)
    spelling, template = load_spelling(folder), read_chat_template(folder)
    return Model(
        prompter=Prompter(spelling, template, weights.shape.context, weights.shape.vocab),
        decoder=NumpyLlama(weights, cache_bytes),
        ends=end_tokens(folder, spelling, template),
        max_rows=max_rows,
    )


def end_tokens(folder: Path, spelling: Spelling, template: ChatTemplate | None) -> frozenset[int]:
    """Give the tokens that end a reply: as config files and tokenizer name them, all together."""
    found: list[Any] = []
    for name in ("config.json", "generation_config.json"):
        if (folder / name).is_file():
            ends = read_json(folder / name).get("eos_token_id")
            found += ends if isinstance(ends, list) else [ends]
    eos = dict(template.tokens).get("eos_token") if template is not None else None
    found.append(spelling.controls.get(eos or ""))
    return frozenset(number for number in found if isinstance(number, int))
