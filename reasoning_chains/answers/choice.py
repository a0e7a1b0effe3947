"""Reads the chosen option's letter from a reply; it knows no other kind of answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from reasoning_chains.answers.announced import Stretch, stretches
from reasoning_chains.answers.folding import fold, lower
from reasoning_chains.answers.markers import Pick
from reasoning_chains.answers.reply import Reply, lone_line
from reasoning_chains.answers.statement import stated
from reasoning_chains.answers.trimming import sentence, trimmed

__all__ = ["option_letter", "read_choice"]

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MOST_BARE = 10  # without given options, letters after J count only in brackets
_SIGNS = " \t*_`\"'$:,"
_LATEX = ("\\text{", "\\textbf{", "\\mathrm{", "\\mathbf{", "\\boxed{", "\\(")
_FILLERS = (
    "option ",
    "choice ",
    "letter ",
    "the ",
    "definitely ",
    "clearly ",
    "选项",
    "选择",
    "选",
    "为",
)
_GOING_ON = "is because since as which and or would , . was in for with given based"
_GOES_ON = frozenset(_GOING_ON.split())
_LINKS = ("and", "or", "&", "/", ",", "和", "或", "与", "、", "，", "及")
_DENIALS = ("not ", "n't ", "不是", "并非")
_TURNS = ("but rather ", "but ", "而是", "it is ", "it's ")
_PRAISE = ("correct", "right", "the correct", "the right", "the best", "the answer", "true")


class _Read(NamedTuple):
    """A letter, or none of a text that does name letters but not one."""

    letter: str | None


def read_choice(reply: Reply, choices: Sequence[str] = (), pick: Pick = "last") -> str | None:
    """Read the announced letter or option's own text, else that of a reply of one short line."""
    if pick == "first":
        lead = _read(reply.text.strip().partition("\n")[0][:400], choices)
        if lead is not None:
            return lead.letter
    announced = False
    for stretch in stretches(reply, pick, kind="choice"):
        found = _stretch(reply, stretch, choices)
        if found is not None:
            return found.letter
        announced = announced or stretch.form == "phrase"
    line = lone_line(reply)
    if line is None or announced:
        return None
    found = _read(line, choices, lone=True)
    return found.letter if found is not None else None


def option_letter(text: str) -> str | None:
    """Read a text that is nothing but an option's letter, with or without brackets."""
    flat = fold(text).strip(" \t\n*_`\"'$.:)]([{}")
    return flat.upper() if len(flat) == 1 and flat.upper() in LETTERS else None


def _stretch(reply: Reply, stretch: Stretch, choices: Sequence[str]) -> _Read | None:
    if stretch.form in ("cut", "line"):
        return None
    start = stretch.start
    while start and reply.flat[start - 1] in "([":  # brackets before the value belong to it
        start -= 1
    return _read(reply.text[start : min(stretch.line, start + 1_000)], choices)


def _read(text: str, choices: Sequence[str], *, lone: bool = False) -> _Read | None:
    flat = fold(text)
    denial = next((word for word in _DENIALS if lower(flat[:6]).startswith(word)), None)
    if denial is not None:
        places = [(lower(flat).find(turn), turn) for turn in _TURNS if turn in lower(flat)]
        return _read(text[min(places)[0] + len(min(places)[1]) :], choices) if places else None
    own = _own_text(text, choices)
    if own is not None:
        return _Read(own)
    count = len(choices) or _MOST_BARE
    return _letter(flat, count, bare_only=not choices, lone=lone)


def _letter(flat: str, count: int, *, bare_only: bool, lone: bool) -> _Read | None:
    low = _without_fillers(flat)
    flat = flat[len(flat) - len(low) :]
    bracket = flat[:1] in ("(", "[")
    letter = flat[1:2] if bracket else flat[:1]
    if not letter.upper() or letter.upper() not in LETTERS:
        return None
    rest = flat[2:] if bracket else flat[1:]
    within = LETTERS.index(letter.upper()) < (26 if bracket and bare_only else count)
    stands = rest[:1] in (")", "]") if bracket else _stands_alone(letter, rest, lone=lone)
    if not (within and stands):
        return None
    rest = rest[1:] if bracket else rest
    return _Read(None if _names_another(rest) else letter.upper())


