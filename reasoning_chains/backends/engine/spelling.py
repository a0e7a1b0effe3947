"""A tokenizer.json as text to ids and back; it knows no chat and no model."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from reasoning_chains.backends.engine.shape import read_json
from reasoning_chains.errors import UserMistake

__all__ = ["Spelling", "TextStream", "load_spelling"]

CONTEXT = 8
"""Tokens before a reply that its first tokens are decoded with, for the right spaces."""

PAIRS = 1 << 16
"""Pairs of tokens whose spelling is remembered: decoding costs more than all else for a token."""


class Spelling:
    """A `tokenizers.Tokenizer` with the two ways of encoding that a chat needs."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        added = tokenizer.get_added_tokens_decoder()
        self.controls: Mapping[str, int] = {
            token.content: number for number, token in added.items() if token.special
        }
        self._pieces: dict[int, str] = {}
        self._alone: dict[int, str] = {}
        self.after = lru_cache(PAIRS)(self._after)

    @property
    def size(self) -> int:
        """How many tokens there are, the added ones included."""
        return int(self._tokenizer.get_vocab_size(with_added_tokens=True))

    @cached_property
    def longest(self) -> int:
        """How many characters the longest token spells."""
        return max(map(len, self._tokenizer.get_vocab(with_added_tokens=True)))

    def encode(self, text: str, *, begin: bool = False) -> list[int]:
        """Encode text in which control tokens count; `begin` adds what begins a document."""
        return list(self._tokenizer.encode(text, add_special_tokens=begin).ids)

    def encode_plain(self, text: str) -> list[int]:
        """Encode text in which nothing is a control token, whatever it looks like."""
        self._tokenizer.encode_special_tokens = True
        try:
            ids = list(self._tokenizer.encode(text, add_special_tokens=False).ids)
            if not set(ids).isdisjoint(self.controls.values()):  # a model that merges to one
                parts = (self._tokenizer.encode(char, add_special_tokens=False) for char in text)
                ids = [number for part in parts for number in part.ids]
        finally:
            self._tokenizer.encode_special_tokens = False
        return ids

    def encode_marked(self, text: str, mark: str) -> list[int]:
        """Encode text whose quoted control tokens carry `mark` after their first character."""
        parts = [text]
        for name in sorted(self.controls, key=len, reverse=True):
            parts = [
                piece
                for part in parts
                for piece in ([part] if part in self.controls else _split(part, name))
            ]
        ids: list[int] = []
        for part in parts:
            number = self.controls.get(part)
            ids += [number] if number is not None else self.encode_plain(part.replace(mark, ""))
        return ids

    def decode(self, ids: Sequence[int]) -> str:
        """Decode ids, leaving out control tokens."""
        return str(self._tokenizer.decode(ids, skip_special_tokens=True))

    def decode_one(self, number: int) -> str:
        """Decode one id as if nothing stood before it."""
        if number not in self._alone:
            self._alone[number] = self.decode([number])
        return self._alone[number]

    def _after(self, before: int, number: int) -> str | None:
        """Spell a token after another; `None` where that takes more tokens than these two."""
        known, text = self.decode_one(before), self.decode([before, number])
        return text[len(known) :] if _complete(text, known) else None

    def piece(self, number: int) -> str:
        """Spell one token as it stands inside a text: its leading space is kept."""
        if number not in self._pieces:
            anchor = self.encode_plain("a")
            text = self.decode([*anchor, number])[len(self.decode(anchor)) :]
            if not text or "\ufffd" in text:  # a control token, or a part of a character
                text = self._tokenizer.id_to_token(number) or ""
            self._pieces[number] = text
        return self._pieces[number]


def _split(text: str, name: str) -> list[str]:
    """Split a text at a name, and keep the name between the pieces."""
    first, *others = text.split(name)
    return [first, *(piece for other in others for piece in (name, other))]


def _complete(text: str, known: str) -> bool:
    return len(text) >= len(known) and not text.endswith("\ufffd")


class TextStream:
    """Tokens to text as they come: characters are given once all their bytes are there.

    The pieces join to the whole text. `before` are the ids that the text goes on after.
    """

    def __init__(self, spelling: Spelling, before: Sequence[int] = ()) -> None:
        self._spelling = spelling
        self._window = list(before[-CONTEXT:])
        self._known = spelling.decode(self._window) if before else ""
        self._fresh = len(self._window)

    def push(self, number: int) -> str:
        """Take a token, and give the text that it completes."""
        if self._fresh == len(self._window) == 1:
            piece = self._spelling.after(self._window[0], number)
            if piece is not None:
                self._window, self._known = [number], self._spelling.decode_one(number)
                return piece
        self._window.append(number)
        text = self._spelling.decode(self._window)
        return self._advance(text) if _complete(text, self._known) else ""

    def flush(self) -> str:
        """Give what was held back, incomplete characters as U+FFFD: nothing more comes."""
        return self._advance(self._spelling.decode(self._window))

    def _advance(self, text: str) -> str:
        piece = text[len(self._known) :]
        self._window = self._window[self._fresh :]
        self._fresh = len(self._window)
        if self._fresh == 1:
            self._known = self._spelling.decode_one(self._window[0])
        else:
            self._known = self._spelling.decode(self._window)
        return piece


def load_spelling(folder: Path) -> Spelling:
    """Read tokenizer.json of a model folder."""
    from tokenizers import Tokenizer

    data = read_json(folder / "tokenizer.json")
    if not isinstance(data.get("model"), dict):
        raise UserMistake(f"tokenizer.json of {folder} has no model: it is not a tokenizer file")
    return Spelling(Tokenizer.from_str(json.dumps(data)))
