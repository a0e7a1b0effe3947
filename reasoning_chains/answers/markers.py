r"""Finds where a reply announces its answer ("the answer is", 答案是); it reads no value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from reasoning_chains.answers.boxed import BOXES, box_at

__all__ = ["Marker", "Pick", "markers"]

Pick = Literal["first", "last"]
Form = Literal["phrase", "box", "hash", "line", "arrow", "cut"]
MOST = 200  # how many places that look like a marker are tried: bounds the work on hostile text
_LINKS = (
    *("would be", "will be", "should be", "must be", "has to be", "is equal to", "is given by"),
    *("comes out to", "is", "are", "was", "equals", "being"),
)
_ASIDE_WORDS = (
    "to for in of choice option here then therefore thus value letter key that we you now also "
    "simply still again number"
)
_ASIDES = frozenset(_ASIDE_WORDS.split())
_VERB_WORDS = "to can could will would must should please i we you they cannot"
_VERBS_BEFORE = frozenset(_VERB_WORDS.split())
_CHINESE_LINKS = (
    *("应该是", "应该为", "应当是", "应为", "应是", "就是", "等于", "即为", "选择"),
    *("是", "为", "选", "即", ":", "="),
)
_QUIET = " \t\r*_`>\"'"


class Marker(NamedTuple):
    """An announcement: where it begins, and where the answer's own text begins.

    `end` is where that text ends, -1 where only its reader can tell. A "cut" form is a box that
    was never closed; weak are "hash" (`####`), "line" (a line that begins with `A:`) and "arrow"
    (`=>` at the beginning of a line or behind a sentence).
    """

    start: int
    value: int
    end: int = -1
    form: Form = "phrase"


def markers(low: str, pick: Pick, *, kind: str = "") -> Iterator[Marker]:
    """Give the announcements in a folded, small-lettered text, beginning from the end for "last".

    Args:
        low: The text; it begins with a line break.
        pick: From which end.
        kind: The kind of answer: phrases that announce an option count for a choice only, and
            arrows for words only.
    """
    anchors = _OF_KIND.get(kind, _ANCHORS)
    for place, anchor in _places(low, tuple(anchors), pick):
        found = anchors[anchor](low, place)
        if found is not None:
            yield found


def _places(low: str, anchors: tuple[str, ...], pick: Pick) -> Iterator[tuple[int, str]]:
    """Give the anchors' places in order, looking at each stretch of text once an anchor."""
    last = pick == "last"
    places = {anchor: low.rfind(anchor) if last else low.find(anchor) for anchor in anchors}
    for _ in range(MOST):
        left = [(place, anchor) for anchor, place in places.items() if place != -1]
        if not left:
            return
        place, anchor = max(left) if last else min(left)
        yield place, anchor
        places[anchor] = low.rfind(anchor, 0, place) if last else low.find(anchor, place + 1)


def skip(low: str, place: int, quiet: str = _QUIET, most: int = 200) -> int:
    """Pass over quiet characters, at most some hundred."""
    stop = min(len(low), place + most)
    while place < stop and low[place] in quiet:
        place += 1
    return place


def _behind(low: str, place: int) -> int:
    """Pass over what may stand between a link and the value: emphasis and one colon."""
    place = skip(low, place)
    return skip(low, place + 1) if low[place : place + 1] == ":" else place


def _english(low: str, place: int) -> Marker | None:
    """Read "answer", "answers" and the link after it."""
    if _letter(low, place - 1):
        return None
    end = place + len("answer")
    end += low[end : end + 1] == "s"
    if _letter(low, end):
        return None
    end = skip(low, end)
    if low[end : end + 1] in (":", "="):
        return Marker(place, skip(low, end + 1))
    if low[end : end + 1] == "\n":
        return Marker(place, end) if _heading(low, place) else None
    if _word_before(low, place) in _VERBS_BEFORE:
        return None
    return _linked(low, place, end)


def _linked(low: str, place: int, end: int) -> Marker | None:
    """Read "is", at once or after words such as "to the question"."""
    rest = low[end : end + 120].partition("\n")[0].partition(". ")[0]
    value = _link_length(rest)
    if value:
        return Marker(place, _behind(low, end + value))
    first = rest.lstrip(",( ").partition(" ")[0].strip(",:")
    if not (rest[:1] in ("(", ",") or first in _ASIDES):
        return None
    here = 0
    while True:
        here = min(
            (at for at in (rest.find(" ", here), rest.find(":", here)) if at != -1), default=-1
        )
        if here == -1:
            return None
        if rest[here] == ":":
            return Marker(place, skip(low, end + here + 1))
        here += 1
        value = _link_length(rest[here:])
        if value:
            return Marker(place, _behind(low, end + here + value))


def _link_length(rest: str) -> int:
    """Measure the link that a text begins with; of "isn't" and "cannot", the "not" stays behind."""
    if rest.startswith(("isn't", "can't", "cannot")):
        return 3 if rest.startswith("cannot") else 2
    for link in _LINKS:
        if rest.startswith(link) and not _letter(rest, len(link)):
            return len(link)
    return 0


