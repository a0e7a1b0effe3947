"""What the harness sends for a row: its turns, and the same as one text; nothing is sent here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reasoning_chains.errors import UserMistake, shown
from reasoning_chains.evals.harness.card import TaskCard
from reasoning_chains.evals.harness.rendering import Field, parsed

__all__ = ["Form", "Prompt", "joined"]


class Form:
    """The fields that make a turn: those of the task, or those of its examples."""

    def __init__(self, card: TaskCard, *, example: bool = False) -> None:
        own = card.fewshot_config if example else None

        def told(key: str) -> Any:
            value = getattr(own, key, None)
            return getattr(card, key) if value is None else value

        keys = ("doc_to_text", "doc_to_target", "doc_to_choice", "gen_prefix")
        self._text, self._target, self._choice, self._prefix = (Field(k, told(k)) for k in keys)
        self.has_choices = card.doc_to_choice is not None
        self.target_delimiter: str = told("target_delimiter")
        self.fewshot_delimiter: str = told("fewshot_delimiter")

    def question(self, row: Mapping[str, Any]) -> str:
        """Render what is asked.

        Raises:
            UserMistake: It is no text, or names one of several inputs.
        """
        made = self._text.text(row)
        if self.has_choices and made.isdigit():
            raise UserMistake("doc_to_text gives a number: several inputs for a row are not read")
        return made

    def prefix(self, row: Mapping[str, Any]) -> str:
        """Render the beginning of the reply."""
        return self._prefix.text(row) if self._prefix.told else ""

    def choices(self, row: Mapping[str, Any]) -> list[Any]:
        """Give the options.

        Raises:
            UserMistake: They are no list.
        """
        made = self._choice(row)
        made = list(made.values()) if isinstance(made, dict) else made
        made = parsed(made) if isinstance(made, str) else made
        if not isinstance(made, list):
            raise UserMistake(f"doc_to_choice must give a list, found {shown(made)}")
        return made

    def target(self, row: Mapping[str, Any]) -> Any:
        """Render what is right: text, a number, or a list."""
        made = self._target(row)
        if not isinstance(made, str) or self._target.told in row:
            return made
        if self.has_choices and made.isdigit():
            return int(made)
        return parsed(made) if len(made) >= 2 and made[0] + made[-1] == "[]" else made

    def answer(self, row: Mapping[str, Any]) -> str:
        """Give what is right as an example shows it.

        Raises:
            UserMistake: It is no text.
        """
        made = self.target(row)
        if isinstance(made, int) and self.has_choices:
            made = chosen(self.choices(row), made)
        made = made[0] if isinstance(made, list) and made else made
        if not isinstance(made, str):
            raise UserMistake(f"doc_to_target of an example must give text, found {shown(made)}")
        return made


def chosen(choices: Sequence[Any], place: Any) -> Any:
    """Give the option of a place.

    Raises:
        UserMistake: There is no such place.
    """
    if isinstance(place, bool) or not isinstance(place, int):
        raise UserMistake(f"doc_to_target must name a place in doc_to_choice, found {shown(place)}")
    if not -len(choices) <= place < len(choices):
        raise UserMistake(f"doc_to_target names place {place}, of {len(choices)} choices")
    return choices[place]


class Prompt:
    """Makes what is sent for a row with its examples."""

    def __init__(self, card: TaskCard) -> None:
        self.asked, self._shown = Form(card), Form(card, example=True)
        self._description = Field("description", card.description)

    def description(self, row: Mapping[str, Any]) -> str:
        """Render the task's description for a row."""
        return self._description.text(row) if self._description.told else ""

    def given(
        self, row: Mapping[str, Any], examples: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any]:
        """Give system text, examples, question and beginning of the reply, and all as one text."""
        system = self.description(row)
        turns = [self._turn(example) for example in examples]
        question, prefix = self.asked.question(row), self.asked.prefix(row)
        between = self.asked.target_delimiter if _apart(question, prefix) else ""
        text = "".join((system, *(turn["text"] for turn in turns), question, between, prefix))
        shown_turns = [{key: turn[key] for key in ("question", "answer")} for turn in turns]
        made = {"system": system, "turns": shown_turns, "question": question}
        return {**made, "prefix": prefix, "text": text}

    def _turn(self, row: Mapping[str, Any]) -> dict[str, str]:
        form = self._shown
        question, answer, prefix = form.question(row), form.answer(row), form.prefix(row)
        if not answer:
            between = form.target_delimiter if _apart(question, prefix) else ""
            text = question + between + prefix
            return {"question": question, "answer": prefix, "text": text}
        between = form.target_delimiter if not prefix or _apart(question, prefix) else ""
        reply = joined(prefix, answer)
        text = question + between + reply + form.fewshot_delimiter
        return {"question": question, "answer": reply, "text": text}


def _apart(first: str, second: str) -> bool:
    """Tell whether something must stand between two texts, for neither has a blank there."""
    if not first or not second:
        return False
    return not (first[-1].isspace() or second[0].isspace())


def joined(first: str, second: str) -> str:
    """Join two texts with a blank, unless one of them has one there."""
    return f"{first} {second}" if _apart(first, second) else first + second
