"""The Jinja environment: role blocks, project over bundled, sandboxed; it sends nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, TypeAlias

from jinja2 import BaseLoader, StrictUndefined, TemplateNotFound, nodes
from jinja2.environment import Environment
from jinja2.ext import Extension
from jinja2.parser import Parser

from reasoning_chains.content import Library, read_text
from reasoning_chains.templates.front_matter import split_source
from reasoning_chains.templates.metering import MeteredEnvironment

__all__ = [
    "ENDING",
    "ROLES",
    "LibraryLoader",
    "Source",
    "collected",
    "make_environment",
    "plain_data",
    "plain_json",
    "settled",
]

ENDING = ".jinja"
ROLES = ("system", "user", "assistant")
_BUNDLED = "bundled/"

Source: TypeAlias = tuple[str, str, Callable[[], bool]]
"""The body of a template, the name of its file, and whether that is still the same."""

collected: ContextVar[list[tuple[str, str]]] = ContextVar("reasoning_chains_messages")
"""The role blocks of the render that is going on, in the order in which they were closed."""


class _RoleBlocks(Extension):
    """`{% system %}…{% endsystem %}`, and likewise user and assistant: each gives one message."""

    tags = set(ROLES)  # noqa: RUF012 - the base class declares it so

    def parse(self, parser: Parser) -> nodes.Node:
        """Turn a role block into a call that collects what it renders to."""
        tag = next(parser.stream)
        body = parser.parse_statements((f"name:end{tag.value}",), drop_needle=True)
        call = self.call_method("_collect", [nodes.Const(tag.value)])
        return nodes.CallBlock(call, [], [], body).set_lineno(tag.lineno)

    def _collect(self, role: str, caller: Callable[[], str]) -> str:
        collected.get().append((role, caller()))
        return ""


class LibraryLoader(BaseLoader):
    """Loads `name.jinja`, project over bundled, and `bundled/name.jinja` from the bundled only."""

    def __init__(self, library: Library) -> None:
        self.library = library

    def get_source(self, environment: Environment, template: str) -> Source:
        """Give the body, the file name, and whether the same file is still found, unchanged."""
        library = self.library
        if template.startswith(_BUNDLED):
            library = Library(library.roots[-1:])
        path = library.find("templates", template.removeprefix(_BUNDLED))
        if path is None:
            raise TemplateNotFound(template)
        stamp = path.stat().st_mtime_ns
        source = split_source(template, read_text(path))

        def unchanged() -> bool:
            found = library.find("templates", template.removeprefix(_BUNDLED))
            return found == path and path.stat().st_mtime_ns == stamp

        return source.body, str(path), unchanged


def make_environment(library: Library) -> Environment:
    """Make the one kind of environment in which templates render: sandboxed and strict."""
    environment = MeteredEnvironment(
        loader=LibraryLoader(library),
        extensions=[_RoleBlocks],
        **settled(),
    )
    plain_json(environment)
    return environment


def settled() -> dict[str, Any]:
    """Give what every environment of ours is set to."""
    return {
        "undefined": StrictUndefined,
        "autoescape": False,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }


def plain_json(environment: Environment) -> None:
    """Let `tojson` write text as it is, in the order of the data."""
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "sort_keys": False}


def plain_data(value: Any) -> Any:
    """Copy a value into plain data, or raise TypeError: templates see no objects."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, dict):
        return {str(key): plain_data(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain_data(item) for item in value]
    fields = getattr(type(value), "__dataclass_fields__", None)
    if fields is None:
        raise TypeError(f"a template variable of type {type(value).__name__}")
    return {name: plain_data(getattr(value, name)) for name in fields}
