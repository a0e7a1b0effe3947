"""Chunks of a streamed reply to deltas and one whole reply; it knows no connection."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from reasoning_chains.backends.openai.failures import Answer, Teller
from reasoning_chains.backends.openai.from_wire import read_json
from reasoning_chains.backends.openai.sse import Events
from reasoning_chains.backends.openai.thinking import ThinkingStream
from reasoning_chains.errors import BackendError, HostedError
from reasoning_chains.types import Delta

__all__ = ["Assembly", "OnDelta"]

OnDelta: TypeAlias = Callable[[int, Delta], None]
_TEXTS = ("content", "reasoning_content", "reasoning", "refusal")


class _Clearing:
    """Takes keys out of a text that comes in pieces; what may be a key's beginning waits."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller
        self._held = ""

    def feed(self, text: str) -> str:
        """Give what is clear by now."""
        text = self._teller.cleared(self._held + text)
        clear = len(text) - self._teller.begun_in(text)
        self._held = text[clear:]
        return text[:clear]

    def close(self) -> str:
        """Give what was held back, now that nothing more comes."""
        held, self._held = self._held, ""
        return held


class _Part:
    """One choice while its pieces arrive."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller
        self.texts: dict[str, list[str]] = {name: [] for name in _TEXTS}
        self.calls: dict[int, dict[str, list[str]]] = {}
        self.logprobs: list[object] = []
        self.ending: dict[str, object] = {}
        self.thinking = ThinkingStream()
        self._shown = (_Clearing(teller), _Clearing(teller))

    def take(self, choice: Mapping[str, Any], delta: Mapping[str, Any]) -> Delta:
        """Take a piece in, and give what of it a reader can be shown."""
        for name in _TEXTS:
            if isinstance(delta.get(name), str):
                self.texts[name].append(delta[name])
        for at, call in enumerate(_maps(delta.get("tool_calls"))):
            self._take_call(call, at)
        logprobs = choice.get("logprobs")
        if isinstance(logprobs, Mapping) and isinstance(logprobs.get("content"), list):
            self.logprobs.extend(logprobs["content"])
        for name in ("finish_reason", "stop_reason", "matched_stop"):
            if choice.get(name) is not None:
                self.ending[name] = choice[name]
        native = delta.get("reasoning_content") or delta.get("reasoning")
        content = delta.get("content")
        thought, text = self.thinking.feed(content if isinstance(content, str) else "")
        return self._clear(text, thought + (native if isinstance(native, str) else ""))

    def close(self) -> Delta:
        """Give what a reader can be shown of what was held back."""
        thought, text = self.thinking.close()
        last, (for_text, for_thought) = self._clear(text, thought), self._shown
        return Delta(last.text + for_text.close(), last.reasoning + for_thought.close())

    def _clear(self, text: str, thought: str) -> Delta:
        for_text, for_thought = self._shown
        return Delta(for_text.feed(text), for_thought.feed(thought))

    def _take_call(self, call: Mapping[str, Any], at: int) -> None:
        index = call.get("index")
        index = index if isinstance(index, int) else at
        parts = self.calls.setdefault(index, {"id": [], "name": [], "arguments": []})
        function = call.get("function")
        fields = {**(function if isinstance(function, Mapping) else {}), "id": call.get("id")}
        for name, pieces in parts.items():
            # Ids and names come whole, and some servers send them again with every piece.
            if isinstance(fields.get(name), str) and (name == "arguments" or not pieces):
                pieces.append(fields[name])

    def text(self, name: str) -> str:
        """Join one text; a key that came in pieces is whole only now."""
        return self._teller.cleared("".join(self.texts[name]))

    def whole(self, index: int) -> dict[str, object]:
        """Spell the choice as a reply that was not streamed has it."""
        message: dict[str, object] = {name: self.text(name) for name in _TEXTS}
        calls = [
            {
                "id": "".join(call["id"]),
                "function": {
                    "name": "".join(call["name"]),
                    "arguments": "".join(call["arguments"]),
                },
            }
            for _, call in sorted(self.calls.items())
        ]
        message |= {"tool_calls": calls} if calls else {}
        logprobs = {"content": self.logprobs} if self.logprobs else None
        return {"index": index, "message": message, "logprobs": logprobs, **self.ending}


class Assembly:
    """Puts the chunks of one streamed reply together, several choices interleaved."""

    def __init__(self, n: int, teller: Teller, on_delta: OnDelta) -> None:
        self._n, self._teller, self._on_delta = n, teller, on_delta
        self._events = Events()
        self._parts: dict[int, _Part] = {}
        self._usage: object = None
        self._done = False
        self.failure: BackendError | None = None
        self.fed = False

    def feed(self, piece: bytes) -> None:
        """Take bytes in and pass on the deltas that they complete."""
        self.fed = True
        for data in self._events.feed(piece):
            if self._done or self.failure is not None:
                return
            if data.strip() == b"[DONE]":
                self._done = True
            else:
                self._take(self._teller.without_keys(data))

    def _take(self, data: bytes) -> None:
        try:
            chunk = read_json(Answer(200, {}, data), self._teller)
        except BackendError as error:
            self.failure = error.with_traceback(None)
            return
        if not isinstance(chunk, Mapping):
            return
        self._usage = chunk.get("usage") or self._usage
        for choice in _maps(chunk.get("choices")):
            index, delta = choice.get("index", 0), choice.get("delta")
            if isinstance(index, int) and 0 <= index < self._n:
                part = self._parts.setdefault(index, _Part(self._teller))
                self._show(index, part.take(choice, delta if isinstance(delta, Mapping) else {}))

    def _show(self, index: int, delta: Delta) -> None:
        if delta.text or delta.reasoning:
            self._on_delta(index, delta)

    def close(self) -> tuple[dict[str, object], dict[int, HostedError]]:
        """Give the reply of all choices that ended, and an error for each that was cut."""
        ended: list[dict[str, object]] = []
        cut: dict[int, HostedError] = {}
        for index, part in sorted(self._parts.items()):
            self._show(index, part.close())
            if "finish_reason" in part.ending or (self._done and self.failure is None):
                ended.append(part.whole(index))
            else:
                cut[index] = self._cut(part)
        if not self._parts:
            raise self.failure or self._teller.cut("the stream ended before any choice began")
        return {"choices": ended, "usage": self._usage}, cut

    def _cut(self, part: _Part) -> HostedError:
        error = self._teller.cut("the stream ended without its end mark")
        if self.failure is not None:
            error = HostedError(str(self.failure), retryable=self.failure.retryable)
        error.received = part.text("content")
        return error

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the trace should know of the stream's end."""
        return () if self._done else ("the stream ended without [DONE]",)


def _maps(value: object) -> list[Mapping[str, Any]]:
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, list) else []
