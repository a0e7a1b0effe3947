"""A score says what it is worth, and why there may be nothing to score."""

from __future__ import annotations

import pytest

from reasoning_chains import Problem, UserMistake
from reasoning_chains.evals.metrics import METRICS, Tally
from reasoning_chains.evals.score import OUTCOMES, Score, unread
from reasoning_chains.evals.scorers.exact import Exact
from reasoning_chains.solution import StopReason
from tests.evals.scoring import ended, scored


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        ("unparsed", "unparsed"),
        ("refused", "refused"),
        ("length", "cut"),
        ("budget", "cut"),
        ("failed", "error"),
        ("answered", "unparsed"),
    ],
)
def test_what_has_no_answer_is_told_apart_from_what_is_wrong(
    reason: StopReason, outcome: str
) -> None:
    assert unread(ended(reason)) == Score(0.0, outcome)  # type: ignore[arg-type]
    assert scored(Exact(), Problem("1 + 1?"), ended(reason), "2").outcome == outcome


@pytest.mark.parametrize(
    ("value", "outcome", "told"),
    [
        (1.5, "right", "score value=1.5: it must be at least 0 and at most 1"),
        (float("nan"), "right", "score value=nan"),
        (0.0, "rigth", "unknown outcome of a score 'rigth': did you mean right"),
        (0.5, "unparsed", "what is so scores 0"),
        (True, "right", "must be a number"),
    ],
)
def test_a_score_that_cannot_be_is_refused(value: float, outcome: str, told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        Score(value, outcome)  # type: ignore[arg-type]


def test_a_part_is_right_only_when_it_is_the_whole() -> None:
    assert (Score.part(1.0).outcome, Score.part(0.99).outcome) == ("right", "wrong")
    assert Score.part(0.5).value == 0.5


def test_metrics_count_every_outcome() -> None:
    tally = Tally()
    assert [tally.metric(name) for name in METRICS] == [None] * len(METRICS)
    for outcome in OUTCOMES:
        tally.add(Score(1.0 if outcome == "right" else 0.0, outcome))  # type: ignore[arg-type]
    tally.add(Score(0.5, "wrong"))
    tally.add(Score.of(True))
    shares = {name: tally.metric(name) for name in METRICS}
    assert shares == {
        "accuracy": 2 / 8,
        "score": 2.5 / 8,
        "parsed": 4 / 8,
        "refused": 1 / 8,
        "cut": 1 / 8,
        "errors": 1 / 8,
    }
    with pytest.raises(UserMistake, match="unknown metric 'acuracy': did you mean accuracy"):
        tally.metric("acuracy")