def _without_fillers(flat: str) -> str:
    """Give the small-lettered text behind emphasis, LaTeX wrappers and words such as "option"."""
    low, before = lower(flat), ""
    while before != low:
        before = low
        low = low.lstrip(_SIGNS)
        for start in (*_LATEX, *_FILLERS):
            low = low.removeprefix(start)
    return low


def _stands_alone(letter: str, rest: str, *, lone: bool) -> bool:
    """Tell whether an unbracketed letter is an option, and not an article or a word's beginning."""
    bare = rest.strip(" \t\n*_`\"'$.:)]}。，,;!")
    if not bare:
        return True
    if not letter.isupper() or (rest[:1].isalnum() and rest[:1].isascii()) or rest[:1] in "-+#&'’":
        return False
    if rest[:1] not in (" ", "\n"):
        return True
    words = bare.split()
    if lone:
        return bare.startswith("is ") and bare[3:].startswith(_PRAISE)
    return (
        words[0] in _GOES_ON or (not words[0][0].islower() and letter != "I") or letter not in "AI"
    )


def _names_another(rest: str) -> bool:
    """Tell whether a second letter is linked to the first: "A and C", "B或D"."""
    rest = rest.lstrip(" )].*")
    for link in _LINKS:
        if rest.startswith(link):
            tail = rest[len(link) :].lstrip(" *")
            opened = tail[:1] in ("(", "[")
            letter, after = (tail[1:2], tail[2:3]) if opened else (tail[:1], tail[1:2])
            alone = (
                letter.isupper()
                and letter.isascii()
                and not (after.isalnum() or after in ("'", "’"))
            )
            return bool(letter) and alone and (opened or after != " " or letter not in "AI")
    return False


def _own_text(text: str, choices: Sequence[str]) -> str | None:
    """Find the one option whose own text this is, or with which it begins before a pause."""
    if not choices:
        return None
    whole, first = _key(text), _key(sentence(text))
    keys = [_key(_unlabelled(choice, index)) for index, choice in enumerate(choices)]
    for matches in (
        [index for index, key in enumerate(keys) if key in (whole, first)],
        _longest([index for index, key in enumerate(keys) if _begins_with(whole, key)], keys),
        _same_number(text, keys),
    ):
        if len(matches) == 1:
            return LETTERS[matches[0]] if matches[0] < len(LETTERS) else None
    return None


def _key(text: str) -> str:
    return lower(fold(trimmed(text.strip(" \t$:")))).strip()


def _unlabelled(choice: str, index: int) -> str:
    """Leave out a label that the option's text brings along: "(B) Paris"."""
    letter = LETTERS[index % 26]
    for label in (f"({letter})", f"{letter})", f"{letter}.", f"{letter}:"):
        if choice.startswith(label):
            return choice[len(label) :].strip() or choice
    return choice


def _begins_with(text: str, option: str) -> bool:
    rest = text[len(option) :]
    if not option or not rest or not text.startswith(option):
        return False
    if rest[0] in ",;:。，；(!" or rest.startswith(
        (" (", " because", " since", " - ", " — ", "\n", " as ")
    ):
        return not (rest[0] in ",:" and rest[1:2].isdigit())
    return rest[0] in ".*\"'" and not rest[1:2].isalnum()


def _longest(matches: list[int], keys: list[str]) -> list[int]:
    length = max((len(keys[index]) for index in matches), default=0)
    return [index for index in matches if len(keys[index]) == length]


def _same_number(text: str, keys: list[str]) -> list[int]:
    """Find the options that state the number which the text begins with."""
    said = stated(lower(fold(text))[:200])
    if not said.leads or said.number is None:
        return []
    options = [stated(key[:200]) for key in keys]
    return [
        index
        for index, option in enumerate(options)
        if option.leads and option.number is not None and option.number.value == said.number.value
    ]
