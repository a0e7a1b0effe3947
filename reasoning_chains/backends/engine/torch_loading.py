"""Loads a model folder with `transformers` from local files alone; it knows no requests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

from reasoning_chains.backends.engine.chat import read_chat_template
from reasoning_chains.backends.engine.loading import end_tokens
from reasoning_chains.backends.engine.prompting import Prompter
from reasoning_chains.backends.engine.scheduler import Model
from reasoning_chains.backends.engine.spelling import Spelling, load_spelling
from reasoning_chains.backends.engine.torch_decoder import TorchDecoder
from reasoning_chains.errors import UserMistake

__all__ = ["load_torch"]


def load_torch(folder: Path, device: str | None, dtype: str | None, max_rows: int) -> Model:
    """Load a causal model, its tokenizer and its chat template.

    Raises:
        UserMistake: The folder has no model that can be loaded without running code of its own.
    """
    where = device or ("cuda" if torch.cuda.is_available() else "cpu")
    # float32 on a CPU: what the embedded engine computes too, and bf16 is slow on many of them
    kind = dtype or ("auto" if where.startswith("cuda") else "float32")
    with _without_bars():
        try:
            model: Any = AutoModelForCausalLM.from_pretrained(
                folder,
                dtype=kind,
                local_files_only=True,
                trust_remote_code=False,
                use_safetensors=True,
            )
        except (OSError, ValueError, KeyError) as error:
            raise UserMistake(
                f"transformers cannot load a model from {folder}: {error}; wanted is a folder "
                "with config.json and .safetensors weights that needs no code of its own"
            ) from error
    model = model.to(where).eval()
    spelling, template = _spelling(folder), read_chat_template(folder)
    size = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    context = int(size) if size else 1 << 20
    return Model(
        prompter=Prompter(spelling, template, context, len(model.get_input_embeddings().weight)),
        decoder=TorchDecoder(model, context),
        ends=end_tokens(folder, spelling, template),
        thinks=True,
        max_rows=max_rows,
    )


def _spelling(folder: Path) -> Spelling:
    # tokenizer.json says the same here and in every other program; a folder without one has
    # its tokenizer converted.
    if (folder / "tokenizer.json").is_file():
        return load_spelling(folder)
    tokenizer: Any = AutoTokenizer.from_pretrained(
        folder, local_files_only=True, trust_remote_code=False
    )
    fast = getattr(tokenizer, "backend_tokenizer", None)
    if fast is None:
        raise UserMistake(
            f"no tokenizer.json in {folder}, and its {type(tokenizer).__name__} does not turn "
            "into one: save the model with a fast tokenizer"
        )
    return Spelling(fast)


@contextmanager
def _without_bars() -> Iterator[None]:
    # A bar on stderr is no business of a library; what the application had set comes back.
    shown = logging.is_progress_bar_enabled()
    bars: Any = logging  # untyped there
    bars.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            bars.enable_progress_bar()
