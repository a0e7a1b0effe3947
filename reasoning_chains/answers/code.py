"""Reads code from a reply: its last fenced block, else all of it; it runs nothing."""

from __future__ import annotations

from collections.abc import Iterator

from reasoning_chains.answers.markers import Pick

__all__ = ["fenced_blocks", "fenced_languages", "read_code"]

_FENCES = ("```", "~~~")
_MOST = 4_000  # fences that are looked at: a reply with more of them is no reply


def read_code(text: str, pick: Pick = "last") -> str | None:
    """Give the last (or first) fenced block's content, else the whole text; a cut block counts."""
    blocks = fenced_blocks(text)
    content = (blocks[0 if pick == "first" else -1] if blocks else text).strip("\n").rstrip()
    return content if content.strip() else None


def fenced_blocks(text: str) -> list[str]:
    """Give the contents of the blocks between lines of ``` or ~~~, in one pass."""
    return [content for _, content in _blocks(text)]


def fenced_languages(text: str) -> list[str]:
    """Give the word that stands behind the opening fence of each block, in small letters."""
    return [(said.split() or [""])[0].casefold() for said, _ in _blocks(text)]


def _blocks(text: str) -> list[tuple[str, str]]:
    """Give each block's word behind its fence, and its content."""
    blocks: list[tuple[str, str]] = []
    fence, begin, said = "", 0, ""
    for start, mark, end in _fence_lines(text):
        run = mark[: len(mark) - len(mark.lstrip(mark[0]))]
        if not fence:
            if mark[0] not in mark[len(run) :]:
                fence, begin, said = run, end + 1, mark[len(run) :]
        elif run.startswith(fence) and run == mark:
            blocks.append((said, text[begin : max(begin, start - 1)]))
            fence = ""
    if fence:
        blocks.append((said, text[begin:]))
    return blocks


def _fence_lines(text: str) -> Iterator[tuple[int, str, int]]:
    """Give the lines that begin with a fence: where they start, their text, where they end."""
    here = 0
    places = {fence: text.find(fence) for fence in _FENCES}
    for _ in range(_MOST):
        for fence, place in places.items():
            if -1 < place < here:
                places[fence] = text.find(fence, here)
        found = min((place for place in places.values() if place != -1), default=-1)
        if found == -1:
            return
        start = text.rfind("\n", 0, found) + 1
        end = text.find("\n", found)
        end = len(text) if end == -1 else end
        if not text[start:found].strip(" \t>"):
            yield start, text[found:end].strip(), end
        here = end
