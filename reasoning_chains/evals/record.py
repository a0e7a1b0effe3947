"""What became of one item, as one line of a file; it knows no folder and counts nothing."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from reasoning_chains.evals.item import Item
from reasoning_chains.evals.score import Outcome, Score
from reasoning_chains.solution import Candidate, Solution, StopReason
from reasoning_chains.usage import Usage

__all__ = ["Ballot", "Bill", "Record", "recorded"]

_NOTE = 500
"""Characters of a note that are kept: it is for a reader, who has the trace for the rest."""


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bill(_Line):
    """What was bought for an item: nothing, where the store had it.

    `lost` are replies that may have been billed and did not arrive, nor their counts.
    """

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    money: float = 0.0
    reasoning_tokens: int = 0
    lost: int = 0


class Ballot(_Line):
    """The answer of one candidate that a chain weighed.

    Calls and tokens are those of finding it, by itself; `logprob` is the mean natural
    log-probability of its tokens, where that was asked for. `text` is kept where that was asked
    for, and `cut` says whether it ended by its length.
    """

    answer: str | None
    weight: float = 1.0
    stop_reason: StopReason = "answered"
    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0
    logprob: float | None = None
    text: str = ""
    cut: bool = False


class Record(_Line):
    """What became of one item in one cell.

    `calls` and tokens are those of the reasoning, each sample counted as if asked alone, and
    `money` what that costs; `reasoning_tokens` are those completion tokens that were native
    thinking, as far as the backend tells; `scoring_tokens` are those of a scorer that asks a
    model. `seconds` are wall-clock time, waiting for the backend's pace included. `row` is that of
    the item, so that a run which goes on need not read it again. `replies` are kept where the
    scorer reads those. `text` is kept where texts were asked for and there are no candidates, which
    have theirs; `cut` says whether it ended by its length.
    """

    id: str
    row: int = Field(ge=1, le=10**10)
    target: str
    outcome: Outcome
    value: float = Field(default=0.0, ge=0, le=1)
    answer: str | None = None
    groups: dict[str, str] = Field(default_factory=dict)
    stop_reason: StopReason | Literal[""] = ""
    note: str = ""
    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0
    scoring_tokens: int = 0
    money: float = 0.0
    bill: Bill = Bill()
    seconds: float = 0.0
    candidates: tuple[Ballot, ...] = ()
    replies: tuple[str, ...] = ()
    text: str = ""
    cut: bool = False

    def line(self) -> bytes:
        """Give the record as one line of JSON."""
        return self.model_dump_json(exclude_defaults=True).encode() + b"\n"


def recorded(
    item: Item,
    groups: dict[str, str],
    score: Score,
    solution: Solution | None = None,
    money: float = 0.0,
) -> Record:
    """Make the record of an item, of its score and of its solution, if it came to one."""
    told = solution or Solution(None, stop_reason="failed")
    return Record(
        id=item.id,
        row=item.row,
        target=_text(item.target),
        outcome=score.outcome,
        value=score.value,
        answer=None if told.answer is None else _text(told.answer),
        groups=groups,
        stop_reason=told.stop_reason,
        note=_text(score.note[:_NOTE]),
        calls=told.usage.calls,
        prompt_tokens=told.usage.prompt_tokens,
        completion_tokens=told.usage.completion_tokens,
        reasoning_tokens=told.usage.reasoning_tokens,
        money=money,
        bill=_bill(told.bill),
        candidates=tuple(map(_ballot, told.candidates)),
    )


def _ballot(one: Candidate) -> Ballot:
    answer = None if one.answer is None else _text(one.answer)
    return Ballot(
        answer=answer,
        weight=one.weight,
        stop_reason=one.stop_reason,
        calls=one.usage.calls,
        prompt_tokens=one.usage.prompt_tokens,
        completion_tokens=one.usage.completion_tokens,
        reasoning_tokens=one.usage.reasoning_tokens,
        logprob=one.logprob,
    )


def _bill(bill: Usage) -> Bill:
    return Bill(
        requests=bill.requests,
        prompt_tokens=bill.prompt_tokens,
        completion_tokens=bill.completion_tokens,
        money=bill.money,
        reasoning_tokens=bill.reasoning_tokens,
        lost=bill.lost,
    )


def _text(text: str) -> str:
    """Give what can be written: halves of surrogate pairs, which no encoding has, as escapes."""
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()
