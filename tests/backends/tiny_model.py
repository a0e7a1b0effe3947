"""Writes tiny random models in the Hugging Face layout, without torch, for the local backends."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

CONTROLS = ("<|pad|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>", "<|tool|>")
TEMPLATE = (
    "{% if tools %}<|system|>\n{{ tools | tojson }}<|end|>\n{% endif %}"
    "{% for message in messages %}<|{{ message.role }}|>\n{{ message.content }}<|end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)
WORDS = ("the", "answer", "is", "yes", "no", "seven", "Ann", "has", "apples")


def tokenizer() -> Tokenizer:
    """A byte-level tokenizer: every text round-trips; some words are one token."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocab = {char: number for number, char in enumerate(alphabet)}
    merges: list[tuple[str, str]] = []
    for word in WORDS:
        text = "Ġ" + word
        for end in range(2, len(text) + 1):
            if text[:end] not in vocab:
                vocab[text[:end]] = len(vocab)
                merges.append((text[: end - 1], text[end - 1]))
    made = Tokenizer(models.BPE(vocab=vocab, merges=merges))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken(name, special=True, normalized=False) for name in CONTROLS])
    return made


@dataclass(frozen=True)
class Tiny:
    """The sizes of a tiny model."""

    heads: int = 4
    kv_heads: int = 2
    dim: int = 8
    layers: int = 2
    inner: int = 48
    context: int = 160
    seed: int = 0
    spread: float = 0.3


def write_model(folder: Path, tiny: Tiny = Tiny(), template: str | None = TEMPLATE) -> Path:
    """Write config, weights and tokenizer into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    made = tokenizer()
    vocab = -(-made.get_vocab_size(with_added_tokens=True) // 16) * 16
    made.save(str(folder / "tokenizer.json"))
    write_json(folder / "config.json", config(tiny, vocab, made.token_to_id("<|end|>") or 0))
    names = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|end|>"}
    more = {"pad_token": "<|pad|>", "model_max_length": tiny.context}
    chat = {} if template is None else {"chat_template": template}
    write_json(folder / "tokenizer_config.json", {**names, **more, **chat})
    save_file(weights(tiny, vocab), folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def write_json(path: Path, data: object) -> None:
    path.write_text(json.dumps(data), encoding="utf-8")


def config(tiny: Tiny, vocab: int, end: int) -> dict[str, object]:
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_act": "silu",
        "vocab_size": vocab,
        "hidden_size": tiny.heads * tiny.dim,
        "intermediate_size": tiny.inner,
        "num_hidden_layers": tiny.layers,
        "num_attention_heads": tiny.heads,
        "num_key_value_heads": tiny.kv_heads,
        "head_dim": tiny.dim,
        "max_position_embeddings": tiny.context,
        "rms_norm_eps": 1e-5,
        "rope_theta": 10000.0,
        "attention_bias": False,
        "mlp_bias": False,
        "tie_word_embeddings": True,
        "eos_token_id": end,
        "bos_token_id": None,
        "pad_token_id": end - 1,
    }


def weights(tiny: Tiny, vocab: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(tiny.seed)
    width, kv = tiny.heads * tiny.dim, tiny.kv_heads * tiny.dim

    def matrix(*size: int) -> np.ndarray:
        return (rng.standard_normal(size) * tiny.spread).astype(np.float16)

    def norm() -> np.ndarray:
        return (1 + 0.1 * rng.standard_normal(width)).astype(np.float16)

    made = {"model.embed_tokens.weight": matrix(vocab, width), "model.norm.weight": norm()}
    for layer in range(tiny.layers):
        at = f"model.layers.{layer}."
        made |= {
            at + "input_layernorm.weight": norm(),
            at + "post_attention_layernorm.weight": norm(),
            at + "self_attn.q_proj.weight": matrix(width, width),
            at + "self_attn.k_proj.weight": matrix(kv, width),
            at + "self_attn.v_proj.weight": matrix(kv, width),
            at + "self_attn.o_proj.weight": matrix(width, width),
            at + "mlp.gate_proj.weight": matrix(tiny.inner, width),
            at + "mlp.up_proj.weight": matrix(tiny.inner, width),
            at + "mlp.down_proj.weight": matrix(width, tiny.inner),
        }
    return made
