"""Recorded replies as a backend: `replay:FILE`; it reads JSON lines and asks nobody.

A row has `completions`, a list of texts, and either `prompt`, the whole last user message, or
`question`, which that message contains.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from reasoning_chains.errors import BackendError, UserMistake
from reasoning_chains.pricing import Price
from reasoning_chains.protocols import Emit
from reasoning_chains.types import (
    Capabilities,
    Completion,
    Content,
    Request,
    SampleKey,
    Sampling,
    Usage,
)

__all__ = ["ReplayBackend"]


class ReplayBackend:
    """Give recorded completions: the first sample of a question gets its first, and so on.

    Args:
        path: A file of JSON lines, in UTF-8.

    Raises:
        UserMistake: The file is not there, or a line is no row; the message names the line.
    """

    capabilities = Capabilities(n=True, seed="row")
    defaults = Sampling(max_tokens=4096)
    price = Price()

    def __init__(self, path: str | Path) -> None:
        self.name = f"replay:{path}"
        self._prompts: dict[str, tuple[str, ...]] = {}
        self._questions: dict[str, tuple[str, ...]] = {}
        self._places: dict[str, dict[SampleKey, int]] = {}
        for number, line in enumerate(_lines(Path(path)), 1):
            if line.strip():
                self._add(f"{path}, line {number}", line)

    def _add(self, where: str, line: str) -> None:
        try:
            row: Any = json.loads(line)
        except (ValueError, RecursionError):
            raise UserMistake(f"{where}: no JSON") from None
        texts = row.get("completions") if isinstance(row, dict) else None
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise UserMistake(f"{where}: a row needs completions, a list of texts")
        for key, table in (("prompt", self._prompts), ("question", self._questions)):
            if isinstance(row.get(key), str) and row[key].strip():
                table[row[key].strip()] = tuple(texts)
                return
        raise UserMistake(f"{where}: a row needs a prompt or a question")

    async def complete(self, request: Request, emit: Emit) -> None:
        """Give each sample the recorded completion of its place."""
        found = self._find(request.content)
        if found is None:
            raise BackendError(f"{self.name}: nothing is recorded for this question")
        question, texts = found
        places = self._places.setdefault(question, {})
        for index, key in enumerate(request.samples):
            place = places.setdefault(key, len(places))
            if place < len(texts):
                emit(index, _completion(texts[place], request.content, first=index == 0))
            else:
                emit(index, BackendError(f"{self.name}: only {len(texts)} samples are recorded"))

    def _find(self, content: Content) -> tuple[str, tuple[str, ...]] | None:
        asked = next((m.content for m in reversed(content.messages) if m.role == "user"), "")
        if asked.strip() in self._prompts:
            return asked, self._prompts[asked.strip()]
        held = [question for question in self._questions if question in asked]
        if not held:
            return None
        longest = max(held, key=len)
        return longest, self._questions[longest]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise UserMistake(f"replay file {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UserMistake(f"replay file {path} is not UTF-8 at byte {error.start}") from None


def _completion(text: str, content: Content, *, first: bool) -> Completion:
    prompt = sum(len(message.content.split()) for message in content.messages)
    usage = Usage(1, int(first), prompt, len(text.split()))
    return Completion(text, usage=usage, bill=replace(usage, prompt_tokens=prompt * first))
