"""Where a step or a name stands in a workflow, and under which conditions one gets there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any, TypeAlias

from jinja2 import nodes

from reasoning_chains.workflow.tags import tag_of

__all__ = ["Place", "constants", "places", "worlds"]

Branches: TypeAlias = "tuple[tuple[nodes.Node, ...], tuple[tuple[Branches, ...] | None, ...]]"
"""The tests of an `{% if %}` in order, and for each of its branches, `else` being the last, what
must hold besides for it to lead on; None where it does not."""


@dataclass(frozen=True, slots=True)
class Place:
    """A node with the branches and the loops that lead to it; `order` is that of the render.

    `system` tells whether it stands in the system message.
    """

    node: nodes.Node
    file: str
    order: int = 0
    branches: tuple[Branches, ...] = ()
    loops: tuple[int, ...] = ()
    sure: tuple[int, ...] = ()
    system: bool = False

    def reached(self, world: Mapping[str, Any]) -> bool:
        """Tell whether one gets here where the conditions are as a world says."""
        taken = all(world.get(_loop(loop), True) for loop in self.loops if loop not in self.sure)
        return taken and _lead(self.branches, world)

    def atoms(self) -> Iterator[tuple[str, Any]]:
        """Give what a world must say of its conditions: a name with a value, or a text."""
        yield from ((_loop(loop), None) for loop in self.loops if loop not in self.sure)
        yield from _of_branches(self.branches)


_ENDED: Branches = ((), (None,))
"""Leads nowhere: an answer has ended the workflow."""


def places(files: Sequence[tuple[str, nodes.Template]]) -> list[Place]:
    """Give the steps and the names of a file that may extend others, in the order of the render.

    Those of macros are left out: they stand where they are called.

    Args:
        files: The file, the one that it extends, and so on, with their trees.
    """
    blocks: dict[str, list[tuple[str, list[nodes.Node]]]] = {}
    for file, tree in files:
        for block in tree.find_all(nodes.Block):
            blocks.setdefault(block.name, []).append((file, block.body))
    file, tree = files[-1]
    walk = _Walk(Place(nodes.Const(None), file), blocks)
    walk.body(tree.body)
    return walk.found


@dataclass(slots=True)
class _Walk:
    here: Place
    blocks: Mapping[str, Sequence[tuple[str, list[nodes.Node]]]]
    found: list[Place] = field(default_factory=list)
    above: tuple[tuple[str, list[nodes.Node]], ...] = ()
    count: int = 0

    def body(self, body: Iterable[nodes.Node]) -> tuple[Branches, ...]:
        """Go through nodes in order; give the branches that lead to what stands behind them."""
        outer, added = self.here, list[Branches]()
        for node in body:
            added += self.node(node)
            self.here = replace(outer, branches=(*outer.branches, *added))
        self.here = outer
        return tuple(added)

    def node(self, node: nodes.Node) -> tuple[Branches, ...]:
        if isinstance(node, nodes.Name) or tag_of(node) == "step":
            self.body(node.iter_child_nodes())  # what a step sends is read before its reply
            self.found.append(replace(self.here, node=node, order=len(self.found)))
            return ()
        if isinstance(node, nodes.If | nodes.CondExpr | nodes.And | nodes.Or):
            return self.choice(*_ways(node))
        if isinstance(node, nodes.For):
            return self.loop(node)
        if layers := self.layers(node):
            return self.block(layers)
        outer = self.here
        if tag_of(node) == "system":
            self.here = replace(outer, system=True)
        added = () if isinstance(node, nodes.Macro) else self.body(node.iter_child_nodes())
        self.here = outer
        return (_ENDED,) if tag_of(node) == "answer" else added

    def choice(
        self, tests: tuple[nodes.Node, ...], bodies: Sequence[Sequence[nodes.Node]]
    ) -> tuple[Branches, ...]:
        self.body(tests)
        outer, behind = self.here, list[tuple[Branches, ...] | None]()
        for place, body in enumerate(bodies):
            ways = tuple(() if other == place else None for other in range(len(bodies)))
            self.here = replace(outer, branches=(*outer.branches, (tests, ways)))
            behind.append(self.body(body))
        self.here = outer
        return ((tests, tuple(behind)),) if any(behind) else ()

    def loop(self, node: nodes.For) -> tuple[Branches, ...]:
        self.body([node.iter])
        outer, self.count = self.here, self.count + 1
        sure = (*outer.sure, self.count) if _is_long(node.iter) else outer.sure
        self.here = replace(outer, loops=(*outer.loops, self.count), sure=sure)
        self.body(node.body)
        self.here = outer
        self.body(node.else_)
        return ()

    def layers(self, node: nodes.Node) -> Sequence[tuple[str, list[nodes.Node]]]:
        """Give what files say of a block, the lowest first; of `super()`, those above."""
        if isinstance(node, nodes.Block):
            return self.blocks[node.name]
        called = node.node if isinstance(node, nodes.Call) else None
        is_super = isinstance(called, nodes.Name) and called.name == "super"
        return self.above if is_super else ()

    def block(self, layers: Sequence[tuple[str, list[nodes.Node]]]) -> tuple[Branches, ...]:
        """Go through what a block holds: what the lowest file says, by `super()` the one above."""
        outer, above = self.here, self.above
        (file, body), *rest = layers
        self.here, self.above = replace(outer, file=file), tuple(rest)
        added = self.body(body)
        self.here, self.above = outer, above
        return added


def _ways(
    node: nodes.If | nodes.CondExpr | nodes.And | nodes.Or,
) -> tuple[tuple[nodes.Node, ...], Sequence[Sequence[nodes.Node]]]:
    """Give the tests of a node, and what stands behind each and behind none of them."""
    if isinstance(node, nodes.If):
        ways = (node, *node.elif_)
        return tuple(way.test for way in ways), [*(way.body for way in ways), node.else_]
    if isinstance(node, nodes.CondExpr):
        return (node.test,), [[node.expr1], [] if node.expr2 is None else [node.expr2]]
    right: Sequence[nodes.Node] = [node.right]
    return (node.left,), [right, ()] if isinstance(node, nodes.And) else [(), right]


def _is_long(over: nodes.Node) -> bool:
    """Tell whether a loop has an item for sure: it goes over what is written out."""
    if isinstance(over, nodes.List | nodes.Tuple):
        return bool(over.items)
    return isinstance(over, nodes.Call) and all(isinstance(one, nodes.Const) for one in over.args)


def _loop(number: int) -> str:
    return f"loop {number}"


def constants(expression: nodes.Node) -> list[Any]:
    """Give the values that are written out: one, or those of a list."""
    if isinstance(expression, nodes.Const):
        return [expression.value]
    if isinstance(expression, nodes.List | nodes.Tuple):
        return [item.value for item in expression.items if isinstance(item, nodes.Const)]
    return []


def _compared(test: nodes.Node) -> tuple[str, str, list[Any]]:
    """Give name, operator and values of a comparison with what is written out."""
    if isinstance(test, nodes.Compare) and isinstance(test.expr, nodes.Name):
        (operand, *more) = test.ops
        if not more and operand.op in ("eq", "in", "ne", "notin"):
            return test.expr.name, operand.op, constants(operand.expr)
    return "", "", []


def _atoms(test: nodes.Node) -> Iterator[tuple[str, Any]]:
    name, _, values = _compared(test)
    if name and values:
        yield from ((name, value) for value in values)
    elif isinstance(test, nodes.Not):
        yield from _atoms(test.node)
    elif isinstance(test, nodes.And | nodes.Or):
        yield from (atom for part in (test.left, test.right) for atom in _atoms(part))
    elif not isinstance(test, nodes.Const):
        yield repr(test), None


def _holds(test: nodes.Node, world: Mapping[str, Any]) -> bool:
    name, operator, values = _compared(test)
    if name and values:
        return (world.get(name) in values) is (operator in ("eq", "in"))
    if isinstance(test, nodes.Not):
        return not _holds(test.node, world)
    if isinstance(test, nodes.And):
        return _holds(test.left, world) and _holds(test.right, world)
    if isinstance(test, nodes.Or):
        return _holds(test.left, world) or _holds(test.right, world)
    return bool(test.value) if isinstance(test, nodes.Const) else bool(world.get(repr(test)))


def _lead(branches: Iterable[Branches], world: Mapping[str, Any]) -> bool:
    """Tell whether all branches lead on in a world."""
    for tests, ways in branches:
        taken = next((k for k, test in enumerate(tests) if _holds(test, world)), len(tests))
        inner = ways[taken]
        if inner is None or not _lead(inner, world):
            return False
    return True


def _of_branches(branches: Iterable[Branches]) -> Iterator[tuple[str, Any]]:
    for tests, ways in branches:
        for test in tests:
            yield from _atoms(test)
        for inner in ways:
            yield from _of_branches(inner or ())


_MOST = 4_096


def worlds(
    found: Iterable[Place], choices: Mapping[str, tuple[str, ...]]
) -> Iterator[dict[str, Any]]:
    """Give every way in which the conditions of some places may turn out; none where too many.

    A name of `choices` has one of them; another that is compared has one of the values that it is
    compared with, or none of them.
    """
    values: dict[str, list[Any]] = {}
    for name, value in (atom for place in found for atom in place.atoms()):
        if value is None:
            values[name] = [True, False]
        elif choices.get(name):
            values[name] = list(choices[name])
        else:
            known = values.setdefault(name, [None])
            known += [value] * (value not in known)
    count = 1
    for kinds in values.values():
        count *= len(kinds)
    if count <= _MOST:
        for told in product(*values.values()):
            yield dict(zip(values, told, strict=True))
