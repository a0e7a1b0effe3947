"""A completion to a reply, by the template's contract; it asks nothing and sends nothing."""

from __future__ import annotations

from typing import Any

from reasoning_chains.answers import extract_answer
from reasoning_chains.answers.readers import READERS
from reasoning_chains.errors import UserMistake
from reasoning_chains.solution import Reply
from reasoning_chains.types import Completion, Json, Problem

__all__ = ["Unfit", "read_reply", "schema_of", "validated"]


class Unfit(ValueError):
    """A JSON answer does not fit its schema; the message says where, for the model to mend."""


def read_reply(reader: str, pick: str, problem: Problem, completion: Completion) -> Reply:
    """Read a completion as its template's contract says."""
    text = completion.text
    if reader == "answer":
        whole = text if completion.finish != "length" else _announced(text)
        answer = extract_answer(whole, problem.kind, problem.choices, pick)
        return Reply(text, answer, answer, completion)
    parsed = READERS[reader](text) if reader in READERS else text
    return Reply(text, None, parsed, completion)


def _announced(text: str) -> str:
    """Give the complete lines of a reply that was cut, if they announce an answer, else nothing.

    The last number of half a calculation is no answer, and nor is half a number.
    """
    lines = text.rpartition("\n")[0]
    return lines if extract_answer(f"{lines}\n\n…\n", "text") is not None else ""


def schema_of(problem: Problem) -> dict[str, Json] | None:
    """Give the JSON schema of a `json` problem, or None where it has none."""
    if problem.schema is None:
        return None
    return dict(_adapter(problem.schema).json_schema())


def validated(problem: Problem, answer: str) -> Any:
    """Validate a JSON answer by the problem's schema.

    Raises:
        Unfit: It does not fit.
    """
    from pydantic import ValidationError

    try:
        return _adapter(problem.schema).validate_json(answer)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole value"
        raise Unfit(f"{where}: {first['msg']}") from None


def _adapter(schema: Any) -> Any:
    from pydantic import PydanticSchemaGenerationError, TypeAdapter

    if isinstance(schema, dict | str):
        raise UserMistake("schema must be a pydantic model or a type, not a JSON schema or a text")
    try:
        return TypeAdapter(schema)
    except PydanticSchemaGenerationError:
        raise UserMistake(f"schema {schema!r} is no type that pydantic can validate") from None
