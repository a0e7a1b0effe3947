"""The sizes of a Llama network, read from a folder's config.json; it knows no weights."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reasoning_chains.errors import UserMistake, shown

__all__ = ["Shape", "read_json", "read_shape"]


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of the network; `theta` is the base of the rotary angles."""

    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    width: int
    inner: int
    vocab: int
    context: int
    theta: float
    eps: float


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object of a model folder.

    Raises:
        UserMistake: There is no such file, or it holds no JSON object.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserMistake(
            f"no {path.name} in the model folder {path.parent}: give a folder in the Hugging Face "
            "layout (config.json, model.safetensors, tokenizer.json)"
        ) from None
    except (ValueError, OSError) as error:
        raise UserMistake(f"{path.name} of the model folder cannot be read: {error}") from error
    if not isinstance(data, dict):
        raise UserMistake(f"{path.name} holds a JSON {type(data).__name__}: an object was wanted")
    return data


def read_shape(folder: Path) -> Shape:
    """Read the network's sizes, refusing a network that this engine does not compute."""
    config = read_json(folder / "config.json")
    _refuse_others(config)
    try:
        heads, width = int(config["num_attention_heads"]), int(config["hidden_size"])
        return Shape(
            layers=int(config["num_hidden_layers"]),
            heads=heads,
            kv_heads=int(config.get("num_key_value_heads") or heads),
            head_dim=int(config.get("head_dim") or width // heads),
            width=width,
            inner=int(config["intermediate_size"]),
            vocab=int(config["vocab_size"]),
            context=int(config["max_position_embeddings"]),
            theta=float(_rope(config).get("rope_theta") or config.get("rope_theta") or 10_000.0),
            eps=float(config["rms_norm_eps"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UserMistake(f"config.json: no usable value for {error}") from error


def _rope(config: Mapping[str, Any]) -> Mapping[str, Any]:
    return config.get("rope_parameters") or config.get("rope_scaling") or {}


def _refuse_others(config: Mapping[str, Any]) -> None:
    wanted = {
        "model_type": ("llama",),
        "hidden_act": ("silu",),
        "attention_bias": (False, None),
        "mlp_bias": (False, None),
    }
    wrong = [
        f"{key}={shown(config.get(key))}"
        for key, good in wanted.items()
        if config.get(key) not in good
    ]
    scaling = _rope(config).get("rope_type", "default")
    if scaling != "default":
        wrong.append(f"rope_type={shown(scaling)}")
    if wrong:
        raise UserMistake(
            f"the embedded engine computes plain Llama networks, and this one has "
            f"{', '.join(wrong)}: run it on the transformers backend instead"
        )
