"""What the options of a step may be; it knows neither the file nor the model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reasoning_chains.errors import UserMistake, listed, ranged, shown, wanted
from reasoning_chains.types import Problem, Sampling

__all__ = ["MOST_CHOICES", "check_alone", "check_choices", "check_values", "offered", "sampling_of"]

MOST_CHOICES = 26
"""Each has a letter."""
_MOST_SAMPLES = 256
_FOR_MODELS = ("chain", "choices", "kind", "max_tokens", "samples", "schema", "temperature")


def check_values(where: str, options: Mapping[str, Any]) -> None:
    """Refuse values that cannot be; those of options that are not known yet are left out.

    Raises:
        UserMistake: It names the step and the option.
    """
    if "choices" in options:
        _texts(where, options["choices"])
    if options.get("samples") is not None:
        ranged(f"{where}: samples", options["samples"], int, 1, _MOST_SAMPLES)
    if "history" in options:
        wanted(f"{where}: history", options["history"], bool)
    question = options.get("input", "?")
    if not isinstance(question, str) or not question.strip():
        raise UserMistake(f"{where}: input={question!r} must be the question that is asked")
    try:
        sampling_of(options)
    except UserMistake as error:
        raise UserMistake(f"{where}: {error}") from None


def _texts(where: str, choices: Any) -> tuple[str, ...]:
    """Give the choices, all of them texts."""
    told: tuple[Any, ...] = listed(f"{where}: choices", choices, object)
    for choice in told:
        if not isinstance(choice, str):
            quoted = f': write "{choice}", in quotes' if isinstance(choice, int | float) else ""
            raise UserMistake(f"{where}: choices must be texts, found {shown(choice)}{quoted}")
    return told


def offered(choices: Sequence[str]) -> tuple[str, ...]:
    """Give the choices that a reply brought, each once; none where they are no two to 26.

    Two that differ in capitals only are one.
    """
    bare = [choice.strip() for choice in choices if choice.strip()]
    folded = [choice.casefold() for choice in bare]
    told = tuple(choice for k, choice in enumerate(bare) if folded[k] not in folded[:k])
    return told if 2 <= len(told) <= MOST_CHOICES else ()


def check_choices(where: str, choices: Sequence[str]) -> None:
    """Refuse choices that stand in the file and cannot be.

    Raises:
        UserMistake: It names the step.
    """
    told = _texts(where, choices)
    if not 2 <= len(told) <= MOST_CHOICES:
        raise UserMistake(f"{where}: choices must be 2 to {MOST_CHOICES}, found {len(told)}")
    for k, choice in enumerate(told):
        for earlier in told[:k]:
            if choice.strip() != earlier.strip() and choice.casefold() == earlier.casefold():
                raise UserMistake(
                    f"{where}: choices {earlier!r} and {choice!r} differ in capitals only: no "
                    "reply could be told apart; leave one out"
                )
    Problem("?", choices=told)


def check_alone(where: str, options: Iterable[str]) -> None:
    """Refuse options for a model on a step that asks the person and has no text.

    Raises:
        UserMistake: It names the step and the option.
    """
    for option in sorted(set(options).intersection(_FOR_MODELS)):
        raise UserMistake(
            f"{where}: {option} is for a model, and this step has no text for one: what the person "
            "says is its value; write a text with {{ input }}, or leave it out"
        )


def sampling_of(options: Mapping[str, Any]) -> Sampling:
    """Give the sampling that a step asks for."""
    return Sampling(temperature=options.get("temperature"), max_tokens=options.get("max_tokens"))
