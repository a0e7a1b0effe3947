"""Cuts the user's files into passages with titles; it searches nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reasoning_chains.errors import UserMistake

__all__ = ["SUFFIXES", "Passage", "read_passages"]

SUFFIXES = (".jsonl", ".md", ".markdown", ".txt")
_ENOUGH = 200
"""Letters after which a blank line ends a passage."""
_LONGEST = 1_200


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a file, small enough to be shown to a model."""

    title: str
    text: str


def read_passages(path: Path) -> list[Passage]:
    """Read a file: JSONL by the line, text and Markdown by blank lines and headings.

    A line of JSONL is a text, or an object: its `text`, else all its texts, and its `title`.
    Elsewhere the title is the last heading, and the file's name before there is one.

    Raises:
        UserMistake: It cannot be read, is not UTF-8, or a line is no JSON; file and line are named.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UserMistake(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UserMistake(f"{path} is not UTF-8 at byte {error.start}: save it in UTF-8") from None
    if path.suffix.casefold() == ".jsonl":
        return [piece for passage in _records(path, text) for piece in _cut(passage)]
    marked = path.suffix.casefold() != ".txt"
    return [piece for part in _parts(path.stem, text, marked) for piece in _cut(part)]


def _records(path: Path, text: str) -> Iterator[Passage]:
    for place, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            raise UserMistake(f"{path}, line {place}: no valid JSON") from None
        if isinstance(record, str):
            record = {"text": record}
        if not isinstance(record, dict):
            raise UserMistake(f"{path}, line {place}: an object or a text is wanted")
        passage = _record(record)
        if not passage.text.strip():
            raise UserMistake(f"{path}, line {place}: it holds no text")
        yield passage


def _record(record: dict[str, Any]) -> Passage:
    title = record.get("title")
    title = title.strip() if isinstance(title, str) else ""
    text = record.get("text")
    if not isinstance(text, str):
        rest = [_texts(value) for key, value in record.items() if key != "title"]
        text = " ".join(part for part in rest if part)
    return Passage(title, text.strip() or title)


def _texts(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return " ".join(each.strip() for each in value if isinstance(each, str))
    return ""


def _parts(name: str, text: str, marked: bool) -> Iterator[Passage]:
    """Part a text at its headings, and at blank lines once there is enough."""
    title, lines, size, fenced = name, [""], 0, False
    for line in text.splitlines():
        fenced ^= marked and line.lstrip().startswith("```")
        heading = "" if fenced or not marked else _heading(line)
        if heading or (size >= _ENOUGH and not fenced and not line.strip()):
            yield Passage(title, "\n".join(lines))
            title, lines, size = heading or title, [], 0
        if not heading:
            lines.append(line)
            size += len(line)
    yield Passage(title, "\n".join(lines))


def _heading(line: str) -> str:
    """Give the text of a line such as `## Rivers ##`; empty where it is no heading."""
    rest = line.lstrip("#")
    depth = len(line) - len(rest)
    if not 1 <= depth <= 6 or not rest[:1].isspace():
        return ""
    return rest.strip().rstrip("#").strip()


def _cut(passage: Passage) -> Iterator[Passage]:
    """Cut what is too long at the end of a sentence or word; give nothing of what is empty."""
    text, begun = passage.text.strip(), 0
    while begun < len(text):
        end = begun + _LONGEST
        if end < len(text):
            end = _end(text, begun, end)
        piece = text[begun:end].strip()
        if piece:
            yield Passage(passage.title, piece)
        begun = end


def _end(text: str, begun: int, end: int) -> int:
    for mark in ("\n", ". ", "。", " "):
        place = text.rfind(mark, begun + _LONGEST // 2, end)
        if place >= 0:
            return place + len(mark)
    return end
