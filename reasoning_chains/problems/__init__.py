"""Seeded problems with worked solutions and canonical forms; knows no model and no prompt."""

from reasoning_chains.problems.exercise import Exercise, Step, held_out
from reasoning_chains.problems.rationale import STYLES, Style, rationale, worked
from reasoning_chains.problems.tasks import TASKS, Split, Task, exercises
from reasoning_chains.problems.words import held_out_word
from reasoning_chains.problems.world import passages

__all__ = [
    "STYLES",
    "TASKS",
    "Exercise",
    "Split",
    "Step",
    "Style",
    "Task",
    "exercises",
    "held_out",
    "held_out_word",
    "passages",
    "rationale",
    "worked",
]
