"""One choice of a reply: text, thinking, tool calls, logprobs; it trusts no field."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reasoning_chains.answers.thinking import split_thinking
from reasoning_chains.backends.openai.failures import Teller
from reasoning_chains.errors import BackendError
from reasoning_chains.types import Completion, Content, Finish, TokenLogprob, ToolCall, Usage

__all__ = ["Choice", "read_choice"]

_FINISH: dict[str, Finish] = {
    "stop": "stop",
    "length": "length",
    "max_tokens": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
}
_BROKEN = frozenset({"error", "abort"})  # how OpenRouter and vLLM mark a choice that failed
_CLOSERS = ("</think", "end_of_thought")
_LOWEST = -9999.0  # what servers send for a probability of zero, where JSON has no infinity


@dataclass(frozen=True, slots=True)
class Choice:
    """What was read of a choice, before its share of the usage is known."""

    text: str
    reasoning: str
    tool_calls: tuple[ToolCall, ...]
    logprobs: tuple[TokenLogprob, ...]
    finish: Finish
    stop_text: str
    notes: tuple[str, ...]

    @property
    def weight(self) -> int:
        """A length in bytes, in proportion to which the reply's tokens are shared out."""
        parts = [self.text, self.reasoning, *(call.arguments for call in self.tool_calls)]
        return 1 + sum(len(part.encode()) for part in parts)

    @property
    def thought(self) -> int:
        """The length of its native thinking in bytes; 0 where it is hidden, or there is none."""
        return len(self.reasoning.encode())

    def completion(self, usage: Usage, bill: Usage, notes: tuple[str, ...]) -> Completion:
        """Make the completion, now that its usage is known."""
        return Completion(
            text=self.text,
            reasoning=self.reasoning,
            tool_calls=self.tool_calls,
            logprobs=self.logprobs,
            finish=self.finish,
            stop_text=self.stop_text,
            usage=usage,
            bill=bill,
            notes=notes + self.notes,
        )


def read_choice(item: object, content: Content, teller: Teller) -> Choice | BackendError:
    """Read one choice, or say what is wrong with it."""
    message = item.get("message") if isinstance(item, Mapping) else None
    if not isinstance(item, Mapping) or not isinstance(message, Mapping):
        return teller.failed("answered with a choice that has no message", retryable=True)
    reason = item.get("finish_reason")
    if isinstance(reason, str) and reason in _BROKEN:
        return teller.failed(f"gave up on a choice (finish_reason {reason!r})", retryable=True)
    text, calls = _text(message.get("content")), _calls(message.get("tool_calls"))
    if text is None or calls is None:
        wrong = "text" if text is None else "tool calls"
        return teller.failed(f"answered with a choice whose {wrong} are malformed", retryable=True)
    notes = [
        f"the arguments of tool call {call.name[:40]!r} are no JSON"
        for call in calls
        if not _is_json(call.arguments)
    ]
    finish = _finish(reason, calls, notes)
    refusal = message.get("refusal")
    if isinstance(refusal, str) and refusal and not text:
        text, finish = _whole(refusal), "content_filter"
        notes.append("the model refused: its text is the refusal")
    reasoning, text = map(teller.cleared, _thinking(message, text))
    calls = tuple(_cleared(call, teller) for call in calls)
    logprobs = _logprobs(item.get("logprobs"), content, notes)
    if any(text != teller.cleared(text) for text in _spelled(logprobs)):
        logprobs = ()
        notes.append("logprobs are left out: their tokens spell a key")
    text, stop = _cut_at_stop(text, item, content.sampling.stop or (), notes)
    finish = "stop" if stop and finish == "length" else finish
    return Choice(text, reasoning, calls, logprobs, finish, stop, tuple(notes))


def _cleared(call: ToolCall, teller: Teller) -> ToolCall:
    fields = (call.id, call.name, call.arguments)
    return ToolCall(*map(teller.cleared, fields))


def _spelled(logprobs: Sequence[TokenLogprob]) -> tuple[str, str]:
    """Give what the tokens spell in a row, and the others that were weighed."""
    others = "\n".join(other for token in logprobs for other, _ in token.top)
    return "".join(token.token for token in logprobs), others


