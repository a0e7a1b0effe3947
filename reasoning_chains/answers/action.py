"""Reads the first thought and action of a ReAct reply; it knows no tools and runs none."""

from __future__ import annotations

from dataclasses import dataclass

from reasoning_chains.answers.folding import fold, lower

__all__ = ["Action", "read_action"]

_MARKS = ("action", "行动", "动作")
_ANSWERS = ("final answer:", "最终答案:")
_INPUTS = ("action input", "行动输入", "动作输入")
_THOUGHTS = ("thought", "思考", "想法")
_STOPS = ("observation", "观察", "thought", "思考", "action", "行动", "动作", "final answer")
_SIGNS = " \t*_`#>"
_MOST = 2_000  # words that look like a mark are tried: bounds the work on hostile text
_CLOSING = {"[": "]", "(": ")"}


@dataclass(frozen=True, slots=True)
class Action:
    """A tool call as text: the thought before it, the tool's name, its input.

    `end` is where the action ends in the reply: whatever stands behind it (an observation that the
    model made up, a second action) is no part of the run.
    """

    thought: str
    tool: str
    argument: str
    end: int


def read_action(text: str) -> Action | None:
    """Read `Action: Tool[input]`, `Action 3: Tool[input]`, or `Action:` with `Action Input:`.

    `Final Answer: x` is read as the tool Finish (arXiv:2210.03629). Only the first one counts, and
    only before the first observation. An input whose bracket never closes is unparsed: the reply
    was cut, and half an input must not be run.
    """
    low = "\n" + lower(fold(text))
    limit = _line_of(low, ("observation", "观察"), 0, len(low))
    start = 0
    for _ in range(_MOST):
        start = _line_of(low, (*_MARKS, *_ANSWERS), start, limit)
        if start == limit:
            break
        line = _past_signs(low, start + 1, limit)
        found = _at(text, low, line, limit)
        if found is not None:
            tool, argument, stop = found
            return Action(_thought(text[: max(0, start - 1)]), tool, argument, stop - 1)
        if _behind_mark(low, line):
            break
        start += 1
    return None


def _past_signs(low: str, start: int, end: int) -> int:
    while start < end and low[start] in _SIGNS:
        start += 1
    return start


def _behind_mark(low: str, line: int) -> int:
    """Find where the value behind `Action 3:` begins; 0 where the line is none."""
    mark = next((mark for mark in _MARKS if low.startswith(mark, line)), "")
    if not mark:
        return 0
    here = line + len(mark)
    while low[here : here + 1] in tuple(" 0123456789*_"):
        here += 1
    if low[here : here + 1] != ":":
        return 0
    here += 1
    while low[here : here + 1] in tuple(" \t*_`"):
        here += 1
    return here


def _at(text: str, low: str, line: int, limit: int) -> tuple[str, str, int] | None:
    """Read the action on the line that begins here: tool, input, and where they end."""
    for answer in _ANSWERS:
        if low.startswith(answer, line):
            start = line + len(answer)
            end = _line_of(low, _STOPS, start, limit)
            return "Finish", text[start - 1 : end - 1].strip(" \t\n*"), end
    here = _behind_mark(low, line)
    return _call(text, low, here, limit) if here else None


def _call(text: str, low: str, start: int, limit: int) -> tuple[str, str, int] | None:
    end = low.find("\n", start, limit)
    end = limit if end == -1 else end
    opened = min(
        (at for at in (low.find("[", start, end), low.find("(", start, end)) if at != -1),
        default=-1,
    )
    if opened == -1:
        return _two_lines(text, low, (start, end), limit)
    tool = text[start - 1 : opened - 1].strip(" \t*_`:")
    stop = _line_of(low, _STOPS, opened, limit)
    closed = _closing(low, opened, stop)
    if not tool or closed == -1:
        return None
    return tool, text[opened : closed - 1].strip(), closed + 1


def _closing(low: str, opened: int, limit: int) -> int:
    """Find the bracket that closes the input, inner ones being balanced; else the line's last."""
    left, right = low[opened], _CLOSING[low[opened]]
    depth, here, closes = 1, opened, low.find(right, opened, limit)
    while closes != -1:
        opens = low.find(left, here + 1, closes)
        here = closes if opens == -1 else opens
        depth += -1 if opens == -1 else 1
        if depth == 0:
            return here
        closes = low.find(right, here + 1, limit) if opens == -1 else closes
    end = low.find("\n", opened, limit)
    return low.rfind(right, opened, limit if end == -1 else end)


def _two_lines(
    text: str, low: str, line: tuple[int, int], limit: int
) -> tuple[str, str, int] | None:
    """Read `Action: tool`, with or without `Action Input: …` on the next line."""
    start, end = line
    tool = text[start - 1 : end - 1].strip(" \t*_`.")
    if not tool or len(tool) > 100:
        return None
    after = end
    while after < limit and low[after] in " \t\n*_`":
        after += 1
    mark = next((mark for mark in _INPUTS if low.startswith(mark, after)), "")
    colon = low.find(":", after, after + len(mark) + 8) if mark else -1
    if colon == -1:
        return tool, "", end
    stop = _line_of(low, _STOPS, colon, limit)
    return tool, text[colon : stop - 1].strip(" \t\n*"), stop


def _line_of(low: str, words: tuple[str, ...], start: int, limit: int) -> int:
    """Find the line break, from `start` on, before a line that begins with one of the words."""
    places = {word: low.find(word, start, limit) for word in words}
    for _ in range(_MOST):
        left = [(place, word) for word, place in places.items() if place != -1]
        if not left:
            return limit
        place, word = min(left)
        before = low[max(start, place - 20) : place].rstrip(_SIGNS)
        if before.endswith("\n"):
            return max(start, place - 20) + len(before) - 1
        places[word] = low.find(word, place + 1, limit)
    return limit


def _thought(text: str) -> str:
    """Leave out the label of a thought."""
    text = text.strip()
    low = lower(fold(text[:40])).lstrip("*_# ")
    if not low.startswith(_THOUGHTS):
        return text
    colon = fold(text[:40]).find(":")
    return text[colon + 1 :].strip(" *\n\t") if colon != -1 else text
