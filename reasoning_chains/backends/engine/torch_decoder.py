"""Any causal model of `transformers` as a decoder; it knows no text and no sampling.

The running batch is one key/value cache, its rows padded on the left to the longest of them.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

from reasoning_chains.backends.engine.decoder import Floats, Ints
from reasoning_chains.errors import UserMistake

__all__ = ["TorchDecoder", "TorchPrompt"]


@dataclass(frozen=True, slots=True, eq=False)
class TorchPrompt:
    """A prompt that was read; `layers` holds keys and values, (1, heads, tokens, dim) each."""

    ids: tuple[int, ...]
    layers: tuple[tuple[torch.Tensor, torch.Tensor], ...]
    logits: Floats


class TorchDecoder:
    """Reads prompts and holds the running batch.

    Args:
        model: A causal language model, in evaluation mode.
        context: How many tokens a prompt and its reply may have together.
    """

    def __init__(self, model: Any, context: int) -> None:
        self._model = model
        self.context = context
        # Measured on CPU in float32. Elsewhere kernels round too differently to decide twice.
        exact = model.device.type == "cpu" and model.dtype == torch.float32
        self.tolerance = 2e-5 if exact else 0.0
        takes = inspect.signature(model.forward).parameters
        self._last = {"logits_to_keep": 1} if "logits_to_keep" in takes else {}
        self._positions = "position_ids" in takes
        self._cache: Any = None
        self._read = torch.zeros((0, 0), dtype=torch.long, device=model.device)
        self._recent: TorchPrompt | None = None
        self.tokens_read = 0
        """Prompt tokens that went through the network."""

    def open(self, ids: Sequence[int]) -> TorchPrompt:
        """Read a prompt; the one that was read last is not read again."""
        if self._recent is None or self._recent.ids != tuple(ids):
            cache = DynamicCache()
            logits = self._forward(ids, cache, last=True)[-1]
            self._recent = TorchPrompt(tuple(ids), _layers(cache), logits)
        return self._recent

    def open_all(self, texts: Sequence[Sequence[int]]) -> list[TorchPrompt]:
        """Read several prompts."""
        return [self.open(ids) for ids in texts]

    def extend(self, prompt: TorchPrompt, ids: Sequence[int]) -> Floats:
        """Give the logits after each of `ids`, read after the prompt."""
        return self._forward(ids, _cache(prompt.layers), last=False)

    def reread(self, ids: Sequence[int]) -> Floats:
        """Give the logits after the last token from the tokens alone, past every cache."""
        line: Floats = self._forward(ids, DynamicCache(), last=True)[-1]
        return line

    def _forward(self, ids: Sequence[int], cache: Any, *, last: bool) -> Floats:
        self.tokens_read += len(ids)
        with torch.inference_mode():
            line = torch.tensor([list(ids)], dtype=torch.long, device=self._model.device)
            more = self._last if last else {}
            out = self._model(input_ids=line, past_key_values=cache, use_cache=True, **more)
        return _floats(out.logits[0])

    def join(self, prompt: TorchPrompt, count: int) -> None:
        """Add rows that go on after the prompt to the end of the batch."""
        fresh = [(k.expand(count, *k.shape[1:]), v.expand(count, *v.shape[1:]))
                 for k, v in prompt.layers]  # fmt: skip
        read = torch.ones((count, len(prompt.ids)), dtype=torch.long, device=self._read.device)
        if self._cache is None:
            self._cache, self._read = _cache(fresh), read
            return
        self._read = _stacked(self._read, read, 1)
        for layer, (keys, values) in zip(self._cache.layers, fresh, strict=True):
            layer.keys = _stacked(layer.keys, keys, 2)
            layer.values = _stacked(layer.values, values, 2)

    def leave(self, row: int) -> None:
        """Take a row out of the batch; the last row takes its place."""
        order = list(range(len(self._read)))
        order[row] = order[-1]
        if len(order) == 1:
            self._cache, self._read = None, self._read[:0, :0]
            return
        kept = torch.tensor(order[:-1], device=self._read.device)
        read = self._read[kept]
        unused = int((read.sum(0) > 0).to(torch.int8).argmax())  # padding that all rows have
        self._read = read[:, unused:]
        for layer in self._cache.layers:
            layer.keys = layer.keys[kept][:, :, unused:]
            layer.values = layer.values[kept][:, :, unused:]

    def step(self, tokens: Ints) -> Floats:
        """Read one token a row and give the logits after it."""
        with torch.inference_mode():
            line = torch.from_numpy(np.asarray(tokens, dtype=np.int64)).to(self._read.device)
            more: dict[str, Any] = {}
            if self._positions:
                more["position_ids"] = self._read.sum(1, keepdim=True)
            self._read = torch.nn.functional.pad(self._read, (0, 1), value=1)
            out = self._model(
                input_ids=line[:, None],
                attention_mask=self._read,
                past_key_values=self._cache,
                use_cache=True,
                **more,
            )
        return _floats(out.logits[:, -1])


def _stacked(old: torch.Tensor, new: torch.Tensor, along: int) -> torch.Tensor:
    """Put rows below one another, the shorter ones padded with zeros at the start of `along`."""
    longest = max(old.shape[along], new.shape[along])
    parts = []
    for part in (old, new):
        size = list(part.shape)
        size[along] = longest - size[along]
        parts.append(torch.cat((part.new_zeros(size), part), dim=along))
    return torch.cat(parts)


def _cache(layers: Sequence[tuple[torch.Tensor, torch.Tensor]]) -> Any:
    cache = DynamicCache()
    for index, (keys, values) in enumerate(layers):
        cache.update(keys, values, index)
    return cache


def _layers(cache: Any) -> tuple[tuple[torch.Tensor, torch.Tensor], ...]:
    odd = {type(layer).__name__ for layer in cache.layers if type(layer) is not DynamicLayer}
    if odd or not cache.layers:
        raise UserMistake(
            f"this model keeps {', '.join(sorted(odd)) or 'no key/value cache'} between tokens, "
            "and rows of it cannot be batched here: serve it and use the openai backend"
        )
    return tuple((layer.keys, layer.values) for layer in cache.layers)


def _floats(logits: torch.Tensor) -> Floats:
    line: Floats = logits.float().cpu().numpy()
    return line
