"""The network in the Llama layout, written out for training on CPUs; knows no data."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

Weights = dict[str, torch.Tensor]


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a model."""

    vocabulary: int
    width: int = 256
    layers: int = 4
    heads: int = 4
    inner: int = 704
    context: int = 2048
    theta: float = 10000.0


# name -> width, layers, heads, inner
SIZES = {"full": (256, 4, 4, 704), "medium": (160, 3, 4, 432), "small": (96, 2, 3, 256)}


def initial(shape: Shape, seed: int) -> Weights:
    """Draw the first weights."""
    generator = torch.Generator().manual_seed(seed)

    def normal(rows: int, columns: int, deviation: float) -> torch.Tensor:
        return torch.randn(rows, columns, generator=generator) * deviation

    d, deep = shape.width, math.sqrt(2 * shape.layers)
    weights = {"model.embed_tokens.weight": normal(shape.vocabulary, d, 0.02)}
    for i in range(shape.layers):
        layer = f"model.layers.{i}."
        for part in "qkv":
            weights[f"{layer}self_attn.{part}_proj.weight"] = normal(d, d, d**-0.5)
        weights[f"{layer}self_attn.o_proj.weight"] = normal(d, d, d**-0.5 / deep)
        weights[f"{layer}mlp.gate_proj.weight"] = normal(shape.inner, d, d**-0.5)
        weights[f"{layer}mlp.up_proj.weight"] = normal(shape.inner, d, d**-0.5)
        weights[f"{layer}mlp.down_proj.weight"] = normal(d, shape.inner, shape.inner**-0.5 / deep)
        weights[f"{layer}input_layernorm.weight"] = torch.ones(d)
        weights[f"{layer}post_attention_layernorm.weight"] = torch.ones(d)
    weights["model.norm.weight"] = torch.ones(d)
    return {name: tensor.requires_grad_() for name, tensor in weights.items()}


def rotary(shape: Shape, length: int, start: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Give cosine and sine of the rotary positions."""
    half = shape.width // shape.heads
    steps = 1 / shape.theta ** (torch.arange(0, half, 2).float() / half)
    angles = torch.outer(torch.arange(start, start + length).float(), steps)
    both = torch.cat([angles, angles], -1)
    return both.cos(), both.sin()


def _turn(x: torch.Tensor, cosine: torch.Tensor, sine: torch.Tensor) -> torch.Tensor:
    half = x.shape[-1] // 2
    return x * cosine + torch.cat([-x[..., half:], x[..., :half]], -1) * sine


def projected(
    weights: Weights, layer: str, a: torch.Tensor, shape: Shape, turn: tuple[torch.Tensor, ...]
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Give queries, keys and values of normed states, positions turned in."""
    rows, length, d = a.shape
    q, k, v = (
        F.linear(a, weights[f"{layer}self_attn.{part}_proj.weight"])
        .view(rows, length, shape.heads, d // shape.heads)
        .transpose(1, 2)
        for part in "qkv"
    )
    return _turn(q, *turn), _turn(k, *turn), v


def block(weights: Weights, layer: str, h: torch.Tensor, o: torch.Tensor) -> torch.Tensor:
    """Add what the heads found, then the feed-forward part."""
    h = h + F.linear(o, weights[f"{layer}self_attn.o_proj.weight"])
    norm = weights[f"{layer}post_attention_layernorm.weight"]
    a = F.rms_norm(h, (h.shape[-1],), norm, 1e-6)
    gate = F.silu(F.linear(a, weights[f"{layer}mlp.gate_proj.weight"]))
    up = F.linear(a, weights[f"{layer}mlp.up_proj.weight"])
    return h + F.linear(gate * up, weights[f"{layer}mlp.down_proj.weight"])


def hidden(
    weights: Weights, shape: Shape, ids: torch.Tensor, chosen: torch.Tensor | None = None
) -> torch.Tensor:
    """Run the network on (rows, length) token ids; give the last hidden states.

    With `chosen`, flat positions, only these are given, and the last layer works on no others
    after its attention.
    """
    d = shape.width
    turn = rotary(shape, ids.shape[1])
    h = F.embedding(ids, weights["model.embed_tokens.weight"])
    for i in range(shape.layers):
        layer = f"model.layers.{i}."
        a = F.rms_norm(h, (d,), weights[f"{layer}input_layernorm.weight"], 1e-6)
        o = F.scaled_dot_product_attention(
            *projected(weights, layer, a, shape, turn), is_causal=True
        )
        o = o.transpose(1, 2).reshape(h.shape)
        if chosen is not None and i == shape.layers - 1:
            h, o = h.view(-1, d)[chosen], o.view(-1, d)[chosen]
        h = block(weights, layer, h, o)
    return F.rms_norm(h, (d,), weights["model.norm.weight"], 1e-6)


def loss(
    weights: Weights, shape: Shape, ids: torch.Tensor, learned: torch.Tensor
) -> tuple[torch.Tensor, int]:
    """Sum the losses of the learned tokens; give their number too."""
    chosen = learned[:, 1:].flatten().nonzero()[:, 0]
    states = hidden(weights, shape, ids[:, :-1].contiguous(), chosen)
    logits = F.linear(states, weights["model.embed_tokens.weight"])
    return F.cross_entropy(logits, ids[:, 1:].flatten()[chosen], reduction="sum"), len(chosen)


def config(shape: Shape) -> dict[str, Any]:
    """Give the Hugging Face config of a shape."""
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": shape.vocabulary,
        "hidden_size": shape.width,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.heads,
        "head_dim": shape.width // shape.heads,
        "intermediate_size": shape.inner,
        "tie_word_embeddings": True,
        "max_position_embeddings": shape.context,
        "rms_norm_eps": 1e-6,
        "rope_theta": shape.theta,
        "hidden_act": "silu",
        "bos_token_id": None,
        "eos_token_id": 1,
        "pad_token_id": 0,
        "attention_bias": False,
        "mlp_bias": False,
        "initializer_range": 0.02,
        "dtype": "float32",
    }


def export(weights: Weights, shape: Shape, folder: Path) -> None:
    """Write model.safetensors (bf16), config.json and generation_config.json."""
    folder.mkdir(parents=True, exist_ok=True)
    halves = {name: tensor.detach().bfloat16().contiguous() for name, tensor in weights.items()}
    save_file(halves, folder / "model.safetensors.new", metadata={"format": "pt"})
    (folder / "model.safetensors.new").replace(folder / "model.safetensors")
    generation = {"eos_token_id": 1, "pad_token_id": 0}
    for name, value in (("config", config(shape)), ("generation_config", generation)):
        text = json.dumps(value, indent=2) + "\n"
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


def restore(weights: Weights, path: Path) -> None:
    """Copy saved weights into these."""
    saved = load_file(path)
    with torch.no_grad():
        for name, tensor in weights.items():
            tensor.copy_(saved[name].float())
