"""One reply while it is being written: tokens in, text out; it knows no model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from reasoning_chains.answers.thinking import split_thinking
from reasoning_chains.backends.engine.sampling import Scored
from reasoning_chains.backends.engine.spelling import TextStream
from reasoning_chains.backends.engine.stops import StopWatch
from reasoning_chains.backends.engine.thinking import ThinkStream
from reasoning_chains.backends.engine.toolcalls import OPEN, split_tool_calls
from reasoning_chains.types import Completion, Delta, Finish, TokenLogprob, ToolCall, Usage

__all__ = ["Habits", "Reply"]


@dataclass(frozen=True, slots=True)
class Habits:
    """How a reply is read: its stop strings, and whether it may call tools and think natively.

    `calls` begins the ids of tool calls, "" where no tools were offered; `opened` says that the
    prompt left a `<think>` open.
    """

    stops: tuple[str, ...] = ()
    calls: str = ""
    thinks: bool = False
    opened: bool = False


class Reply:
    """Collects one reply's tokens.

    Args:
        stream: Spells the tokens.
        habits: How the text is read.
        piece: Spells a token that was not drawn.
    """

    def __init__(self, stream: TextStream, habits: Habits, piece: Callable[[int], str]) -> None:
        self._stream = stream
        self._habits = habits
        self._piece = piece
        self._stops = StopWatch(habits.stops)
        self._thinking = ThinkStream(opened=habits.opened) if habits.thinks else None
        self._calls = StopWatch((OPEN,) if habits.calls else ())
        self._text: list[str] = []
        self._shown = 0
        self._spelled = 0
        self._starts: list[int] = []
        self._tokens: list[tuple[int, TokenLogprob]] = []
        self.count = 0
        """Tokens drawn, those that ended the reply included."""

    @property
    def stopped(self) -> bool:
        """Whether a stop string was met."""
        return bool(self._stops.hit)

    def push(self, token: int, scored: Scored | None) -> None:
        """Take a token that is not an end."""
        self.count += 1
        piece = self._stream.push(token)
        self._starts.append(self._spelled)
        if scored is not None:
            top = tuple((self._piece(number), logprob) for number, logprob in scored.top)
            self._tokens.append((self._spelled, TokenLogprob(piece, scored.logprob, top)))
        self._spelled += len(piece)
        self._text.append(self._stops.push(piece))

    def end(self) -> None:
        """Count the token that ended the reply: it has no text."""
        self.count += 1

    def show(self) -> list[Delta]:
        """Give what may be shown of the reply by now and was not yet."""
        text = "".join(self._text[self._shown :])
        self._shown = len(self._text)
        if not text:
            return []
        deltas = [Delta(text=text)] if self._thinking is None else self._thinking.push(text)
        return [shown for delta in deltas for shown in self._gate(delta)]

    def flush(self) -> list[Delta]:
        """Give the deltas still held back: nothing more comes."""
        tail = self._stream.flush()
        if tail and self._tokens:  # half a character, which belongs to the token that cut it
            start, last = self._tokens[-1]
            self._tokens[-1] = (start, replace(last, token=last.token + tail))
        self._text.append(self._stops.push(tail) + self._stops.flush())
        deltas = self.show()
        if self._thinking is not None:
            deltas += [shown for delta in self._thinking.flush() for shown in self._gate(delta)]
        if held := ("" if self._calls.hit else self._calls.flush()):
            deltas.append(Delta(text=held))
        return deltas

    def completion(self, finish: Finish, usage: Usage, bill: Usage) -> Completion:
        """Give the whole reply, after `flush`."""
        text, habits = "".join(self._text), self._habits
        reasoning = ""
        calls: tuple[ToolCall, ...] = ()
        kept = len(text) if self.stopped else self._spelled + 1
        if habits.thinks:
            reasoning, text = split_thinking(("<think>" if habits.opened else "") + text)
            thinking = self._thought(text) if reasoning else 0
            usage, bill = (replace(one, reasoning_tokens=thinking) for one in (usage, bill))
        if habits.calls:
            parted = split_tool_calls(text, habits.calls)
            text, calls = parted.text, parted.calls
        return Completion(
            text=text,
            reasoning=reasoning,
            tool_calls=calls,
            logprobs=tuple(token for start, token in self._tokens if start < kept),
            finish="tool_calls" if calls else finish,
            stop_text=self._stops.hit,
            usage=usage,
            bill=bill,
        )

    def _thought(self, said: str) -> int:
        """Count the tokens before what was said; where that is in pieces, those of all but it."""
        left = sum(map(len, self._text)) - len(said)
        return sum(start < left for start in self._starts)

    def _gate(self, delta: Delta) -> list[Delta]:
        # A call's JSON is no text of the reply: from its mark on, nothing is shown.
        if not delta.text:
            return [delta]
        text = self._calls.push(delta.text)
        return [Delta(text=text)] if text else []