def _option(low: str, place: int) -> Marker | None:
    """Read "option is B", "choice: B"; "option B" alone announces nothing."""
    end = skip(low, place + len("option"))
    if low[end : end + 1] == ":":
        return Marker(place, skip(low, end + 1))
    value = _link_length(low[end : end + 20])
    return Marker(place, _behind(low, end + value)) if value else None


def _choose(low: str, place: int) -> Marker | None:
    """Read "I choose B", "we pick (C)", "go with D"."""
    if _letter(low, place - 1):
        return None
    anchor = next(word for word in _CHOOSING if low.startswith(word, place))
    return Marker(place, skip(low, place + len(anchor)))


def _chinese(low: str, place: int) -> Marker | None:
    """Read 答案 and the link after it: 答案是, 答案为, 答案：, 答案应该是, 答案不是."""
    here = skip(low, place + 2)
    stop = min(len(low), here + 24)
    if low[here : here + 1] == "\n":
        return Marker(place, here) if _heading(low, place) else None
    while here < stop and low[here] not in "，。\n；、":
        if low.startswith(("不", "并非", "无法", "未知", "没有"), here):
            return Marker(place, here)
        for link in _CHINESE_LINKS:
            if low.startswith(link, here):
                return Marker(place, _behind(low, here + len(link)))
        here += 1
    after = skip(low, place + 2)
    return Marker(place, after) if low[after : after + 1] in tuple("0123456789(-$\\") else None


def _chinese_reply(low: str, place: int) -> Marker | None:
    """Read 答： at the beginning of a line or sentence."""
    return Marker(place, skip(low, place + 2)) if low[place - 1] in "\n 。，,;；回*" else None


def _chinese_choice(low: str, place: int) -> Marker | None:
    """Read 选B, 故选B, 选择（B）; 选项 alone announces nothing."""
    here = place + 1
    for more in ("择", "项是", "项为", "项:"):
        if low.startswith(more, here):
            here += len(more)
            break
    here = skip(low, here)
    here += low[here : here + 1] == ":"
    here = skip(low, here)
    letter = low[here : here + 1]
    return Marker(place, here) if letter in ("(", "[") or "a" <= letter <= "z" else None


def _box(low: str, place: int) -> Marker | None:
    box = box_at(low, place)
    if box is None:
        return Marker(place, len(low), len(low), "cut")
    start = low.index(box.content, place) if box.content else box.end
    return Marker(place, start, start + len(box.content), "box")


def _hash(low: str, place: int) -> Marker | None:
    if low[place - 1] == "#" or low[place + 4 : place + 5] == "#":
        return None
    return Marker(place, skip(low, place + 4), form="hash")


def _short(low: str, place: int) -> Marker | None:
    """Read "Ans: 5" and "Ans. 5"."""
    end = place + 4
    return Marker(place, skip(low, end + 1)) if low[end : end + 1] in (":", ".", "=") else None


def _line(low: str, place: int) -> Marker | None:
    return Marker(place, skip(low, place + 3), form="line")


def _arrow(low: str, place: int) -> Marker | None:
    """Read "=> le" and "==> le", where a line or a sentence has ended before it."""
    before = low[max(0, place - 12) : place].rstrip("=" + _QUIET)
    if not before.endswith(_ENDED) or before.endswith(".."):
        return None
    return Marker(place, skip(low, place + 2), form="arrow")


def _heading(low: str, place: int) -> bool:
    """Tell whether nothing but "the final" and signs stand before a word on its line."""
    before = low[max(0, place - 60) : place].rpartition("\n")
    words = before[2].replace("#", " ").replace("*", " ").replace("_", " ").split()
    return bool(before[1]) and all(word in _HEADING_WORDS for word in words)


def _word_before(low: str, place: int) -> str:
    words = low[max(0, place - 24) : place].rsplit(None, 1)
    return words[-1].strip("*_\"'(") if words else ""


def _letter(low: str, place: int) -> bool:
    char = low[place : place + 1] if place >= 0 else ""
    return char.isalpha() and char.isascii()


_HEADING_WORDS = frozenset({"the", "final", "my", "correct", "最终", "正确"})
_ENDED = ("\n", ".", "!", "?", ":", "。")
_CHOOSING = ("choose ", "pick ", "select ", "go with ")
_ANCHORS: dict[str, Callable[[str, int], Marker | None]] = {
    "answer": _english,
    **dict.fromkeys(BOXES, _box),
    "####": _hash,
    "答案": _chinese,
    "答:": _chinese_reply,
    "\nans": _short,
    "\na:": _line,
}
_CHOICE_ANCHORS: dict[str, Callable[[str, int], Marker | None]] = {
    **{anchor: reader for anchor, reader in _ANCHORS.items() if anchor != "\na:"},
    "option": _option,
    "choice": _option,
    **dict.fromkeys(_CHOOSING, _choose),
    "选": _chinese_choice,
}
_OF_KIND = {"choice": _CHOICE_ANCHORS, "text": {**_ANCHORS, "=>": _arrow}}
