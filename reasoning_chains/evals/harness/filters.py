"""The filters of a task: from the replies of a model to what is compared; none runs any code."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from reasoning_chains.errors import UserMistake, near, shown
from reasoning_chains.evals.harness.patterns import Pattern, literal, pattern_of

__all__ = ["FILTERS", "Filtered", "Pipeline", "Step", "step_of"]

Filtered: TypeAlias = str | list[str]
Step: TypeAlias = Callable[[list[str], Mapping[str, Any]], Filtered]
"""From the replies to one problem, and its row, to fewer or other ones."""

_INVALID = "[invalid]"


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Some steps, one after the other.

    Args:
        name: What the task calls it.
        steps: What is done with the replies.
        wants: How many replies it takes at least; 0 where one stands for all.
    """

    name: str
    steps: tuple[Step, ...]
    wants: int = 0

    @property
    def fallbacks(self) -> frozenset[str]:
        """What it gives where a pattern found nothing."""
        given = (getattr(step, "regex", step) for step in self.steps)
        return frozenset(step.fallback for step in given if isinstance(step, Regex))

    def __call__(self, replies: Sequence[str], row: Mapping[str, Any]) -> Filtered:
        """Filter the replies to one problem."""
        made: Filtered = list(replies)
        for step in self.steps:
            made = step(list(made), row)  # of one text its letters, as the harness takes it
        return made


def picked(matches: Sequence[Any], select: int) -> str:
    """Give the match of a place, of several groups the first that is not empty; else nothing."""
    if not -len(matches) <= select < len(matches):
        return ""
    match = matches[select]
    if isinstance(match, tuple):
        match = next((part for part in match if part), "")
    return str(match).strip()


@dataclass(frozen=True, slots=True)
class Regex:
    """Each reply's match; `fallback` where there is none."""

    pattern: Pattern
    select: int
    fallback: str

    def __call__(self, replies: list[str], row: Mapping[str, Any]) -> Filtered:
        """Find it."""
        return [self._one(reply) for reply in replies]

    def _one(self, reply: str) -> str:
        found = self.pattern.findall(reply)
        if not found or not -len(found) <= self.select < len(found):
            return self.fallback
        empty = isinstance(found[self.select], tuple) and not any(found[self.select])
        return self.fallback if empty else picked(found, self.select)


@dataclass(frozen=True, slots=True)
class MultiChoice:
    """The letter of an option, by a pattern, by the option's text, or by a letter after a colon."""

    regex: Regex
    case: bool
    punctuation: bool
    ignored: tuple[Pattern, ...]

    def __call__(self, replies: list[str], row: Mapping[str, Any]) -> Filtered:
        """Find it; the options are the row's column `choices`."""
        choices = row.get("choices")
        if not isinstance(choices, list) or not all(isinstance(one, str) for one in choices):
            raise UserMistake("multi_choice_regex needs a column choices with a list of texts")
        letters = [chr(ord("A") + place) for place in range(len(choices))]
        texts = [self._plain(choice.strip()) for choice in choices]
        by_text = {text: f"({letter})" for text, letter in zip(texts, letters, strict=True)}
        ways = sorted(map(literal, texts), key=len, reverse=True)
        named, lettered = pattern_of("|".join(ways)), pattern_of(rf":[\s]*({'|'.join(letters)})")
        select = self.regex.select

        def one(reply: str) -> str:
            found = picked(self.regex.pattern.findall(reply), select)
            if not found:
                text = picked(named.findall(self._plain(reply)), select)
                found = by_text.get(text, text)
            if not found:
                letter = picked(lettered.findall(reply), select)
                found = f"({letter})" if letter in letters else letter
            return found or self.regex.fallback

        return [one(reply) for reply in replies]

    def _plain(self, text: str) -> str:
        for pattern in self.ignored:
            text = pattern.removed(text)
        text = text.lower() if self.case else text
        if not self.punctuation:
            return text
        return "".join(c for c in text if not unicodedata.category(c).startswith("P"))


@dataclass(frozen=True, slots=True)
class Mapped:
    """Another text for each reply that the mapping has, and the default for the others."""

    mapping: Mapping[str, str]
    default: str

    def __call__(self, replies: list[str], row: Mapping[str, Any]) -> Filtered:
        """Look them up."""
        return [self.mapping.get(reply, self.default) for reply in replies]


def _each(change: Callable[[str], str]) -> Step:
    return lambda replies, row: [change(reply) for reply in replies]


def _first(replies: list[str], row: Mapping[str, Any]) -> Filtered:
    return replies[0] if replies else ""


def _majority(replies: list[str], row: Mapping[str, Any]) -> Filtered:
    return [Counter(replies).most_common(1)[0][0]]


def _regex(told: dict[str, Any]) -> Regex:
    pattern = _taken(told, "regex_pattern", str, r"#### (\-?[0-9\.\,]+)")
    select = _taken(told, "group_select", int, 0)
    return Regex(pattern_of(pattern), select, _taken(told, "fallback", str, _INVALID))


def _multi_choice(told: dict[str, Any]) -> MultiChoice:
    flags = [_taken(told, key, bool, False) for key in ("ignore_case", "ignore_punctuation")]
    ignored = _taken(told, "regexes_to_ignore", list, [])
    patterns = tuple(pattern_of(text) for text in ignored if isinstance(text, str))
    return MultiChoice(_regex(told), flags[0], flags[1], patterns)


def _mapped(told: dict[str, Any]) -> Mapped:
    mapping = _taken(told, "mapping_dict", dict, {})
    default = _taken(told, "default_value", str, None)
    if not all(isinstance(one, str) for pair in mapping.items() for one in pair):
        raise UserMistake("mapping_dict must hold texts: write them in quotes")
    return Mapped(mapping, default)


def _taken(told: dict[str, Any], key: str, kind: type, usual: Any) -> Any:
    value = told.pop(key, usual)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        words = {str: "text", int: "a whole number", bool: "true or false", list: "a list"}
        raise UserMistake(
            f"{key} must be {words.get(kind, 'keys and values')}, found {shown(value)}"
        )
    return value


def _of_k(told: dict[str, Any]) -> Step:
    count = _taken(told, "k", int, None)
    return lambda replies, row: replies[:count]


FILTERS: Mapping[str, Callable[[dict[str, Any]], Step]] = {
    "regex": _regex,
    "multi_choice_regex": _multi_choice,
    "map": _mapped,
    "take_first": lambda told: _first,
    "take_first_k": _of_k,
    "majority_vote": lambda told: _majority,
    "remove_whitespace": lambda told: _each(str.strip),
    "lowercase": lambda told: _each(str.lower),
    "uppercase": lambda told: _each(str.upper),
}


def step_of(name: str, told: Mapping[str, Any]) -> Step:
    """Make a step of its name and what stands beside that.

    Raises:
        UserMistake: It is not known, or is told what it does not take.
    """
    if name not in FILTERS:
        raise UserMistake(f"the filter {shown(name)} is not known: {near(name, FILTERS)}")
    rest = dict(told)
    made = FILTERS[name](rest)
    if rest:
        raise UserMistake(f"the filter {name} does not take {next(iter(rest))!r}")
    return made
