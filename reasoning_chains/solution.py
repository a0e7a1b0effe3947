"""What a chain gives back, and the events of its making; it knows nothing of how it was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from reasoning_chains.trace import Span, Trace
from reasoning_chains.types import Completion, Usage

__all__ = [
    "ActStarted",
    "Answered",
    "AskFailed",
    "AskStarted",
    "Candidate",
    "Event",
    "ObservationArrived",
    "Reply",
    "ReplyArrived",
    "Solution",
    "StopReason",
    "TextDelta",
    "VoteCounted",
    "unanswered",
]

StopReason: TypeAlias = Literal["answered", "budget", "unparsed", "length", "refused", "failed"]


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply as a chain sees it: `parsed` by the template's contract, `answer` if it has one.

    `value` is the validated value of a `json` problem; `unfit` says why there is none; `mean` is
    the mean log-probability where the tokens themselves are not at hand.
    """

    text: str
    answer: str | None = None
    parsed: Any = None
    completion: Completion = field(default_factory=lambda: Completion(""))
    value: Any = None
    unfit: str = ""
    mean: float | None = None

    def after(self, earlier: Reply) -> Reply:
        """Give this reply's answer with the text of the one that it was drawn from before it."""
        tokens = earlier.completion.logprobs + self.completion.logprobs
        completion = replace(self.completion, logprobs=tokens)
        return replace(self, text=f"{earlier.text}\n{self.text}", completion=completion)

    @property
    def logprob(self) -> float | None:
        """The mean log-probability of its tokens, where the backend gave them."""
        tokens = self.completion.logprobs
        return sum(token.logprob for token in tokens) / len(tokens) if tokens else self.mean


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of the answers that a chain weighed; `answer` is None where none was read.

    `usage` is what finding it used, by itself; `logprob` as of a `Solution`.
    """

    answer: str | None
    text: str
    weight: float = 1.0
    stop_reason: StopReason = "answered"
    usage: Usage = Usage()
    logprob: float | None = None


@dataclass(frozen=True, slots=True)
class Solution:
    """An answer with the text that led to it, and what is known of it.

    Args:
        answer: The answer as read, or None where none was found: never a guess.
        text: The reply that holds the answer.
        confidence: From 0 to 1, or None where nothing measured it.
        candidates: The answers that were weighed, in the order of their samples.
        usage: What the reasoning used, each sample counted as if asked alone.
        bill: What was bought for it.
        stop_reason: `answered`, or why there is no (better) answer.
        trace: The tree of what happened.
        value: The validated value of a `json` problem with a schema.
        logprob: The mean natural log-probability of the tokens of `text`, where it was asked for.
    """

    answer: str | None
    text: str = ""
    confidence: float | None = None
    candidates: tuple[Candidate, ...] = ()
    usage: Usage = Usage()
    bill: Usage = Usage()
    stop_reason: StopReason = "answered"
    trace: Trace = field(default_factory=lambda: Trace(Span("solve", "")), repr=False)
    value: Any = None
    logprob: float | None = None

    def reply(self) -> Reply:
        """Give it as a reply, for a chain that goes on from it."""
        return Reply(self.text, self.answer, value=self.value, mean=self.logprob)


@dataclass(frozen=True, slots=True)
class AskStarted:
    """A template was rendered and is about to be sent."""

    path: tuple[str | int, ...]
    template: str


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of a reply, as it is written; `reasoning` marks native thinking.

    With `anew` the reply broke off and begins again: the pieces before it are void.
    """

    path: tuple[str | int, ...]
    text: str
    reasoning: bool = False
    anew: bool = False


@dataclass(frozen=True, slots=True)
class ReplyArrived:
    """A whole reply was read."""

    path: tuple[str | int, ...]
    reply: Reply


@dataclass(frozen=True, slots=True)
class AskFailed:
    """No reply came, or not all of it; `error` says why."""

    path: tuple[str | int, ...]
    error: str


@dataclass(frozen=True, slots=True)
class ActStarted:
    """A tool is about to be called, with arguments as the model wrote them."""

    path: tuple[str | int, ...]
    tool: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ObservationArrived:
    """A tool gave a result, or said why there is none."""

    path: tuple[str | int, ...]
    tool: str
    text: str


@dataclass(frozen=True, slots=True)
class VoteCounted:
    """A vote was counted (again): the leading answer so far and the votes of each."""

    path: tuple[str | int, ...]
    answer: str | None
    votes: dict[str, float]


@dataclass(frozen=True, slots=True)
class Answered:
    """The chain is done; always the last event."""

    solution: Solution


Event: TypeAlias = (
    AskStarted
    | TextDelta
    | ReplyArrived
    | AskFailed
    | ActStarted
    | ObservationArrived
    | VoteCounted
    | Answered
)

_GRAVE: tuple[StopReason, ...] = ("budget", "refused", "length")
_FINISHES: dict[str, StopReason] = {"length": "length", "content_filter": "refused"}


def unanswered(candidates: Sequence[Candidate], reply: Reply | None) -> StopReason:
    """Say why there is no answer: the gravest reason of the candidates, else the last reply's."""
    reasons = {candidate.stop_reason for candidate in candidates}
    for reason in _GRAVE:
        if reason in reasons:
            return reason
    return _FINISHES.get(reply.completion.finish, "unparsed") if reply else "unparsed"
