"""Reads the number of the candidate that a reply chooses; it knows none of the candidates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from reasoning_chains.answers.reply import prepare

__all__ = ["read_chosen"]

_NAMES = ("candidate", "response", "option", "solution", "answer")
_CHINESE_NAMES = ("候选", "答案", "回答", "回复", "选项", "响应", "方案", "第", "选")
_CHINESE_MORE = ("答案", "回答", "项", "的", "编号", "是", "为", "选", "第")
_QUIET = " \t*_`\"'#"
_LONGEST = 4
"""Digits: nobody chooses among more than some thousand candidates."""
_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_HAN = "一二三四五六七八九十"
_LINKS = ("is", "be", "choose", "chose", "select", "pick", "prefer", "was")
_CHINESE_LINKS = ("是", "选择", "选", "为")
_RIGHT = (
    *("is right", "is correct", "is most", "is best", "is chosen", "wins"),
    *("is the most", "is the best", "is the right", "is the correct", "is the one"),
)
_CHINESE_RIGHT = ("正确", "是正确", "是对", "最一致", "最好", "最佳", "对")
_WRONG = ("is not", "isn't", "is wrong", "is incorrect", "is false", "fails", "was wrong")
_CHINESE_WRONG = ("不", "错", "有误", "是错")


class _Mention(NamedTuple):
    """A candidate that is named; `clear` where the reply says that it is the one."""

    place: int
    number: int
    clear: bool


def read_chosen(text: str) -> int | None:
    """Read the number behind "candidate", "Response", 候选 or 答案; the last announced one.

    One that is said to be right, or is behind "is" or "choose", goes before one that is only
    named; one that is said to be wrong does not count. A reply that is a number alone is it.
    """
    low = prepare(text).low
    named = list(_mentions(low))
    clear = [mention for mention in named if mention.clear]
    if clear or named:
        return max(clear or named).number
    return _alone(low) if "\n" not in low.strip() else _alone(low.strip().rpartition("\n")[2])


def _mentions(low: str) -> Iterator[_Mention]:
    """Give what is named and not said to be wrong."""
    for name in (*_NAMES, *_CHINESE_NAMES):
        place = low.find(name)
        while place != -1:
            mention = _mention(low, place, name)
            if mention is not None:
                yield mention
            place = low.find(name, place + len(name))


def _mention(low: str, place: int, name: str) -> _Mention | None:
    number, end = _numbered(low, place + len(name), name)
    before = low[max(0, place - 24) : place].rstrip(_QUIET + "(")
    after = low[end : end + 24].lstrip(_QUIET + ")].")
    if number is None or before.endswith((" not", "非", "不是")):
        return None
    if name == "第" and not low.startswith(("个候选", "个回答", "个答案", "个选项"), end):
        return None
    if after.startswith((*_WRONG, *_CHINESE_WRONG)):
        return None
    word = before.rpartition(" ")[2].rpartition("\n")[2].rstrip(":")
    linked = word in _LINKS or before.endswith(("go with", *_CHINESE_LINKS))
    linked = linked and not before.endswith("因为")
    return _Mention(place, number, linked or after.startswith((*_RIGHT, *_CHINESE_RIGHT)))


def _numbered(low: str, place: int, name: str) -> tuple[int | None, int]:
    """Read the number that follows a name; the answer itself may be a number, and is none."""
    chinese = name in _CHINESE_NAMES
    for more in _CHINESE_MORE if chinese else ():
        place += len(more) if low.startswith(more, place) and more != "是" * (name == "答案") else 0
    if name == "answer":
        place += len(" is") if low.startswith(" is", place) else 0
        if not low[place : place + 8].lstrip(_QUIET + ":").startswith("("):
            return None, place
    if not chinese and low[place : place + 1].isalpha():
        return None, place  # "responses 1 and 2" chooses none of them
    for sign in (" number", " no."):
        place += len(sign) if low.startswith(sign, place) else 0
    place += len(low[place : place + 8]) - len(low[place : place + 8].lstrip(_QUIET + ":(["))
    return _number(low, place)


def _number(low: str, place: int) -> tuple[int | None, int]:
    digits = low[place : place + _LONGEST + 1]
    count = next((at for at, char in enumerate(digits) if char not in "0123456789"), len(digits))
    if 0 < count <= _LONGEST:
        end = place + count
        part = low[end : end + 1] in ".," and low[end + 1 : end + 2].isdecimal()
        return (None, end) if part else (int(digits[:count]), end)
    if digits and digits[0] in _HAN and (len(digits) == 1 or digits[1] not in _HAN):
        return _HAN.index(digits[0]) + 1, place + 1
    for value, word in enumerate(_WORDS, 1):
        end = place + len(word)
        if low.startswith(word, place) and not low[end : end + 1].isalpha():
            return value, end
    return None, place


def _alone(line: str) -> int | None:
    """Read a line that is nothing but a number, such as "2", "(2)" or "**2.**"."""
    bare = line.strip(_QUIET + "()[].:。\n\r")
    number, end = _number(bare, 0)
    return number if bare and end == len(bare) else None
