"""How the replies of steps are used, where that can be seen in the file: what would break there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import TYPE_CHECKING, Any

from jinja2 import nodes

from reasoning_chains.errors import near
from reasoning_chains.workflow.checking import OF_DICTIONARIES, bound_names, name_of, steps_of
from reasoning_chains.workflow.tags import options_of, tag_of

if TYPE_CHECKING:
    from reasoning_chains.workflow.flow import Flow

__all__ = ["letters", "misused"]

_BOOLEAN = ("boolean", "yes or no")


def misused(flow: Flow, tree: nodes.Template) -> Iterator[tuple[int, str]]:
    """Give line and words for each use of a step that cannot be."""
    steps: dict[str, list[nodes.CallBlock]] = {}
    for _, file in flow.files():
        for step in steps_of(file):
            steps.setdefault(name_of(step), []).append(step)
    yield from _beside(tree)
    fields = {name: found for name, made in steps.items() if (found := _fields(made))}
    for node in tree.find_all((nodes.Getattr, nodes.Getitem)):
        yield from _unknown_field(node, steps, fields)
    for compare in tree.find_all(nodes.Compare):
        yield from _never_equal(compare, fields)
    plain = {name for name, made in steps.items() if not any(map(_has_schema, made))}
    for compare in tree.find_all(nodes.Compare):
        yield from _as_number(compare, plain - bound_names(tree))
    yield from _by_letters(tree, (plain | _TEXTS) - bound_names(tree), fields)
    for test in tree.find_all(nodes.Test):
        name = test.node.name if test.name == "failed" and isinstance(test.node, nodes.Name) else ""
        if name in steps and not any("tool" in options_of(step) for step in steps[name]):
            yield test.lineno, f"step {name} has no tool, and only a tool can be failed"


def letters(what: str) -> str:
    """Say that a text would be taken for a list, and what to write."""
    return (
        f"the text {what} would be taken letter by letter: write | numbered behind it for the "
        "items of a list, .splitlines() for its lines, or give the step a schema with a list"
    )


_TEXTS = frozenset({"question", "context", "kind", "lang", "input"})
_OF_LISTS = frozenset(
    {"batch", "groupby", "join", "list", "map", "reject", "select", "slice", "sort", "unique"}
)
"""Filters that take the items of a list."""


def _has_schema(step: nodes.CallBlock) -> bool:
    return "schema" in options_of(step)


def _by_letters(
    tree: nodes.Template, texts: Set[str], fields: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[int, str]]:
    """Find loops and filters of lists that are given what is known to be a text."""
    for node in tree.find_all((nodes.For, nodes.Filter)):
        over: nodes.Node | None = None
        if isinstance(node, nodes.For):
            over = node.iter
        elif isinstance(node, nodes.Filter) and node.name in _OF_LISTS:
            over = node.node
        name, key = _key(over) if over is not None else ("", "")
        kind = fields.get(name, {}).get(key)
        if isinstance(over, nodes.Name) and over.name in texts:
            yield node.lineno, letters(over.name)
        elif kind == "text" or isinstance(kind, list):
            yield node.lineno, letters(f"{name}.{key}")


def _beside(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    """Find uses of a step within the block of parallel steps in which it runs."""
    for block in tree.find_all(nodes.CallBlock):
        if tag_of(block) != "parallel":
            continue
        names = {
            name_of(step) for step in block.find_all(nodes.CallBlock) if tag_of(step) == "step"
        }
        for name in block.find_all(nodes.Name):
            if name.ctx == "load" and name.name in names:
                told = f"step {name.name} runs beside this one: use it behind {{% endparallel %}}"
                yield name.lineno, told


def _fields(made: list[nodes.CallBlock]) -> Mapping[str, Any]:
    """Give the fields of a step whose shape is written out, once; else nothing."""
    schema = options_of(made[0]).get("schema") if len(made) == 1 else None
    found = None if schema is None else schema.as_const()
    return found if isinstance(found, Mapping) else {}


def _key(node: nodes.Node) -> tuple[str, str]:
    """Give the name and the field of `name.field` or `name["field"]`."""
    if isinstance(node, nodes.Getattr | nodes.Getitem) and isinstance(node.node, nodes.Name):
        if isinstance(node, nodes.Getattr):
            return node.node.name, node.attr
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            return node.node.name, node.arg.value
    return "", ""


def _unknown_field(
    node: nodes.Node, steps: Mapping[str, Any], fields: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[int, str]]:
    name, key = _key(node)
    if name == "steps" and key not in steps and key not in OF_DICTIONARIES:
        yield node.lineno, f"there is no step {key!r}: {near(key, steps)}"
    elif name in fields and key not in fields[name] and key not in OF_DICTIONARIES:
        yield node.lineno, f"step {name} has no field {key!r}: {near(key, map(str, fields[name]))}"


def _as_number(compare: nodes.Compare, texts: Set[str]) -> Iterator[tuple[int, str]]:
    """Find a reply that is held against a number: it is a text."""
    sides = [compare.expr, *(operand.expr for operand in compare.ops)]
    numbers = [side.value for side in sides if isinstance(side, nodes.Const)]
    numbers = [value for value in numbers if type(value) in (int, float)]
    for side in sides:
        if numbers and isinstance(side, nodes.Name) and side.name in texts:
            told = f"the reply of step {side.name} is a text, and {numbers[0]} a number"
            yield compare.lineno, f"{told}: write {side.name} | float"


def _never_equal(
    compare: nodes.Compare, fields: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[int, str]]:
    name, key = _key(compare.expr)
    if name not in fields or fields[name].get(key) not in _BOOLEAN:
        return
    for operand in compare.ops:
        value = operand.expr.value if isinstance(operand.expr, nodes.Const) else None
        if isinstance(value, str):
            told = f"{name}.{key} is true or false, never {value!r}: write {{% if {name}.{key} %}}"
            yield compare.lineno, told