def _text(value: object) -> str | None:
    """Read a text, or a list of text parts; `None` for any other shape."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _whole(value)
    if isinstance(value, list) and all(isinstance(part, Mapping) for part in value):
        texts = [part.get("text") for part in value if part.get("type") in ("text", None)]
        return _whole("".join(text for text in texts if isinstance(text, str)))
    return None


def _whole(text: str) -> str:
    """Replace halves of surrogate pairs, which JSON can spell and no file can hold."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _finish(reason: object, calls: Sequence[ToolCall], notes: list[str]) -> Finish:
    if isinstance(reason, str) and reason in _FINISH:
        finish = _FINISH[reason]
        return "tool_calls" if calls and finish == "stop" else finish
    notes.append(f"finish_reason {str(reason)[:40]!r} read as stop")
    return "tool_calls" if calls else "stop"


def _calls(value: object) -> tuple[ToolCall, ...] | None:
    if value is None:
        return ()
    if not isinstance(value, list):
        return None
    calls = tuple(_call(item, at) for at, item in enumerate(value))
    whole = tuple(call for call in calls if call is not None)
    return whole if len(whole) == len(calls) else None


def _call(item: object, at: int) -> ToolCall | None:
    function = item.get("function") if isinstance(item, Mapping) else None
    if not isinstance(item, Mapping) or not isinstance(function, Mapping):
        return None
    name, arguments = function.get("name"), function.get("arguments")
    if isinstance(arguments, Mapping):  # some servers send the object itself
        arguments = json.dumps(arguments)
    if not isinstance(name, str) or not name or not isinstance(arguments, str | None):
        return None
    own = item.get("id")
    return ToolCall(
        _whole(own) if isinstance(own, str) and own else f"call_{at}",
        _whole(name),
        _whole(arguments or "{}"),
    )


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _thinking(message: Mapping[str, object], text: str) -> tuple[str, str]:
    for name in ("reasoning_content", "reasoning"):
        value = message.get(name)
        if isinstance(value, str) and value:
            return _whole(value), text
    # Tags in the middle of a reply are what it talks about; closers end thinking that a
    # server's own prompt began.
    if text.lstrip().startswith("<") or any(closer in text for closer in _CLOSERS):
        return split_thinking(text)
    return "", text


def _logprobs(value: object, content: Content, notes: list[str]) -> tuple[TokenLogprob, ...]:
    if content.sampling.logprobs is None:
        return ()
    items = value.get("content") if isinstance(value, Mapping) else None
    read = [_token(item) for item in items] if isinstance(items, list) else []
    whole = tuple(token for token in read if token is not None)
    if not whole or len(whole) != len(read):
        notes.append("logprobs were asked for and the server gave none that can be read")
        return ()
    return whole


def _token(item: object) -> TokenLogprob | None:
    own = _pair(item)
    if own is None or not isinstance(item, Mapping):
        return None
    top = item.get("top_logprobs")
    pairs = [_pair(other) for other in top] if isinstance(top, list) else []
    return TokenLogprob(own[0], own[1], tuple(pair for pair in pairs if pair is not None))


def _pair(item: object) -> tuple[str, float] | None:
    if not isinstance(item, Mapping):
        return None
    token, value = item.get("token"), item.get("logprob")
    if not isinstance(token, str) or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if math.isnan(value):
        return None
    return _whole(token), float(max(min(value, 0.0), _LOWEST))


def _cut_at_stop(
    text: str, item: Mapping[str, object], stops: Sequence[str], notes: list[str]
) -> tuple[str, str]:
    """Leave out a stop text that the server left in, and say which one was hit, if it is known."""
    hits = [(text.find(stop), stop) for stop in stops if stop and stop in text]
    if hits:
        at, stop = min(hits, key=lambda hit: (hit[0], -len(hit[1])))
        if at + len(stop) < len(text):
            notes.append(f"the server went past the stop text {stop!r}: cut there")
        return text[:at], stop
    for name in ("stop_reason", "matched_stop"):  # vLLM's and SGLang's
        told = item.get(name)
        if isinstance(told, str) and told in stops:
            return text, told
    return text, ""
