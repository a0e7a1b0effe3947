"""A training document and the source that fills it; refuses whatever belongs to the evals."""

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Literal

from reasoning_chains.problems import TASKS, Exercise, held_out, held_out_word
from reasoning_chains.problems.letters import letters_of, random_word
from reasoning_chains.problems.words import KEPT_WORDS, NAMES, SEEN_WORDS, UNSEEN_WORDS, WORDS

Ending = Literal["direct", "rationale", "other"]


class Refused(Exception):
    """A document would hold something that belongs to the evals."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a chat; `given` begins an assistant's turn and is not learned."""

    role: str
    text: str
    learn: bool = False
    given: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A chat with what it was made of.

    Attributes:
        turns: The chat.
        ending: Whether its last reply is an answer alone, or works it out first.
        forms: Canonical forms of all problems, examples and sub-problems that it asks.
    """

    turns: tuple[Turn, ...]
    ending: Ending
    forms: tuple[str, ...]

    def segments(self) -> Iterable[tuple[str, bool]]:
        """Yield the text in the chat template's form, with what is learned of it."""
        for turn in self.turns:
            yield f"<|{turn.role}|>\n{turn.given}", False
            yield f"{turn.text}<|end|>", turn.learn
            yield "\n", False

    @property
    def text(self) -> str:
        """The document as the model reads it."""
        return "".join(text for text, _ in self.segments())


def user(text: str) -> Turn:
    """Make a user's turn."""
    return Turn("user", text)


def reply(text: str, given: str = "") -> Turn:
    """Make an assistant's turn that is learned."""
    return Turn("assistant", text, True, given)


# How often each task is drawn, and how often each of its trained levels.
WEIGHTS = {
    "letters": 14, "coin": 5, "running": 16, "running_large": 3, "running_distractor": 4,
    "comparison": 15, "money": 9, "arithmetic": 8, "arithmetic_large": 2, "slope": 5, "linear": 8,
    "scan": 4, "dates": 5, "ordering": 8, "two_hop": 2, "factual": 2,
}  # fmt: skip
WORKED = ("running", "running_large", "running_distractor", "comparison", "money", "arithmetic",
          "arithmetic_large", "slope", "linear")  # fmt: skip
_LEVELS = {1: 1.0, 2: 2.0, 3: 2.0, 4: 1.6, 5: 1.2, 6: 1.0}


@cache
def dictionary() -> tuple[str, ...]:
    """Read the large word list named by CORPUS_WORDS; without one, take the package's own words."""
    path = os.environ.get("CORPUS_WORDS")
    if not path:
        return WORDS
    lines = Path(path).read_text(encoding="utf-8").split()
    return tuple(w for w in lines if re.fullmatch(r"[A-Za-z]?[a-z]{2,11}", w))


@cache
def word_list() -> tuple[str, ...]:
    """Give the words of the large list that the corpus may hold."""
    return tuple(w for w in dictionary() if not held_out_word(w))


@cache
def held_out_words() -> frozenset[str]:
    """Give the words that no document may hold."""
    words = (*dictionary(), *UNSEEN_WORDS, *KEPT_WORDS)
    return frozenset(w.lower() for w in words if held_out_word(w))


@dataclass(slots=True)
class Source:
    """Draws what documents are made of, and keeps account of the forms."""

    rng: Random
    tasks: dict[str, int] = field(default_factory=lambda: dict(WEIGHTS))
    forms: list[str] = field(default_factory=list)

    def pick(self, among: Iterable[str] = (), level: int = 0, parts: bool = False) -> Exercise:
        """Draw an exercise that is not held out; `parts`: nor is any of its sub-problems."""
        names = [name for name in (among or self.tasks) if name in self.tasks]
        if not names:
            raise Refused("no task of this corpus fits the format")
        while True:
            name = self.rng.choices(names, [self.tasks[n] for n in names])[0]
            exercise = self._draw(name, level)
            forms = (exercise.form, *(exercise.parts if parts else ()))
            if not any(map(held_out, forms)):
                self.forms.extend(forms)
                return exercise

    def _draw(self, name: str, level: int) -> Exercise:
        levels = TASKS[name].trained
        if not level or level < min(levels):
            level = self.rng.choices(levels, [_LEVELS[i] for i in levels])[0]
        if name in ("two_hop", "factual"):
            level = 1
        if name == "letters" and self.rng.random() < 0.5:
            return letters_of(self.rng, [self.word() for _ in range(level)])
        return replace(TASKS[name].make(self.rng, level), task=name)

    def word(self) -> str:
        """Draw a word that the corpus may hold, known, rare or random."""
        draw = self.rng.random()
        if draw < 0.2:
            return self.rng.choice(NAMES)
        if draw < 0.4:
            return self.rng.choice(SEEN_WORDS)
        if draw < 0.85:
            return self.rng.choice(word_list())
        return self.fresh(lambda: random_word(self.rng))

    def fresh(self, make: Callable[[], str]) -> str:
        """Make words until one is not held out."""
        while held_out_word(word := make()):
            pass
        return word

    def asks(self, *forms: str) -> None:
        """Account for forms that the document asks; refuse those of the evals."""
        if any(map(held_out, forms)):
            raise Refused(str(forms))
        self.forms.extend(forms)

    def document(self, turns: Iterable[Turn], ending: Ending) -> Document:
        """Close a document and refuse it if it holds anything of the evals."""
        made = Document(tuple(turns), ending, tuple(self.forms))
        self.forms.clear()
        check(made)
        return made


def check(document: Document) -> None:
    """Refuse a document with a held-out form or word.

    Raises:
        Refused: Where it holds one.
    """
    held = [form for form in document.forms if held_out(form)]
    words = held_out_words().intersection(re.findall("[a-z]{3,}", document.text.lower()))
    if held or words:
        raise Refused(f"{held} {sorted(words)}")
