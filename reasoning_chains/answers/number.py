"""Reads the one number that a reply answers with; it knows no other kind of answer."""

from __future__ import annotations

from collections.abc import Iterator

from reasoning_chains.answers.announced import Stretch, stretches
from reasoning_chains.answers.markers import Pick
from reasoning_chains.answers.numeral import Numeral, numerals
from reasoning_chains.answers.reply import Reply, clause_end
from reasoning_chains.answers.statement import Outcome, asserted, stated

__all__ = ["read_number"]

_WINDOW = 2_000  # how much is read at once when looking for the last number
_TRIES = 16
_RETRACTIONS = (
    "wait",
    "actually",
    "correction",
    "mistake",
    "sorry",
    "不对",
    "等等",
    "更正",
    "错了",
)
_RESTATEMENTS = (
    *("should be", "must be", "it is ", "it's ", "that is ", "is actually ", "instead"),
    *("应该是", "应为", "应是", "其实是", "而是"),
)


def read_number(reply: Reply, pick: Pick = "last") -> str | None:
    """Read the announced number, else (without any announcement) the last or first one.

    An announced answer that is no one number (a range, two numbers, a formula, one cut in the
    middle) is unparsed: another number of the reply would be a guess.
    """
    lead = _lead(reply) if pick == "first" else Outcome(False)
    if lead.leads and not reply.low[1:2].isalpha():
        return lead.text
    floor = 0
    for stretch in _strong_first(reply, pick):
        outcome = _announced(reply, stretch)
        if outcome.found:
            return _corrected(reply, stretch, outcome) if pick == "last" else outcome.text
        if stretch.form != "hash":
            floor = max(floor, stretch.marker)
    if lead.leads:
        return lead.text
    return _unannounced(reply.low[floor:] if pick == "last" else reply.low, pick)


def _lead(reply: Reply) -> Outcome:
    """Read the sentence with which a reply to "the answer is" begins."""
    return stated(reply.low[1 : clause_end(reply.low, 1, len(reply.low))])


def _strong_first(reply: Reply, pick: Pick) -> Iterator[Stretch]:
    """Give the announcements, and only behind all of them the lines that begin with `A:`."""
    weak: list[Stretch] = []
    for stretch in stretches(reply, pick):
        if stretch.form == "line":
            weak.append(stretch)
        else:
            yield stretch
    yield from weak


def _announced(reply: Reply, stretch: Stretch) -> Outcome:
    text = reply.low[stretch.start : stretch.sentence]
    outcome = stated(text)
    if stretch.form == "cut":
        return Outcome(True)
    if stretch.form == "hash":
        label = reply.low[stretch.sentence : stretch.sentence + 2] == ". "
        return outcome if outcome.leads and not label else Outcome(False)
    if stretch.form == "box" and text.strip() and not outcome.found:
        return Outcome(True)
    return outcome


def _corrected(reply: Reply, stretch: Stretch, outcome: Outcome) -> str | None:
    """Follow a retraction after the announced number ("Wait, it should be 8")."""
    rest = reply.low[max(stretch.sentence, len(reply.low) - _WINDOW) :]
    taken_back = max((rest.rfind(word) for word in _RETRACTIONS), default=-1)
    if taken_back == -1:
        return outcome.text
    place, phrase = max((rest.rfind(phrase, taken_back), phrase) for phrase in _RESTATEMENTS)
    if place == -1:
        return outcome.text
    start = place + len(phrase)
    again = stated(rest[start : clause_end(rest, start, len(rest))])
    return again.text if again.leads else outcome.text


def _unannounced(low: str, pick: Pick) -> str | None:
    if pick == "first":
        return next((number.text or None for number in numerals(low[:_WINDOW])), None)
    if low.rstrip(" \t\r\n$*")[-1:] in ("=", "+", "×", "*", "/", "≈"):
        return None  # cut in the middle of an equation: its last number is an operand
    end = len(low)
    for _ in range(_TRIES):
        start = _window_start(low, end)
        found = _last(low[start:end]) if start >= 0 else None
        if found is not None or start <= 0:
            return found
        end = start
    return None


def _window_start(low: str, end: int) -> int:
    """Find a space to begin at; -1 where one word fills the window, for no number is that long."""
    start = end - _WINDOW
    return 0 if start <= 0 else max(low.find(" ", start, end), low.find("\n", start, end))


def _last(text: str) -> str | None:
    """Take the last number that is neither denied nor the label of a list's item."""
    label: str | None = None
    kept: str | None = None
    for number in asserted(text, list(numerals(text))):
        if number.value is None:
            continue
        if _is_label(text, number):
            label = number.text
        else:
            kept = number.text
    return kept if kept is not None else label


def _is_label(text: str, number: Numeral) -> bool:
    """Tell whether a number begins a line, before a stop and more text: "3. Then"."""
    line = text[: number.start].rpartition("\n")[2].strip("*# ")
    after = text[number.end : number.end + 3]
    return (
        (not line or line == "step")
        and after[:1] in (".", ")", ":")
        and after[1:].strip(" *") != ""
    )
