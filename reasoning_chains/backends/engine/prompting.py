"""A request's content as the ids that a model reads, within its context; it knows no network."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from reasoning_chains.backends.engine.chat import ChatTemplate, plain_messages, plain_tools
from reasoning_chains.backends.engine.spelling import Spelling
from reasoning_chains.errors import BackendError, UserMistake
from reasoning_chains.types import Content

__all__ = ["Prompter", "Written"]


@dataclass(frozen=True, slots=True)
class Written:
    """The ids to read; `prefill` of them, at the end, begin the reply.

    `opened` says that the template left a `<think>` open for the reply to go on in.
    """

    ids: tuple[int, ...]
    prefill: int = 0
    opened: bool = False


@dataclass(frozen=True, slots=True)
class Prompter:
    """Writes prompts for one model; without a template the messages are joined as plain text.

    `vocab` is how many ids the network reads, which may be fewer than its tokenizer writes.
    """

    spelling: Spelling
    template: ChatTemplate | None
    context: int
    vocab: int = 1 << 31

    def write(self, content: Content) -> Written:
        """Write a content with its prefill.

        Raises:
            BackendError: It leaves no room for a reply in the model's context.
            UserMistake: The prefill has ids that this model's tokenizer does not have.
        """
        text, mark = self._render(content)
        prefill = content.prefill
        said = prefill if isinstance(prefill, str) else ""
        self._check_text(text, said)
        ids = self._encode(text, mark)
        before = len(ids)
        if said:
            ids = self._with_text(text, mark, said)
        elif prefill:
            ids += self._known(tuple(int(number) for number in prefill))
        self._check(ids, len(ids))
        return Written(
            tuple(ids), max(0, len(ids) - before), text.rstrip().endswith("<think>") and not said
        )

    def continuation(self, content: Content, text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Give the ids before a continuation of the prefill, and those of the continuation."""
        before = self.write(content).ids
        if not text:
            return before, ()
        if isinstance(content.prefill, str):
            rendered, mark = self._render(content)
            whole = tuple(self._with_text(rendered, mark, content.prefill + text))
        else:
            whole = before + tuple(self.spelling.encode_plain(text))
        self._check(whole, len(whole) - 1)
        same = next(
            (i for i, (a, b) in enumerate(zip(before, whole, strict=False)) if a != b), None
        )
        start = max(1, min(len(before), len(whole)) if same is None else same)
        return whole[:start], whole[start:]

    def _render(self, content: Content) -> tuple[str, str]:
        messages, tools = plain_messages(content.messages), plain_tools(content.tools)
        said = json.dumps([messages, tools], ensure_ascii=False)
        mark = ""
        if any(name in said for name in self.spelling.controls):
            mark = next(chr(code) for code in range(0xE000, 0xF8FF) if chr(code) not in said)
            messages, tools = (_each(data, self._quote(mark)) for data in (messages, tools))
        if self.template is not None:
            return self.template.render(messages, tools), mark
        joined = "\n\n".join(message["content"] for message in messages)
        return joined + ("\n\n" if len(messages) > 1 else ""), mark

    def _quote(self, mark: str) -> Callable[[str], str]:
        def quote(text: str) -> str:
            for name in self.spelling.controls:
                text = text.replace(name, name[0] + mark + name[1:])
            return text

        return quote

    def _encode(self, text: str, mark: str) -> list[int]:
        if mark:
            return self.spelling.encode_marked(text, mark)
        return self.spelling.encode(text, begin=self.template is None)

    def _with_text(self, rendered: str, mark: str, said: str) -> list[int]:
        # Encoded together, so that the seam is spelled as in the texts the model learned from.
        if any(name in said for name in self.spelling.controls):
            return self._encode(rendered, mark) + self.spelling.encode_plain(said)
        return self._encode(rendered + said, mark)

    def _known(self, ids: tuple[int, ...]) -> list[int]:
        wrong = [number for number in ids if not 0 <= number < self.spelling.size]
        if wrong:
            raise UserMistake(
                f"prefill has token id {wrong[0]}: this model's ids go from 0 to "
                f"{self.spelling.size - 1}; give text, or ids of its own tokenizer"
            )
        return list(ids)

    def _check_text(self, text: str, said: str) -> None:
        # Before encoding, which takes seconds for megabytes
        length = len(text) + len(said)
        if length > self.context * self.spelling.longest:
            raise BackendError(
                f"the prompt has {length} characters and cannot fit: the model reads at most "
                f"{self.context} tokens; shorten the question, the context or the examples"
            )

    def _check(self, ids: Sequence[int], length: int) -> None:
        if max(ids, default=0) >= self.vocab:
            raise UserMistake(
                f"the prompt has token id {max(ids)}, and the network's go from 0 to "
                f"{self.vocab - 1}: its folder has the tokenizer of another model"
            )
        if length >= self.context:
            raise BackendError(
                f"the prompt has {length} tokens and leaves no room for a reply: the model "
                f"reads at most {self.context} tokens, prompt and reply together; "
                "shorten the question, the context or the examples"
            )


def _each(data: Any, change: Callable[[str], str]) -> Any:
    if isinstance(data, str):
        return change(data)
    if isinstance(data, dict):
        return {name: _each(value, change) for name, value in data.items()}
    return [_each(value, change) for value in data] if isinstance(data, list) else data
