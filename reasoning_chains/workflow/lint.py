"""What is odd in a workflow though it runs: found by reading the file, without a model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from jinja2 import nodes

from reasoning_chains.workflow.checking import name_of, steps_of
from reasoning_chains.workflow.flow import Flow
from reasoning_chains.workflow.passing import missed
from reasoning_chains.workflow.paths import constants
from reasoning_chains.workflow.tags import options_of, tag_of
from reasoning_chains.workflow.whole import broken, spared

__all__ = ["findings"]


def findings(flow: Flow) -> Iterator[str]:
    """Give one line a finding, in order of the lines.

    Raises:
        TemplateMistake: It is no workflow at all.
    """
    flow.template()
    tree = flow.tree()
    found = [*_unused(tree), *_never(tree), *_passed_by(tree)]
    found += _behind(tree.body)
    told_of_all = (*broken(flow), *missed(flow, spared(flow)))
    found += [(line, told) for file, line, told in told_of_all if file == flow.name]
    if not flow.head.description:
        found.append((1, "it has no description in its head"))
    for line, told in sorted(found):
        yield f"{flow.name}, line {line}: {told}"


def _loaded(node: nodes.Node) -> Iterator[nodes.Name]:
    for name in node.find_all(nodes.Name):
        if name.ctx == "load":
            yield name


def _unused(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    """Find steps whose reply is read nowhere; the last one's is the answer where there is none."""
    used = {name.name for name in _loaded(tree)}
    steps = list(steps_of(tree))
    answers = any(tag_of(node) == "answer" for node in tree.find_all(nodes.CallBlock))
    told = max((k for k, step in enumerate(steps) if "history" in options_of(step)), default=-1)
    last = name_of(steps[-1]) if steps and not answers else ""
    for k, step in enumerate(steps):
        name = name_of(step)
        if "steps" not in used and name not in used | {last} and k >= told:
            yield step.lineno, f"step {name}: nothing uses its reply"


def _never(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    """Find comparisons of a step's choice with what is none of its choices."""
    choices = {name_of(step): _choices(step) for step in steps_of(tree)}
    for compare in tree.find_all(nodes.Compare):
        if not isinstance(compare.expr, nodes.Name) or not choices.get(compare.expr.name):
            continue
        name = compare.expr.name
        for operand in compare.ops:
            for value in constants(operand.expr):
                if operand.op in ("eq", "in") and value not in choices[name]:
                    known = ", ".join(choices[name])
                    yield compare.lineno, f"{name} is never {value!r}: its choices are {known}"


def _passed_by(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    """Find branches whose test is never true, and those behind a branch for every choice."""
    choices = {name_of(step): {*_choices(step)} for step in steps_of(tree)}
    inner = {id(other) for node in tree.find_all(nodes.If) for other in node.elif_}
    for node in tree.find_all(nodes.If):
        if id(node) in inner:
            continue
        taken: dict[str, set[str]] = {}
        full = ""
        for branch in (node, *node.elif_):
            name, values = _asked(branch.test)
            again = values and taken.get(name, set()).issuperset(values)
            if full or again or _is_constant(branch.test, truth=False):
                yield branch.lineno, f"this branch is never reached{full}"
            taken.setdefault(name, set()).update(values)
            if choices.get(name) and choices[name] <= taken[name]:
                full = f": there is one for every choice of {name} above it"
            elif _is_constant(branch.test, truth=True):
                full = ": the one above it is always taken"
        if full and node.else_:
            yield node.else_[0].lineno, f"this branch is never reached{full}"


def _is_constant(test: nodes.Node, *, truth: bool) -> bool:
    return isinstance(test, nodes.Const) and bool(test.value) is truth


def _asked(test: nodes.Node) -> tuple[str, list[Any]]:
    """Give the name that a test compares, and the values that make it true."""
    if isinstance(test, nodes.Compare) and isinstance(test.expr, nodes.Name):
        (operand, *more) = test.ops
        if not more and operand.op in ("eq", "in"):
            return test.expr.name, constants(operand.expr)
    return "", []


def _choices(step: nodes.CallBlock) -> tuple[str, ...]:
    expression = options_of(step).get("choices")
    return () if expression is None else tuple(map(str, constants(expression)))


def _behind(body: Iterable[nodes.Node]) -> Iterator[tuple[int, str]]:
    """Find what stands behind an answer: the workflow has ended there."""
    ended = False
    for node in body:
        if ended and tag_of(node):
            yield node.lineno, f"this {tag_of(node)} stands behind an answer and is never reached"
        ended = ended or tag_of(node) == "answer"
        for part in (getattr(node, "body", ()), getattr(node, "else_", ())):
            yield from _behind(part if isinstance(part, list) else [])
        for other in getattr(node, "elif_", ()):
            yield from _behind(other.body)
