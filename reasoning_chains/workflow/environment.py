"""The Jinja environment of workflows: steps, and names that mean a step's latest reply."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import nodes, pass_context
from jinja2.exceptions import FilterArgumentError
from jinja2.runtime import Context
from jinja2.visitor import NodeTransformer

from reasoning_chains.answers.numbered import read_numbered
from reasoning_chains.content import Library, read_text
from reasoning_chains.errors import TemplateMistake
from reasoning_chains.templates.environment import LibraryLoader, Source, plain_json, settled
from reasoning_chains.templates.front_matter import split_source
from reasoning_chains.templates.metering import MeteredEnvironment
from reasoning_chains.templates.preview import Gap
from reasoning_chains.workflow.checking import bound_names, checked
from reasoning_chains.workflow.progress import Replies, value_of
from reasoning_chains.workflow.step import Failed
from reasoning_chains.workflow.tags import Tags
from reasoning_chains.workflow.unknown import Unknown, told
from reasoning_chains.workflow.using import letters

__all__ = ["WorkflowEnvironment"]

_VALUE, _ITEMS = "value_of_name", "items_of_loop"


class WorkflowEnvironment(MeteredEnvironment):
    """Renders a workflow, waiting for each step where it stands."""

    def __init__(self, library: Library, file: Path | None = None) -> None:
        super().__init__(
            loader=_Loader(library, file), extensions=[Tags], enable_async=True, **settled()
        )
        plain_json(self)
        self.filters[_VALUE], self.filters[_ITEMS] = _value, _items
        self.filters["numbered"] = _numbered
        self.tests["failed"] = _failed
        self.filters["float"], self.filters["int"] = _number(float), _number(int)
        self.filters["length"] = self.filters["count"] = _length

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = checked(self.plain(source, name), name or "the workflow")
        metered = super()._parse(source, name, filename)
        imports: list[Any] = list(metered.find_all((nodes.Import, nodes.FromImport)))
        for node in imports:
            node.with_context = True  # else Jinja keeps what the first run made of it for others
        place = name or "the workflow"
        renamed: nodes.Template = _Naming(bound_names(tree), place).visit(metered)
        return renamed

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Give a field of a step's data, even where it is called as a method of dictionaries is."""
        if isinstance(obj, Replies):
            return obj.of(attribute)
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def plain(self, source: str, name: str | None) -> nodes.Template:
        """Read a template as it is written, without meters and without a check."""
        tree: nodes.Template = super(MeteredEnvironment, self)._parse(source, name, None)
        return tree


class _Loader(LibraryLoader):
    """Loads from the library, and the one file of the user's by its name."""

    def __init__(self, library: Library, file: Path | None) -> None:
        super().__init__(library)
        self._file = file

    def get_source(self, environment: Any, template: str) -> Source:
        file = self._file
        if file is None or template != file.name:
            return super().get_source(environment, template)
        stamp = file.stat().st_mtime_ns
        body = split_source(template, read_text(file)).body
        return body, str(file), lambda: file.is_file() and file.stat().st_mtime_ns == stamp


class _Naming(NodeTransformer):
    """Lets every name that no tag of Jinja binds be looked up where it is used, when it is.

    What a loop goes over is looked at too: a text has no items.
    """

    def __init__(self, bound: frozenset[str], file: str) -> None:
        self._bound, self._file = bound, file

    def visit_For(self, node: nodes.For) -> nodes.Node:
        line, loop = node.lineno, node.iter
        self.generic_visit(node)
        place = nodes.Const(f"{self._file}, line {line}", lineno=line)
        assert isinstance(loop, nodes.Filter)  # the meter, which makes a generator of what it gets
        loop.node = nodes.Filter(loop.node, _ITEMS, [place], [], None, None, lineno=line)
        return node

    def visit_Name(self, node: nodes.Name) -> nodes.Node:
        if node.ctx != "load" or node.name in self._bound:
            return node
        asked = nodes.Const(node.name, lineno=node.lineno)
        return nodes.Filter(asked, _VALUE, [], [], None, None, lineno=node.lineno)


@pass_context
def _value(context: Context, name: str) -> Any:
    return value_of(context, name)


def _items(value: Any, place: str) -> Any:
    """Give what a loop goes over; of a text Jinja would take the letters.

    Raises:
        TemplateMistake: It is a text.
    """
    if isinstance(value, str) and not isinstance(value, Gap):
        raise TemplateMistake(f"{place}: {letters(repr(value[:40]))}")
    return value


def _numbered(value: Any) -> Any:
    """Read the items of a list that a model wrote; a text without one is an empty list."""
    return [value] if isinstance(value, Gap) else list(read_numbered(str(value)))


_NONE: Any = object()


def _number(kind: type[float] | type[int]) -> Callable[..., Any]:
    """Make a filter that reads a number, and takes nothing else for 0 unless it is told to."""

    def read(value: Any, default: Any = _NONE) -> Any:
        if isinstance(value, Unknown):
            return value
        try:
            return kind(float(value)) if kind is int else float(value)
        except (TypeError, ValueError, OverflowError):
            if default is not _NONE:
                return default
            name = kind.__name__
            told = (
                f"{str(value)[:60]!r} is no number: ask for one with schema, or write | {name}(0)"
            )
            raise FilterArgumentError(told) from None

    return read


def _length(value: Any) -> Any:
    return Unknown(f"⟨{told(value)} | length⟩") if isinstance(value, Unknown) else len(value)


def _failed(value: object) -> bool:
    if isinstance(value, Unknown):
        return value.holds(f"{told(value)} is failed", "no")
    return isinstance(value, Failed)
