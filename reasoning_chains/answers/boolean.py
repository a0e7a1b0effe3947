"""Reads yes or no, true or false from a reply; it knows no other kind of answer."""

from __future__ import annotations

from reasoning_chains.answers.announced import stretches
from reasoning_chains.answers.markers import Pick
from reasoning_chains.answers.reply import Reply, lone_line

__all__ = ["TRUTH", "boolean_at", "read_boolean"]

TRUTH = {"yes": True, "no": False, "true": True, "false": False}
_WORDS = {
    **{word: word for word in TRUTH},
    **dict.fromkeys(("not true", "untrue"), "false"),
    "not false": "true",
    **dict.fromkeys(("不是", "否", "不"), "no"),
    **dict.fromkeys(("是的", "是"), "yes"),
    **dict.fromkeys(("不正确", "不对", "错误", "错", "假"), "false"),
    **dict.fromkeys(("正确", "对", "真"), "true"),
}
_BY_LENGTH = sorted(_WORDS, key=len, reverse=True)
_SIGNS = " \t*_`\"'([{$:：,"
_FILLERS = (
    "definitely ",
    "clearly ",
    "simply ",
    "probably ",
    "most likely ",
    "therefore ",
    "thus ",
)
_CHINESE_ENDS = " \n\t。，,.;；!！*)）\"'“”"
_LATEX = ("\\text{", "\\textbf{", "\\mathrm{", "\\boxed{", "\\(")
_GOING_ON = "because since as it this that these he she they we you there and but for so i in based"
_GOES_ON = frozenset(_GOING_ON.split())  # words that may follow a bare yes or no


def read_boolean(reply: Reply, pick: Pick = "last") -> str | None:
    """Read the announced word, else the whole reply where it is one short line that begins with it.

    A "no" inside a sentence is no answer. Chinese words are given as their English ones.
    """
    if pick == "first":
        lead = boolean_at(reply.low.strip().partition("\n")[0][:400])
        if lead is not None:
            return lead
    announced = False
    for stretch in stretches(reply, pick):
        answer = boolean_at(reply.low[stretch.start : min(stretch.line, stretch.start + 400)])
        if answer is not None:
            return answer
        announced = announced or stretch.form == "phrase"
    line = lone_line(reply)
    return None if line is None or announced else boolean_at(reply.low.strip())


def boolean_at(low: str) -> str | None:
    """Read the word with which a folded, small-lettered text begins."""
    low = low.lstrip(_SIGNS)
    for start in (*_LATEX, *_FILLERS):
        low = low.removeprefix(start).lstrip(_SIGNS)
    word = next((word for word in _BY_LENGTH if low.startswith(word)), "")
    return _WORDS[word] if word and _stands_alone(low[len(word) :], word) else None


def _stands_alone(rest: str, word: str) -> bool:
    """Tell whether the answer's word ends here, or a sentence goes on that it does not govern."""
    if not word.isascii():
        return not rest or rest[0] in _CHINESE_ENDS or rest in ("的", "的。") or rest[:2] == "的，"
    if rest[:1].isalnum() or rest[:1] in ("-", "'", "/", "_", "&"):
        return False
    words = rest.split(None, 2)
    if not rest[:1].isspace() or rest[0] == "\n" or not words:
        return True
    if words[0] in ("or", "and") and words[1:] and words[1].startswith(tuple(TRUTH)):
        return False
    first = words[0].strip(".,;:!?*)")
    return first in _GOES_ON or not words[0][0].isalnum() or word == "yes"
