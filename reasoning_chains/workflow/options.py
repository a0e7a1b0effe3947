"""What the options of a step may be; it knows neither the file nor the model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reasoning_chains.errors import UserMistake, listed, ranged, wanted
from reasoning_chains.types import Sampling

__all__ = ["check_alone", "check_values", "sampling_of"]

_MOST_SAMPLES = 256
_FOR_MODELS = ("chain", "choices", "kind", "max_tokens", "samples", "schema", "temperature")


def check_values(where: str, options: Mapping[str, Any]) -> None:
    """Refuse values that cannot be; those of options that are not known yet are left out.

    Raises:
        UserMistake: It names the step and the option.
    """
    if "choices" in options:
        choices = listed(f"{where}: choices", options["choices"], str)
        if len(choices) < 2:
            raise UserMistake(f"{where}: choices must be at least two, found {len(choices)}")
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
