"""Goes through a suite once, and lets its scorer score its own targets; it asks no model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from reasoning_chains.errors import ranged
from reasoning_chains.evals.item import Item
from reasoning_chains.evals.score import Rule
from reasoning_chains.evals.scorers.function import Function
from reasoning_chains.evals.sources.row import at_row
from reasoning_chains.evals.suite import Suite
from reasoning_chains.loop import run_sync

__all__ = ["Checked", "check"]


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in a suite that has no mistake.

    Args:
        items: How many items it gave.
        scored: How many targets its scorer scored; none where a scorer needs a model or a sandbox.
        kinds: How many there are of each kind of answer.
        levels: How many there are of each level.
        note: What to know of its size.
    """

    items: int
    scored: int
    kinds: Mapping[str, int]
    levels: Mapping[str, int]
    note: str = ""


def check(suite: Suite, most: int | None = None) -> Checked:
    """Go through a suite; every target must be right by the suite's own scorer.

    Args:
        suite: The suite.
        most: After how many items it ends.

    Raises:
        UserMistake: A row is wrong; the file and the row are named.
    """
    if most is not None:
        ranged("most", most, int, 1)
    items, scored = 0, 0
    kinds, levels = Counter[str](), Counter[str]()
    for item in suite:
        scored += _scored(suite, item, items + 1)
        items += 1
        kinds[item.problem.kind] += 1
        levels["" if item.level is None else str(item.level)] += 1
        if items == most:
            break
    return Checked(items, scored, dict(kinds), dict(levels), _note(suite, items, most))


def _scored(suite: Suite, item: Item, number: int) -> bool:
    """Score a target by a function of the user's; rules were asked when the item was made."""
    scorer = suite.scorer
    if isinstance(scorer, Function):
        score = run_sync(scorer.given(item.problem, item.target, item.target))
        if score.outcome != "right":
            told = score.note or f"it is {score.outcome}"
            name = f"its own scorer, {scorer.name}, rejects the answer {item.target[:60]!r}: {told}"
            raise at_row(suite.source.name, number, name)
        return True
    return isinstance(scorer, Rule)


def _note(suite: Suite, items: int, most: int | None) -> str:
    if most is not None and items == most:
        return ""
    if suite.size is not None and items < suite.size:
        asked = f"{suite.size:,} were asked for"
        return f"{suite.name}: {asked}, there are {items:,}: all are taken"
    return suite.note
