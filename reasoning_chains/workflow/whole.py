"""What is wrong in a workflow with all that it extends and includes, before anything is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from jinja2 import meta, nodes

from reasoning_chains.errors import TemplateMistake, near
from reasoning_chains.templates.inheriting import lost_blocks
from reasoning_chains.workflow.checking import RESERVED, SEEN, bound_names, name_of, steps_of
from reasoning_chains.workflow.passing import early, misplaced
from reasoning_chains.workflow.tags import tag_of
from reasoning_chains.workflow.using import misused

if TYPE_CHECKING:
    from reasoning_chains.workflow.flow import Flow

__all__ = ["broken", "check_whole", "spared"]

_SPARING = frozenset({"d", "default", "defined", "undefined"})
"""Filters and tests that take what is not given."""


def check_whole(flow: Flow) -> None:
    """Refuse what would break, or be lost, when it is reached.

    Raises:
        TemplateMistake: An input has the name of something else, a block would be dropped, or a
            filter, a test or a variable is unknown.
    """
    for file, line, told in broken(flow):
        raise TemplateMistake(f"{file}, line {line}: {told}")


def broken(flow: Flow) -> Iterator[tuple[str, int, str]]:
    """Give file, line and words for all that would break, or be lost, when it is reached."""
    for name in flow.head.inputs:
        if told := _taken(flow, name):
            yield flow.name, 1, told
    for file, tree in flow.files():
        lost = lost_blocks(tree, flow.tree)
        for line, told in (
            *lost,
            *_absent(flow, tree),
            *_unknown(flow, tree),
            *misused(flow, tree),
        ):
            yield file, line, told
    yield from misplaced(flow)
    yield from early(flow, spared(flow))
    if not any(tag_of(node) for _, tree in flow.files() for node in tree.find_all(nodes.CallBlock)):
        yield flow.name, 1, "it holds no step and no answer: write {% step name %}…{% endstep %}"
    for file, line, name in _unset(flow):
        if name not in spared(flow):
            yield file, line, f"variable {name!r} is set by no step, nor declared in inputs"


def _taken(flow: Flow, name: str) -> str:
    if name in SEEN:
        return f"{name!r} is there for every workflow: leave it out of inputs"
    if name in RESERVED:
        return f"{name!r} means something else: give the input another name"
    return f"{name!r} is an input and a step: give one another name" * (name in flow.names())


def spared(flow: Flow) -> frozenset[str]:
    """Give the names that are used with a default, or a test for them."""
    return frozenset(
        node.node.name
        for _, tree in flow.files()
        for node in tree.find_all((nodes.Filter, nodes.Test))
        if node.name in _SPARING and isinstance(node.node, nodes.Name)
    )


def _unset(flow: Flow) -> Iterator[tuple[str, int, str]]:
    """Give file, line and name of what no step, no input and no tag sets."""
    files = list(flow.files())
    if any(None in meta.find_referenced_templates(tree) for _, tree in files):
        return  # a file named by a variable may set anything
    known = SEEN | {"input", "steps"} | {*flow.head.inputs} | set(flow.environment.globals)
    for _, tree in files:
        known |= bound_names(tree) | set(map(name_of, steps_of(tree)))
    for file, tree in files:
        for name in tree.find_all(nodes.Name):
            if name.ctx == "load" and name.name not in known:
                yield file, name.lineno, name.name


def _absent(flow: Flow, tree: nodes.Template) -> Iterator[tuple[int, str]]:
    """Find files that are included or imported and are not there."""
    for node in tree.find_all((nodes.Include, nodes.Import, nodes.FromImport)):
        named = getattr(node, "template", None)
        name = named.value if isinstance(named, nodes.Const) else None
        spare = isinstance(node, nodes.Include) and node.ignore_missing
        if isinstance(name, str) and not spare and not flow.has(name):
            yield node.lineno, f"{name!r} is not there"


def _unknown(flow: Flow, tree: nodes.Template) -> Iterator[tuple[int, str]]:
    """Find filters and tests that there are not: Jinja tells some only when it reaches them."""
    environment = flow.environment
    for kind, told, table in (
        (nodes.Filter, "filter", environment.filters),
        (nodes.Test, "test", environment.tests),
    ):
        for node in tree.find_all(kind):
            if node.name not in table:
                yield node.lineno, f"unknown {told} {node.name!r}: {near(node.name, table)}"
