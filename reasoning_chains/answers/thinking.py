"""Parts a model's native thinking from its reply; it knows no server and no kind of answer."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["CLOSERS", "OPENERS", "Split", "split_thinking"]

OPENERS = ("<think>", "<thinking>", "<|begin_of_thought|>")
CLOSERS = ("</think>", "</thinking>", "<|end_of_thought|>")


class Split(NamedTuple):
    """A reply in two parts: what was thought, and what was said."""

    reasoning: str
    text: str


class _Next:
    """Finds the next of several tags; each tag's position is looked up once, so all is linear."""

    __slots__ = ("places", "tags", "text")

    def __init__(self, text: str, tags: tuple[str, ...]) -> None:
        self.text, self.tags = text, tags
        self.places: dict[str, int] = {}

    def after(self, start: int) -> tuple[int, int]:
        """Give start and end of the next tag at or after `start`, (-1, -1) where there is none."""
        best = (-1, -1)
        for tag in self.tags:
            place = self.places.get(tag, -2)
            if place != -1 and place < start:
                place = self.places[tag] = self.text.find(tag, start)
            if place != -1 and (best[0] == -1 or place < best[0]):
                best = (place, place + len(tag))
        return best


def split_thinking(text: str) -> Split:
    r"""Split a reply into its `<think>` blocks and the rest.

    A block may hold further openers; it ends where as many closers have come, else at the last
    closer, else (a reply cut in the middle of thinking) at the end of the text. A closer without
    an opener, which servers send that put the opener into the prompt, makes all before it thinking.
    A text without tags comes back as it is.

    Example:
        >>> split_thinking("<think>2+2</think>\n\n4")
        Split(reasoning='2+2', text='4')
    """
    openers, closers = _Next(text, OPENERS), _Next(text, CLOSERS)
    if openers.after(0)[0] == -1 and closers.after(0)[0] == -1:
        return Split("", text)
    thought: list[str] = []
    said: list[str] = []
    here = 0
    while True:
        opened, inside = openers.after(here)
        closed, behind = closers.after(here)
        if closed != -1 and (opened == -1 or closed < opened):
            thought += [*said, text[here:closed]]
            said, here = [], behind
        elif opened != -1:
            said.append(text[here:opened])
            end, here = _block(openers, closers, inside)
            thought.append(text[inside:end])
        else:
            said.append(text[here:])
            break
    parts = (part.strip() for part in thought)
    return Split("\n\n".join(part for part in parts if part), "".join(said).strip())


def _block(openers: _Next, closers: _Next, start: int) -> tuple[int, int]:
    """Find where the block that begins at `start` ends, and where the text goes on."""
    depth, here = 1, start
    last = (len(openers.text), len(openers.text))
    while depth:
        closed, behind = closers.after(here)
        if closed == -1:
            return last
        opened, inside = openers.after(here)
        if opened != -1 and opened < closed:
            depth, here = depth + 1, inside
        else:
            depth, here, last = depth - 1, behind, (closed, behind)
    return last
