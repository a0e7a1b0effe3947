"""Weights as the NumPy network wants them, read from safetensors; it knows no forward pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reasoning_chains.backends.engine.decoder import Floats
from reasoning_chains.backends.engine.shape import Shape, read_shape
from reasoning_chains.errors import UserMistake

__all__ = ["Layer", "Weights", "load_weights"]


@dataclass(frozen=True, slots=True)
class Layer:
    """One block: matrices as (inputs, outputs), norm weights folded into what follows them."""

    qkv: Floats
    out: Floats
    gate_up: Floats
    down: Floats


@dataclass(frozen=True, slots=True)
class Weights:
    """The network; `turns` are the rotary angles as complex numbers, (context, head_dim / 2)."""

    shape: Shape
    embed: Floats
    layers: tuple[Layer, ...]
    head: Floats
    turns: NDArray[np.complex64]


def load_weights(folder: Path) -> Weights:
    """Read config.json and the safetensors files of a folder.

    Raises:
        UserMistake: A file or a tensor is missing, has another shape, or is of no known type.
    """
    shape = read_shape(folder)
    tensors = dict(_tensors(folder))

    def take(name: str, *size: int) -> Floats:
        found = tensors.get(name)
        if found is None or found.shape != size:
            raise UserMistake(
                f"weights of the model folder: {name} {size} was wanted, found "
                f"{'nothing' if found is None else found.shape}"
            )
        return found

    embed = take("model.embed_tokens.weight", shape.vocab, shape.width)
    tied = "lm_head.weight" not in tensors
    head = embed if tied else take("lm_head.weight", shape.vocab, shape.width)
    norm = take("model.norm.weight", shape.width)
    layers = tuple(_layer(take, shape, f"model.layers.{i}.") for i in range(shape.layers))
    return Weights(shape, embed, layers, _columns(head * norm), _turns(shape))


def _layer(take: Any, shape: Shape, at: str) -> Layer:
    width, dim, inner = shape.width, shape.head_dim, shape.inner
    before = take(at + "input_layernorm.weight", width)
    after = take(at + "post_attention_layernorm.weight", width)
    q = take(at + "self_attn.q_proj.weight", shape.heads * dim, width) * np.float32(dim**-0.5)
    k = take(at + "self_attn.k_proj.weight", shape.kv_heads * dim, width)
    v = take(at + "self_attn.v_proj.weight", shape.kv_heads * dim, width)
    gate = take(at + "mlp.gate_proj.weight", inner, width)
    up = take(at + "mlp.up_proj.weight", inner, width)
    qkv = np.concatenate((_paired(q, dim), _paired(k, dim), v)) * before
    return Layer(
        qkv=_columns(qkv),
        out=_columns(take(at + "self_attn.o_proj.weight", width, shape.heads * dim)),
        gate_up=_columns(np.concatenate((gate, up)) * after),
        down=_columns(take(at + "mlp.down_proj.weight", width, inner)),
    )


def _columns(matrix: Floats) -> Floats:
    # (inputs, outputs), contiguous: measured faster than a transposed view for 8 rows and more.
    return np.ascontiguousarray(matrix.T, dtype=np.float32)


def _paired(matrix: Floats, dim: int) -> Floats:
    # Rotary positions turn element i with element i + dim/2. With each pair side by side the turn
    # is one complex product; scores do not change when queries and keys are permuted alike.
    halves = matrix.reshape(-1, 2, dim // 2, matrix.shape[1])
    return halves.swapaxes(1, 2).reshape(matrix.shape)


def _turns(shape: Shape) -> NDArray[np.complex64]:
    # In float32, as transformers computes them.
    steps = np.arange(0, shape.head_dim, 2, dtype=np.float32) / np.float32(shape.head_dim)
    speeds = (1.0 / np.float32(shape.theta) ** steps).astype(np.float32)
    angles = np.arange(shape.context, dtype=np.float32)[:, None] * speeds
    turns: NDArray[np.complex64] = (np.cos(angles) + 1j * np.sin(angles)).astype(np.complex64)
    return turns


def _tensors(folder: Path) -> Iterator[tuple[str, Floats]]:
    from safetensors import SafetensorError, deserialize

    files = sorted(folder.glob("*.safetensors"))
    if not files:
        raise UserMistake(f"no .safetensors file in the model folder {folder}: save it as such")
    for file in files:
        try:
            for name, info in deserialize(file.read_bytes()):  # type: ignore[no-untyped-call]
                yield name, _floats(name, info)
        except SafetensorError as error:
            raise UserMistake(f"{file.name} is not a safetensors file: {error}") from error


def _floats(name: str, info: dict[str, Any]) -> Floats:
    kind, data = info["dtype"], info["data"]
    if kind == "BF16":  # the upper half of a float32
        flat = (np.frombuffer(data, dtype="<u2").astype(np.uint32) << 16).view(np.float32)
    elif kind in ("F16", "F32"):
        flat = np.frombuffer(data, dtype="<f" + str(int(kind[1:]) // 8)).astype(np.float32)
    else:
        raise UserMistake(f"tensor {name} has type {kind}: the engine reads BF16, F16 and F32")
    return flat.reshape(info["shape"])
