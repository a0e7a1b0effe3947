"""Rows of a text file whose lines all have one form, such as `IN: {command} OUT: {actions}`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reasoning_chains.errors import UserMistake, shown
from reasoning_chains.evals.sources.lines import read_lines
from reasoning_chains.evals.sources.row import Past, Row, at_row, never

__all__ = ["Patterned"]


@dataclass(frozen=True, slots=True)
class Patterned:
    """Lines of one form; empty lines are left out, and counted."""

    path: Path
    pattern: str

    @property
    def name(self) -> str:
        """The file."""
        return str(self.path)

    def rows(self, past: Past = never) -> Iterator[Row]:
        """Read line by line: each name takes the text up to the next words of the pattern.

        Raises:
            UserMistake: A line has another form, or the pattern is none.
        """
        words, names = _parts(self.pattern)
        for number, line in enumerate(read_lines(self.path, past), 1):
            if not line:
                yield Row(number, {})
            elif line.strip():
                yield Row(number, self._read(number, line.rstrip("\r\n"), words, names))

    def _read(self, number: int, line: str, words: list[str], names: list[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        begins, _, rest = line.partition(words[0]) if words[0] else ("", "", line)
        whole = not begins and line.startswith(words[0])
        for name, after in zip(names, words[1:], strict=True):
            value, mark, rest = rest.partition(after) if after else (rest, "", "")
            found[name] = value.strip()
            whole = whole and (bool(mark) or not after)
        if not whole:
            told = f"it has not the form {shown(self.pattern)}: {shown(line)}"
            raise at_row(self.name, number, told)
        return found


def _parts(pattern: str) -> tuple[list[str], list[str]]:
    """Split a pattern into the words around its names, and the names."""
    words, names = [""], list[str]()
    rest = pattern
    while rest:
        before, opened, rest = rest.partition("{")
        words[-1] += before
        if opened:
            name, closed, rest = rest.partition("}")
            if not closed or not name.isidentifier() or name in names:
                raise UserMistake(f"the pattern {shown(pattern)} is none: write Q: {{question}}")
            names.append(name)
            words.append("")
    if not names:
        raise UserMistake(f"the pattern {shown(pattern)} has no names: write Q: {{question}}")
    return words, names
