"""A function's signature as a pydantic model: its JSON schema, and arguments held to it."""

from __future__ import annotations

import contextlib
import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic.errors import PydanticUndefinedAnnotation, PydanticUserError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from reasoning_chains.errors import UserMistake, near
from reasoning_chains.toolbox import ToolFailed

__all__ = ["Signature"]

_MANY = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


class _PlainSchema(GenerateJsonSchema):
    """Leaves out the titles, which only repeat the names."""

    ignored_warning_kinds: set[Any] = {  # noqa: RUF012 - as in the base
        "skipped-choice",
        "non-serializable-default",
    }

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Signature:
    """The arguments of a function: what a model is told of them, and how they are checked."""

    model: type[BaseModel]
    parameters: tuple[inspect.Parameter, ...]

    @classmethod
    def of(
        cls, function: Any, said: Mapping[str, str], names: Mapping[str, Any] | None = None
    ) -> Signature:
        """Read a function, a method, a partial or an object that can be called.

        What a partial fixes by name is no argument any more.

        Args:
            function: What will be called.
            said: What each argument is, for the model.
            names: The local names where the function was written, for its annotations.

        Raises:
            UserMistake: An argument has no type, or one that has no JSON schema, or there are
                `*args`.
        """
        fixed, inner = _unwrapped(function)
        hints = _hints(inner, names)
        taken = [
            each
            for each in inspect.signature(function).parameters.values()
            if each.name not in fixed
        ]
        fields: dict[str, Any] = {}
        for place, parameter in enumerate(taken):
            _check(parameter, hints)
            fields[f"f{place}"] = _field(parameter, hints[parameter.name], said)
        try:
            model = create_model("arguments", __config__=ConfigDict(extra="forbid"), **fields)
            made = cls(model, tuple(taken))
            made.schema()
        except (PydanticUserError, PydanticUndefinedAnnotation) as error:
            first = str(error).split("\n", 1)[0]
            raise UserMistake(f"a type of its arguments has no JSON schema: {first}") from None
        return made

    def schema(self) -> dict[str, Any]:
        """Give the JSON schema of the arguments, an object."""
        whole: JsonSchemaValue = self.model.model_json_schema(schema_generator=_PlainSchema)
        made: dict[str, Any] = {"type": "object", "properties": whole.get("properties", {})}
        if "required" in whole:
            made["required"] = whole["required"]
        if "$defs" in whole:
            made["$defs"] = {name: _untitled(each) for name, each in whole["$defs"].items()}
        return made

    def bound(self, given: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """Give the arguments as the function takes them: by place, and by name.

        Raises:
            ToolFailed: They do not fit; it names each argument and what was wanted.
        """
        checked = self._checked(given)
        placed: list[Any] = []
        named: dict[str, Any] = {}
        for place, parameter in enumerate(self.parameters):
            value = getattr(checked, f"f{place}")
            if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
                placed.append(value)
            elif f"f{place}" in checked.model_fields_set or parameter.default is parameter.empty:
                named[parameter.name] = value
        return placed, named

    def _checked(self, given: Mapping[str, Any]) -> BaseModel:
        try:
            return self.model.model_validate(dict(given))
        except ValidationError as error:
            found = error.errors(include_url=False, include_context=False)
        odd = {each["loc"][0] for each in found if each["loc"]}
        opened = {name: _opened(value) if name in odd else value for name, value in given.items()}
        with contextlib.suppress(ValidationError):
            return self.model.model_validate(opened)
        names = [parameter.name for parameter in self.parameters]
        told = [_mistake(each, names) for each in found[:5]]
        raise ToolFailed("; ".join(told) + ("; …" if len(found) > 5 else ""))


def _unwrapped(function: Any) -> tuple[set[str], Callable[..., Any]]:
    """Give the names that partials fix, and the function below them."""
    fixed: set[str] = set()
    while isinstance(function, partial):
        fixed |= set(function.keywords)
        function = function.func
    if not inspect.isroutine(function):
        function = type(function).__call__
    return fixed, function


def _hints(function: Callable[..., Any], names: Mapping[str, Any] | None) -> dict[str, Any]:
    try:
        return get_type_hints(function, localns=dict(names or {}), include_extras=True)
    except (NameError, AttributeError, SyntaxError, TypeError) as error:
        raise UserMistake(f"an annotation cannot be read: {error}") from None


def _check(parameter: inspect.Parameter, hints: Mapping[str, Any]) -> None:
    if parameter.kind in _MANY:
        raise UserMistake(f"{parameter} has no place in a tool: name every argument")
    if parameter.name not in hints:
        if parameter.name in {"self", "cls"}:
            raise UserMistake(
                f"{parameter.name} is no argument for a model: give the method of an object, "
                "tool(object.method)"
            )
        raise UserMistake(f"{parameter.name} has no type: write {parameter.name}: str, or another")


def _field(parameter: inspect.Parameter, hint: Any, said: Mapping[str, str]) -> Any:
    options: dict[str, Any] = {"alias": parameter.name}
    if said.get(parameter.name):
        options["description"] = said[parameter.name]
    if parameter.default is not parameter.empty:
        options["default"] = parameter.default
    return Annotated[hint, Field(**options)]


def _untitled(schema: Any) -> Any:
    """Leave out the title that a class gives its schema."""
    if isinstance(schema, Mapping):
        return {key: each for key, each in schema.items() if key != "title"}
    return schema


def _opened(value: Any) -> Any:
    """Read a list, object or number that a model wrote as text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _mistake(error: Any, names: list[str]) -> str:
    place = ".".join(str(part) for part in error["loc"]) or "the arguments"
    if error["type"] == "missing":
        return f"{place} is missing"
    if error["type"] == "extra_forbidden":
        whose = near(place, names) if len(error["loc"]) == 1 else "it is not known there"
        return f"there is no argument {place[:60]}: {whose}"
    said = error["msg"][:1].lower() + error["msg"][1:]
    return f"{place}: {said}, found {_short(error['input'])}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
