"""Reads a judgement, correct or incorrect, and its score from a reply; it knows no verifier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reasoning_chains.answers.reply import clause_end, prepare

if TYPE_CHECKING:
    from reasoning_chains.answers.numeral import Numeral

__all__ = ["Verdict", "read_verdict"]

_WORDS = {
    **dict.fromkeys(
        ("correct", "right", "yes", "true", "valid", "pass", "passed", "accept", "accepted"), True
    ),
    **dict.fromkeys(
        ("incorrect", "wrong", "no", "false", "invalid", "fail", "failed", "reject", "rejected"),
        False,
    ),
    **dict.fromkeys(("mistaken", "erroneous", "flawed"), False),
}
_CHINESE = (
    *(("没有错误", True), ("没有错", True), ("没错", True), ("无误", True), ("错了", False)),
    *(("都对", True), ("不正确", False), ("不对", False), ("错误", False)),
    *(("有误", False), ("不成立", False), ("正确", True), ("是对的", True)),
)
_PHRASES = (
    *("no errors", "no error", "no mistakes", "no mistake", "no issues", "nothing wrong"),
    *("nothing is wrong", "no step is wrong", "none is wrong", "none of the steps is wrong"),
)
"""What finds nothing wrong in the words of a finding."""
_BEFORE_RIGHT = frozenset(("is", "are", "was", "were", "all", "looks", "seems", "be", "not"))
_ONE_STEP = ("step ", "第", "步骤")
_NOT = frozenset(("not", "isn't", "isnt", "never", "cannot", "aren't", "wasn't", "hardly"))
_MARKS = (
    "verdict",
    "judgement",
    "judgment",
    "grade",
    "conclusion",
    "assessment",
    "decision",
    "判断",
    "评判",
    "结论",
    "判定",
)
_SCORES = ("score", "rating", "confidence", "probability", "分数", "评分", "得分", "置信度")
_SIGNS = " \t*_`\"'()[].,:;!=—-{}$\\"
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judgement; each part is `None` where the reply does not give it.

    `score` is 0.8 for 8/10, 80% and 0.8; a number without a stated maximum stays as written.
    """

    correct: bool | None
    score: float | None = None


def read_verdict(text: str) -> Verdict | None:
    """Read the announced judgement, else that of the reply's last or first line.

    Words of both kinds in one line are no judgement, and one step that is right is none where
    another is wrong.
    """
    reply = prepare(text)
    low = reply.low.rstrip()
    score = _score(low)
    correct = _announced(low)
    if correct is None:
        lines = low[-_LONGEST:].strip().rsplit("\n", 1)
        first = low[1:_LONGEST].partition("\n")[0]
        correct = _judged_line(lines[-1], low)
        correct = _judged_line(first, low) if correct is None else correct
    return None if correct is None and score is None else Verdict(correct, score)


def _announced(low: str) -> bool | None:
    """Read what stands behind the last "Verdict:"."""
    place, mark = max((low.rfind(mark), mark) for mark in _MARKS)
    if place == -1:
        return None
    start = place + len(mark)
    return _judged(
        low[start : clause_end(low, start + 1, len(low))].strip() or low[start : start + 80]
    )


def _judged_line(line: str, low: str) -> bool | None:
    """Judge a line; "step 1 is right" speaks for the whole only where nothing speaks against."""
    correct = _judged(line)
    if correct and line.strip(_SIGNS).startswith(_ONE_STEP) and "\n" in low.strip():
        return _judged(low.strip().replace("\n", " ; ")[-_LONGEST:])
    return correct


def _judged(line: str) -> bool | None:
    """Judge a sentence by its words: "not correct" is incorrect, both kinds are neither."""
    said: set[bool] = set()
    for phrase in _PHRASES:
        if phrase in line:
            said.add(True)
            line = line.replace(phrase, " ")
    first = line.strip(_SIGNS).split(None, 1)[:1]
    if first and first[0].strip(_SIGNS) in _WORDS:
        return _WORDS[first[0].strip(_SIGNS)]
    said |= _worded(line[-_LONGEST:].split())
    for words, value in _CHINESE:
        if words in line:
            said.add(value)
            line = line.replace(words, " ")
    return said.pop() if len(said) == 1 else None


def _worded(words: list[str]) -> set[bool]:
    """Judge by words; "right" counts where it ends a clause behind "is", and turns no corner."""
    said: set[bool] = set()
    denied, before = False, ""
    for place, word in enumerate(words):
        bare = word.strip(_SIGNS)
        ends = place + 1 == len(words) or word[-1] in ".,;:!)"
        counts = bare != "right" or (ends and (denied or before in _BEFORE_RIGHT))
        if bare in _WORDS and bare not in ("yes", "no") and counts:
            said.add(_WORDS[bare] is not denied)
        before = bare
        denied = (
            bare in _NOT
            or bare.endswith("n't")
            or (denied and bare in ("entirely", "quite", "fully", "the", "a"))
        )
    return said


def _score(low: str) -> float | None:
    place, mark = max((low.rfind(mark), mark) for mark in _SCORES)
    if place == -1:
        return None
    text = low[place + len(mark) : place + len(mark) + 60].partition("\n")[0].partition("。")[0]
    from reasoning_chains.answers.numeral import numerals

    numbers = [number for number in numerals(text) if number.value is not None]
    return _fraction_of(text, numbers) if numbers else None


def _fraction_of(text: str, numbers: list[Numeral]) -> float | None:
    first = numbers[0]
    if first.value is None or abs(first.value) > 10**6:
        return None
    if first.percent:
        return float(first.value / 100)
    second = numbers[1] if len(numbers) > 1 else None
    between = text[first.end : second.start].strip() if second is not None else ""
    if second is not None and second.value and between in ("/", "out of", "of"):
        return float(first.value / second.value)
    return float(first.value)
