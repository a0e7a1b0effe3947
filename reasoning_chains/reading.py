"""A completion to a reply, by the template's contract; it asks nothing and sends nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reasoning_chains.answers import extract_answer
from reasoning_chains.answers.cut import complete_part
from reasoning_chains.answers.readers import READERS
from reasoning_chains.errors import UserMistake, shown
from reasoning_chains.solution import Reply
from reasoning_chains.types import Completion, Json, Problem

if TYPE_CHECKING:
    from reasoning_chains.templates.front_matter import FrontMatter

__all__ = ["Unfit", "answered", "read_reply", "schema_of", "validated"]


class Unfit(ValueError):
    """A JSON answer does not fit its schema; the message says where, for the model to mend."""


def read_reply(head: FrontMatter, problem: Problem, completion: Completion) -> Reply:
    """Read a completion as its template's contract says."""
    text = completion.text
    if head.parse == "answer":
        readable = _readable(completion, problem.kind, head.questions)
        found = answered(problem, readable, head.pick, questions=head.questions)
        return replace(found, text=text, completion=completion)
    parsed = READERS[head.parse](text) if head.parse in READERS else text
    return Reply(text, None, parsed, completion)


def answered(problem: Problem, text: str, pick: str = "last", *, questions: bool = False) -> Reply:
    """Read the answer that a problem wants out of a text; a JSON answer is validated."""
    answer = extract_answer(text, problem.kind, problem.choices, pick, questions=questions)
    reply = Reply(text, answer, answer)
    if problem.schema is None:
        return reply
    if answer is None:
        return replace(reply, unfit="no JSON value was found in the reply")
    try:
        return replace(reply, value=validated(problem, answer))
    except Unfit as error:
        return replace(reply, answer=None, unfit=str(error))


def _readable(completion: Completion, kind: str, questions: bool) -> str:
    """Give the part of a reply that may hold the answer: nothing of one that was refused."""
    if completion.finish == "length":
        return "" if questions else complete_part(completion.text, kind)
    return "" if completion.finish == "content_filter" else completion.text


def schema_of(problem: Problem) -> dict[str, Json] | None:
    """Give the JSON schema of a `json` problem, or None where it has none."""
    if problem.schema is None:
        return None
    from pydantic import PydanticInvalidForJsonSchema, PydanticUserError

    try:
        return dict(_adapter(problem.schema).json_schema())
    except PydanticInvalidForJsonSchema as error:
        raise UserMistake(f"schema {shown(problem.schema)} has no JSON schema: {error}") from None
    except PydanticUserError as error:
        raise UserMistake(
            f"schema {shown(problem.schema)} cannot be used: {error.message}"
        ) from None


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
        raise UserMistake(
            f"schema must be a pydantic model or a type, found {shown(schema)}"
        ) from None
