"""Questions over the invented world: one fact, or two of which the first leads on."""

from random import Random

from reasoning_chains.problems.exercise import Exercise, Step
from reasoning_chains.problems.world import FAMOUS, RELATIONS, Entity, known, world


def _entity(rng: Random, level: int) -> Entity:
    """Draw an entity: level 1 one that the model is told of by heart, level 2 any person."""
    names = known() if level == 1 else tuple(world())[FAMOUS : FAMOUS + 700]
    return world()[rng.choice(names)]


def _step(entity: Entity, relation: str) -> Step:
    """State one fact as a step."""
    says, asks, _ = RELATIONS[entity.kind][relation]
    value = entity.value(relation)
    return Step(
        says.format(s=entity.name, o=value),
        says.format(s=entity.name, o=value),
        "",
        value,
        asks.format(s=entity.name),
        lookup=entity.name,
        part=f"factual:{entity.name};{relation}",
    )


def factual(rng: Random, level: int) -> Exercise:
    """Ask for one fact: 1 of the well-known part of the world, 2 of one that must be looked up."""
    entity = _entity(rng, level)
    step = _step(entity, rng.choice([relation for relation, _ in entity.facts]))
    return Exercise("factual", level, "text", "", step.question, step.value, (step,), step.part)


_NOUNS = {
    "birthplace": "the birthplace of {s}",
    "teacher": "the teacher of {s}",
    "friend": "the best friend of {s}",
    "land": "the land of {s}",
    "mayor": "the mayor of {s}",
    "capital": "the capital of {s}",
}


def two_hop(rng: Random, level: int) -> Exercise:
    """Ask for a fact about the thing that another fact names; levels as in `factual`."""
    entity = _entity(rng, level)
    kinds = RELATIONS[entity.kind]
    first = rng.choice([r for r, _ in entity.facts if kinds[r][2]])
    step = _step(entity, first)
    middle = world()[step.value]
    second = rng.choice([r for r, _ in middle.facts if RELATIONS[middle.kind][r][2] != "land"])
    last = _step(middle, second)
    noun = _NOUNS[first].format(s=entity.name)
    question = RELATIONS[middle.kind][second][1].format(s=noun)
    form = f"two_hop:{entity.name};{first};{second}"
    return Exercise("two_hop", level, "text", "", question, last.value, (step, last), form)
