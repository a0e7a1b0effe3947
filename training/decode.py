"""Batched decoding with a key/value cache, for the evaluation during training."""

import json
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

from training.model import Shape, Weights, block, initial, projected, restore, rotary

END = 1


@dataclass(slots=True)
class Cache:
    """Keys and values of all layers, filled up to `used`; `first` is each row's first real key."""

    keys: torch.Tensor
    values: torch.Tensor
    first: torch.Tensor
    used: int = 0

    def mask(self, end: int) -> torch.Tensor:
        """Let each new position up to `end` see its row's real ones before it."""
        at, key = torch.arange(self.used, end), torch.arange(end)
        seen = (key <= at[:, None]) & (key >= self.first[:, None, None])
        return (seen | (key == at[:, None]))[:, None]

    def keep(self, rows: torch.Tensor) -> "Cache":
        """Drop the rows that are done."""
        return Cache(self.keys[:, rows], self.values[:, rows], self.first[rows], self.used)


@dataclass(frozen=True, slots=True)
class Decoder:
    """A model folder, ready to continue prompts."""

    weights: Weights
    shape: Shape
    tokenizer: Tokenizer

    @staticmethod
    def load(folder: Path) -> "Decoder":
        """Read a folder in the Hugging Face layout."""
        told = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        shape = Shape(
            told["vocab_size"], told["hidden_size"], told["num_hidden_layers"],
            told["num_attention_heads"], told["intermediate_size"],
        )  # fmt: skip
        weights = initial(shape, 0)
        restore(weights, folder / "model.safetensors")
        plain = {name: tensor.detach() for name, tensor in weights.items()}
        return Decoder(plain, shape, Tokenizer.from_file(str(folder / "tokenizer.json")))

    @torch.inference_mode()
    def forward(self, ids: torch.Tensor, cache: Cache) -> torch.Tensor:
        """Append (rows, length) ids to the cache; give the logits after the last."""
        shape, weights, start, end = self.shape, self.weights, cache.used, cache.used + ids.shape[1]
        d, turn, mask = shape.width, rotary(shape, ids.shape[1], start), cache.mask(end)
        h = F.embedding(ids, weights["model.embed_tokens.weight"])
        for i in range(shape.layers):
            layer = f"model.layers.{i}."
            a = F.rms_norm(h, (d,), weights[f"{layer}input_layernorm.weight"], 1e-6)
            q, k, v = projected(weights, layer, a, shape, turn)
            cache.keys[i, :, :, start:end] = k
            cache.values[i, :, :, start:end] = v
            keys, values = cache.keys[i, :, :, :end], cache.values[i, :, :, :end]
            o = F.scaled_dot_product_attention(q, keys, values, attn_mask=mask)
            h = block(weights, layer, h, o.transpose(1, 2).reshape(*ids.shape, d))
        cache.used = end
        h = F.rms_norm(h[:, -1], (d,), weights["model.norm.weight"], 1e-6)
        return F.linear(h, weights["model.embed_tokens.weight"])

    def _begin(self, prompts: list[list[int]], room: int) -> tuple[Cache, torch.Tensor]:
        """Lay prompts out to the right and run them."""
        length = max(map(len, prompts))
        ids = torch.tensor([[0] * (length - len(p)) + p for p in prompts])
        first = torch.tensor([length - len(p) for p in prompts])
        heads, part = self.shape.heads, self.shape.width // self.shape.heads
        size = (self.shape.layers, len(prompts), heads, length + room, part)
        cache = Cache(torch.zeros(size), torch.zeros(size), first)
        return cache, self.forward(ids, cache)

    def extend(
        self, prompts: list[list[int]], room: int = 200, temperature: float = 0.0
    ) -> list[list[int]]:
        """Continue each prompt until the end token or for `room` tokens."""
        cache, logits = self._begin(prompts, room)
        alive = torch.arange(len(prompts))
        out: list[list[int]] = [[] for _ in prompts]
        for _ in range(room):
            if temperature:
                chosen = torch.multinomial(F.softmax(logits / temperature, -1), 1)[:, 0]
            else:
                chosen = logits.argmax(-1)
            going = (chosen != END).nonzero()[:, 0]
            if len(going) < len(alive):
                alive, chosen, cache = alive[going], chosen[going], cache.keep(going)
            if not len(alive):
                break
            for row, token in zip(alive.tolist(), chosen.tolist(), strict=True):
                out[row].append(token)
            logits = self.forward(chosen[:, None], cache)
        return out

    def replies(self, texts: list[str], room: int = 200, temperature: float = 0.0) -> list[str]:
        """Continue texts in the chat template's form, in batches of similar length."""
        coded = [self.tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
        order = sorted(range(len(coded)), key=lambda i: len(coded[i]))
        found = [""] * len(coded)
        for at in range(0, len(order), 64):
            part = order[at : at + 64]
            made = self.extend([coded[i] for i in part], room, temperature)
            for i, ids in zip(part, made, strict=True):
                found[i] = self.tokenizer.decode(ids, skip_special_tokens=False)
        return found
