"""Scores whole replies as a task does: its filters, then its exact match; it asks no model."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reasoning_chains.errors import UserMistake
from reasoning_chains.evals.harness.filters import Pipeline
from reasoning_chains.evals.harness.metric import ExactMatch, Target
from reasoning_chains.evals.score import OfReplies, Score, unread

if TYPE_CHECKING:
    from reasoning_chains.run import Run
    from reasoning_chains.solution import Solution
    from reasoning_chains.types import Problem

__all__ = ["OPTIONS", "TaskScorer", "as_target", "of_target"]

OPTIONS = "options"
"""The input of a problem that holds its row's `choices`, which a filter may need."""
_NOTHING = ("failed", "refused", "budget")


@dataclass(frozen=True, slots=True)
class TaskScorer(OfReplies):
    """The task's filter and its exact match, over the text of the solution.

    Args:
        task: What the task is called.
        pipeline: The filter that counts.
        metric: How texts are compared.
    """

    task: str
    pipeline: Pipeline
    metric: ExactMatch

    @property
    def name(self) -> str:
        """How the card calls it."""
        return f"{self.task}: {self.pipeline.name}, exact_match"

    def reference(self, problem: Problem, target: str) -> str | None:
        """Give none: what is right is no whole reply."""
        return None

    def replies(self, solution: Solution) -> tuple[str, ...]:
        """Give the replies that are scored: the candidates' where the filter takes several."""
        several = tuple(one.text for one in solution.candidates)
        if several and self.pipeline.wants:
            return several
        return (solution.text,)

    async def score(self, problem: Problem, solution: Solution, target: str, run: Run) -> Score:
        """Score a solution; what is not right is told apart by why."""
        if not solution.text and solution.stop_reason in _NOTHING:
            return unread(solution)
        score = self.judge(problem, self.replies(solution), target)
        if score.outcome == "right" or score.value or solution.stop_reason == "answered":
            return score
        other = unread(solution)
        return score if other.outcome == "unparsed" else other

    def judge(self, problem: Problem, replies: tuple[str, ...], target: str) -> Score:
        """Score replies; the note holds what was compared.

        Raises:
            UserMistake: There are fewer than the filter takes.
        """
        if len(replies) < self.pipeline.wants:
            raise UserMistake(
                f"the filter {self.pipeline.name} takes {self.pipeline.wants} replies, and there "
                f"are {len(replies)}: ask with as_given, or name another filter"
            )
        row = {"choices": problem.inputs.get(OPTIONS)}
        filtered = self.pipeline(replies, row)
        told = filtered if isinstance(filtered, str) else json.dumps(filtered, ensure_ascii=False)
        value = self.metric.value(filtered, of_target(target))
        if not value and {*([filtered] if isinstance(filtered, str) else filtered)} <= self.missed:
            return Score.unparsed(told)
        return Score.part(value, told)

    @property
    def missed(self) -> frozenset[str]:
        """What the filter gives where it finds nothing to compare."""
        return self.pipeline.fallbacks


def as_target(target: Any) -> str:
    """Write what is right as an item's target: several as a JSON list."""
    if isinstance(target, str) and not isinstance(of_target(target), tuple):
        return target
    several = [target] if isinstance(target, str) else list(target)
    return json.dumps(several, ensure_ascii=False)


def of_target(text: str) -> Target:
    """Read an item's target."""
    if not text.startswith("["):
        return text
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return tuple(found) if isinstance(found, list) else text
