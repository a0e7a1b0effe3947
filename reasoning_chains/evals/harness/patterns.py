r"""Patterns as Python's expressions write them, matched by RE2 in linear time.

What RE2 has otherwise is written anew: `\s`, `\d` and `\w` are those of Unicode, `$` matches before
a last line end too. `\b` knows only letters without accents. Look-around and back-references, which
need backtracking, are refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from reasoning_chains.errors import MissingPackage, UserMistake, shown

__all__ = ["Pattern", "literal", "pattern_of"]

_LONGEST = 10_000
_WORK = 400_000_000
"""Characters of a text times matches in it, at most: the rest may be gone through for each."""
_SPACE = (
    r"\x09-\x0d\x1c-\x20\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}"
    r"\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"
)
_NO_SPACE = (
    r"\x00-\x08\x0e-\x1b!-\x{84}\x{86}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}"
    r"\x{200b}-\x{2027}\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{10ffff}"
)
_WORD = r"\p{L}\p{N}_"
_OUTSIDE = {
    "s": f"[{_SPACE}]",
    "S": f"[^{_SPACE}]",
    "d": r"\p{Nd}",
    "D": r"\P{Nd}",
    "w": f"[{_WORD}]",
    "W": f"[^{_WORD}]",
    "Z": r"\z",
}
_INSIDE = {"s": _SPACE, "S": _NO_SPACE, "d": r"\p{Nd}", "D": r"\P{Nd}", "w": _WORD}
_END = r"(?P<end_{}>\n?)\z"
_HEX = {"u": 4, "U": 8}


class Pattern:
    """A compiled pattern."""

    def __init__(self, text: str, compiled: Any) -> None:
        self.text, self._compiled = text, compiled
        ends = {index for name, index in compiled.groupindex.items() if name.startswith("end_")}
        self._ends = sorted(ends)
        self._groups = [index for index in range(1, compiled.groups + 1) if index not in ends]

    def findall(self, text: str) -> list[Any]:
        """Give all matches: the group, the groups of several, or the whole where there is none.

        Raises:
            UserMistake: The text is too long for so many matches.
        """
        return [self._found(match) for match in self._matches(_spelled(text))]

    def removed(self, text: str) -> str:
        """Give the text without what matches.

        Raises:
            UserMistake: As `findall`.
        """
        text = _spelled(text)
        pieces, end = [], 0
        for match in self._matches(text):
            pieces += [text[end : match.start()], *(match[place] or "" for place in self._ends)]
            end = match.end()
        return "".join((*pieces, text[end:]))

    def _matches(self, text: str) -> Iterator[Any]:
        last, count = None, 0
        for match in self._compiled.finditer(text):
            if match.span() == last:  # an empty match is told twice
                continue
            last, count = match.span(), count + 1
            if count * len(text) > _WORK:
                raise UserMistake(f"the pattern {shown(self.text)} matches too often in this reply")
            yield match

    def _found(self, match: Any) -> Any:
        if not self._groups:
            whole = match[0]
            return whole.removesuffix("\n") if any(match[place] for place in self._ends) else whole
        found = tuple(match[place] or "" for place in self._groups)
        return found if len(found) > 1 else found[0]


def _spelled(text: str) -> str:
    """Give a text that can be encoded."""
    return text if text.isascii() else text.encode(errors="replace").decode()


@lru_cache(maxsize=4096)
def pattern_of(text: str) -> Pattern:
    """Compile a pattern.

    Raises:
        MissingPackage: `google-re2` is not installed.
        UserMistake: RE2 cannot do it.
    """
    re2 = _re2()
    options = re2.Options()
    options.log_errors = False
    if len(text) > _LONGEST:
        raise UserMistake(f"a pattern of {len(text):,} characters: at most {_LONGEST:,} are read")
    try:
        return Pattern(text, re2.compile(_translated(text), options))
    except re2.error as error:
        why = error.args[0] if error.args else ""
        told = why.decode(errors="replace") if isinstance(why, bytes) else str(why)
        raise UserMistake(
            f"the pattern {shown(text)} cannot be matched in linear time by RE2, which has no "
            f"look-around and no back-references ({told})"
        ) from None


def literal(text: str) -> str:
    """Write a text as the pattern that matches it."""
    made: str = _re2().escape(_spelled(text))
    return made


def _re2() -> Any:
    try:
        import re2
    except ImportError:
        raise MissingPackage("a pattern of a task file", "google-re2", "harness") from None
    return re2


def _translated(text: str) -> str:
    """Write a pattern of Python as one of RE2 that means the same."""
    made: list[str] = []
    place, ends = 0, 0
    lines = text.startswith("(?") and "m" in text[2 : text.find(")")]
    while place < len(text):
        part = text[place]
        if part == "\\":
            piece, place = _escaped(text, place, _OUTSIDE)
        elif part == "[":
            piece, place = _class(text, place)
        elif part == "$" and not lines:
            piece, place, ends = _END.format(ends), place + 1, ends + 1
        elif text.startswith("{,", place):
            piece, place = "{0,", place + 2
        else:
            piece, place = part, place + 1
        made.append(piece)
    return "".join(made)


def _escaped(text: str, place: int, known: dict[str, str]) -> tuple[str, int]:
    """Write what stands behind a backslash; give it and where it ends."""
    letter = text[place + 1 : place + 2]
    if letter in _HEX:
        end = place + 2 + _HEX[letter]
        return f"\\x{{{text[place + 2 : end]}}}", end
    if letter == "W" and "W" not in known:
        raise UserMistake(f"the pattern {shown(text)} holds \\W in brackets: RE2 has none there")
    if letter and not letter.isascii():
        return letter, place + 2
    return known.get(letter, f"\\{letter}") if letter else "\\", place + 2


def _class(text: str, place: int) -> tuple[str, int]:
    """Write a class in brackets; a bracket that stands first is one of its members."""
    begin = 2 if text.startswith("[^", place) else 1
    made, place = [text[place : place + begin]], place + begin
    if text.startswith("]", place):
        made, place = [*made, "\\]"], place + 1
    while place < len(text) and text[place] != "]":
        if text[place] == "\\":
            piece, place = _escaped(text, place, _INSIDE)
        else:
            piece, place = ("\\[" if text[place] == "[" else text[place]), place + 1
        made.append(piece)
    return "".join((*made, text[place : place + 1])), place + 1
