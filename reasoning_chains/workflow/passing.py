"""Which steps may not have been passed where they are used, and which are passed twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

from jinja2 import nodes

from reasoning_chains.workflow.checking import name_of, steps_of
from reasoning_chains.workflow.paths import Place, constants, places, worlds
from reasoning_chains.workflow.tags import options_of, tag_of

if TYPE_CHECKING:
    from reasoning_chains.workflow.flow import Flow

__all__ = ["early", "misplaced", "missed"]


def missed(flow: Flow, spared: frozenset[str]) -> Iterator[tuple[str, int, str]]:
    """Give file, line and words for each step that is used where it may not have been passed."""
    layers = list(flow.layers())
    found = places(layers)
    steps, elsewhere, choices = _steps(found), _elsewhere(flow, layers), _choices(flow)
    told = {*spared, *elsewhere}
    for place in found:
        node = place.node
        name = node.name if isinstance(node, nodes.Name) and node.ctx == "load" else ""
        if name in told or name not in choices:
            continue
        world = _without(place, steps.get(name, ()), choices)
        if world is not None:
            told.add(name)
            words = _words(name, steps.get(name, ()), world)
            inner = place.file == flow.name
            where = (node.lineno, "") if inner else (1, f"{place.file}, line {node.lineno}: ")
            yield flow.name, where[0], where[1] + words


def _steps(found: Sequence[Place]) -> dict[str, list[Place]]:
    """Give the places of the steps by name."""
    made: dict[str, list[Place]] = {}
    for place in found:
        if isinstance(place.node, nodes.CallBlock) and tag_of(place.node) == "step":
            made.setdefault(name_of(place.node), []).append(place)
    return made


def _elsewhere(flow: Flow, layers: Sequence[tuple[str, nodes.Template]]) -> Iterator[str]:
    """Give the names of steps that stand in macros, or in files that are included."""
    names = {name for name, _ in layers}
    for name, tree in flow.files():
        for part in [tree] if name not in names else tree.find_all(nodes.Macro):
            yield from map(name_of, steps_of(part))


def _choices(flow: Flow) -> dict[str, tuple[str, ...]]:
    """Give the choices of the steps whose choices are written out."""
    found: dict[str, tuple[str, ...]] = {}
    for step in (step for _, tree in flow.files() for step in steps_of(tree)):
        told = options_of(step).get("choices")
        found[name_of(step)] = () if told is None else tuple(map(str, constants(told)))
    return found


def _without(
    place: Place, steps: Sequence[Place], choices: Mapping[str, tuple[str, ...]]
) -> dict[str, Any] | None:
    """Give a way in which one gets to a place without having passed any of the steps."""
    before = _before(place, steps)
    if steps and not before:
        return None  # it is used before it stands, which is told elsewhere
    for world in worlds([place, *before], choices):
        if place.reached(world) and not any(step.reached(world) for step in before):
            return world
    return None


def _before(place: Place, steps: Sequence[Place]) -> list[Place]:
    """Give the steps that may have been passed when one gets to a place."""
    return [
        step for step in steps if step.order < place.order or set(step.loops) & set(place.loops)
    ]


def early(flow: Flow, spared: frozenset[str]) -> Iterator[tuple[str, int, str]]:
    """Give file, line and words for each use of a step that stands further down, and only there."""
    layers = list(flow.layers())
    found = places(layers)
    steps, told = _steps(found), {*spared, *_elsewhere(flow, layers)}
    for place in found:
        node = place.node
        name = node.name if isinstance(node, nodes.Name) and node.ctx == "load" else ""
        if name in steps and name not in told and not _before(place, steps[name]):
            told.add(name)
            line = steps[name][0].node.lineno
            words = f"step {name} is used before it stands, in line {line}: put it further up"
            yield place.file, node.lineno, words


def _words(name: str, steps: Sequence[Place], world: Mapping[str, Any]) -> str:
    if not steps:
        return f"step {name} stands in a block that is filled otherwise, and is used here"
    known = [f"{key} is {value}" for key, value in world.items() if isinstance(value, str)]
    where = f", such as where {' and '.join(known)}" if known else ""
    return (
        f"step {name}, in line {steps[0].node.lineno}, may not have been passed here{where}: write "
        f"{{% if {name} is defined %}} around this, or | default('') behind the name"
    )


def misplaced(flow: Flow) -> Iterator[tuple[str, int, str]]:
    """Give file, line and words for each step that cannot stand where its block does.

    It has the name of a step of another file, or its block fills in a part of the system message.
    """
    choices = _choices(flow)
    for name, steps in _steps(places(list(flow.layers()))).items():
        for step in steps:
            if step.system:
                told = f"step {name}: its block is a part of the system message: take another block"
                yield step.file, step.node.lineno, told
        for one, two in combinations(steps, 2):
            if one.file != two.file and _together(one, two, choices):
                step, other = (one, two) if one.file == flow.name else (two, one)
                told = (
                    f"step {name}: a step of this name stands in {other.file}, line "
                    f"{other.node.lineno}, already: give it another name"
                )
                yield step.file, step.node.lineno, told


def _together(one: Place, other: Place, choices: Mapping[str, tuple[str, ...]]) -> bool:
    return any(
        one.reached(world) and other.reached(world) for world in worlds([one, other], choices)
    )
