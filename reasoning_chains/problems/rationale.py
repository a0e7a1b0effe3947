"""The surface of a worked solution: steps of an exercise as text; knows no prompt."""

from random import Random
from typing import Literal

from reasoning_chains.problems.exercise import Exercise
from reasoning_chains.problems.words import NAMES

Style = Literal["verbose", "terse", "ordered", "other"]
STYLES: tuple[Style, ...] = ("verbose", "terse", "ordered", "other")
_KEPT = frozenset((*NAMES, "Arlo"))


def draw_style(rng: Random) -> Style:
    """Draw a style: half of them verbose."""
    return rng.choice(("verbose", "verbose", "verbose", "terse", "ordered", "other"))


def worked(exercise: Exercise, style: Style = "verbose") -> list[str]:
    """Give the steps as sentences, without the final answer."""
    steps = exercise.steps
    if style == "other" and exercise.alternatives:
        steps = exercise.alternatives[0]
    if style == "terse":
        return [step.terse for step in steps]
    said = [step.verbose for step in steps]
    if style == "ordered":
        return [_ordered(text, i, len(said)) for i, text in enumerate(said)]
    return said


def _ordered(text: str, index: int, count: int) -> str:
    """Put "First", "Then" or "Finally" before a step that does not say so itself."""
    start = text.split(" ", 1)[0].rstrip(",")
    if start in ("First", "Then", "Finally", "Next", "Last", "Start", "So"):
        return text
    lead = "First, " if index == 0 else "Finally, " if index == count - 1 > 1 else "Then "
    keep = start in _KEPT or not start[0].isupper() or len(start) < 2 or not exercise_word(start)
    return lead + (text if keep else text[0].lower() + text[1:])


def exercise_word(word: str) -> bool:
    """Tell whether a word opens steps and is no name of its own."""
    return word.lower() in {
        "after", "he", "she", "the", "together", "with", "gains:", "losses:", "divide", "divide:",
        "subtract", "add", "move", "from", "counting", "concatenating", "putting",
    }  # fmt: skip


def rationale(
    exercise: Exercise,
    style: Style = "verbose",
    ending: str = "The answer is {a}.",
    separator: str = "\n",
) -> str:
    """Give the whole worked solution; `ending` says the answer at {a}, "" leaves it out."""
    said = worked(exercise, style)
    if ending:
        said.append(ending.replace("{a}", exercise.answer))
    return separator.join(said)
