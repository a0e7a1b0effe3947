"""Why a dry run does not show a step: what stands around it in the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from jinja2 import nodes

from reasoning_chains.workflow.checking import name_of, steps_of
from reasoning_chains.workflow.paths import places

if TYPE_CHECKING:
    from reasoning_chains.workflow.flow import Flow

__all__ = ["left_out"]


def left_out(flow: Flow, shown: frozenset[str]) -> Iterator[str]:
    """Give words for each step whose place, file and line, is not among those shown."""
    layers = list(flow.layers())
    kept = {id(place.node) for place in places(layers)}
    names = {name for name, _ in layers}
    for file, tree in flow.files():
        inside = {id(step) for macro in tree.find_all(nodes.Macro) for step in steps_of(macro)}
        for step in steps_of(tree):
            place = f"{file}, line {step.lineno}"
            replaced = file in names and id(step) not in kept | inside
            if place not in shown and not replaced:
                yield f"step {name_of(step)} ({place}) is not shown: {_why(tree, step)}"


def _why(tree: nodes.Template, step: nodes.Node) -> str:
    for node in reversed(_around(tree, step)):
        if isinstance(node, nodes.If):
            return (
                f"the {{% if %}} of line {node.lineno} leads elsewhere for this question and these "
                "inputs"
            )
        if isinstance(node, nodes.For):
            return f"the loop of line {node.lineno} has no item here"
        if isinstance(node, nodes.Macro):
            return f"nothing that is shown calls the macro {node.name}"
    return "no way that is tried leads to it"


def _around(node: nodes.Node, step: nodes.Node) -> list[nodes.Node]:
    """Give the nodes around a step, the outermost first; none where it is not within."""
    for child in node.iter_child_nodes():
        if child is step:
            return [node]
        if inner := _around(child, step):
            return [node, *inner]
    return []
