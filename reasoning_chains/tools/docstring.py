"""Reads a docstring in Google's style: what a function does and what its arguments are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["Docstring", "read_docstring"]

_HEADS = frozenset({"args:", "arguments:", "parameters:"})


@dataclass(frozen=True, slots=True)
class Docstring:
    """The first paragraph, and what is said of each argument."""

    description: str
    arguments: dict[str, str] = field(default_factory=dict)


def read_docstring(text: str) -> Docstring:
    """Read a docstring that `inspect.cleandoc` has made straight.

    An argument is a line `name: what it is` or `name (type): what it is` under `Args:`; lines that
    stand deeper belong to the one before.
    """
    lines = text.strip().split("\n")
    first: list[str] = []
    for line in lines:
        if not line.strip() or line.strip().casefold() in _HEADS:
            break
        first.append(line.strip())
    return Docstring(" ".join(first), dict(_arguments(lines)))


def _arguments(lines: list[str]) -> Iterator[tuple[str, str]]:
    name, said, depth = "", [""], -1
    for line in _section(lines):
        indent = len(line) - len(line.lstrip())
        if depth < 0:
            depth = indent
        if indent > depth:
            said.append(line.strip())
            continue
        if name:
            yield name, " ".join(said).strip()
        head, _, rest = line.strip().partition(":")
        name = head.partition("(")[0].strip().lstrip("*")
        said = [rest.strip()]
    if name:
        yield name, " ".join(said).strip()


def _section(lines: list[str]) -> Iterator[str]:
    """Give the lines that stand under the head, up to a line that stands as far left as it."""
    inside, left = False, 0
    for line in lines:
        if not inside:
            inside = line.strip().casefold() in _HEADS
            left = len(line) - len(line.lstrip())
        elif line.strip():
            if len(line) - len(line.lstrip()) <= left:
                return
            yield line
