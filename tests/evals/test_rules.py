"""How samples become one answer, or one score."""

from __future__ import annotations

import math

import pytest

from reasoning_chains import UserMistake
from reasoning_chains.evals.record import Ballot
from reasoning_chains.evals.rules import BY_LOGPROB, ELECTING, RULES, SCORING
from reasoning_chains.evals.score import Score


def ballots(*told: tuple[str | None, float | None]) -> list[Ballot]:
    return [Ballot(answer=answer, logprob=logprob) for answer, logprob in told]


SAMPLES = ballots(("1", -1.0), ("2", -0.1), ("1.0", -2.0), (None, -0.01), (None, None))


@pytest.mark.parametrize(
    ("rule", "answer"),
    [
        ("majority", "1"),
        ("weighted", "1"),
        ("first", "1"),
        ("unanimous", None),
        ("confident", None),
        ("likeliest", "2"),
        ("probable", "2"),
    ],
)
def test_each_rule_chooses_by_its_own_measure(rule: str, answer: str | None) -> None:
    assert math.exp(-0.1) > math.exp(-1) + math.exp(-2)  # what `probable` weighs
    assert ELECTING[rule](SAMPLES, lambda text: str(float(text))) == answer


def test_half_of_all_samples_is_enough_to_be_confident() -> None:
    key = str.casefold
    assert ELECTING["confident"](ballots(("a", None), ("A", None), *[(None, None)] * 2), key) == "a"
    assert ELECTING["confident"](ballots(("a", None), *[(None, None)] * 2), key) is None
    assert ELECTING["confident"](ballots((None, None)), key) is None


def test_many_improbable_samples_outweigh_a_probable_one() -> None:
    told = ballots(("a", -0.5), ("b", -0.9), ("b", -0.9))
    assert ELECTING["probable"](told, str) == "b"
    assert ELECTING["likeliest"](told, str) == "a"


@pytest.mark.parametrize("rule", sorted(BY_LOGPROB))
def test_what_has_no_log_probability_is_told(rule: str) -> None:
    with pytest.raises(UserMistake, match="2 of 3 samples have no log-probability"):
        ELECTING[rule](ballots(("a", None), ("b", -1.0), ("b", None)), str)
    assert ELECTING[rule](ballots((None, None), (None, None)), str) is None


def test_scores_of_all_samples() -> None:
    scores = [Score.of(True), Score.part(0.5), Score.unparsed(), Score.of(False)]
    assert SCORING["each"](scores) == Score(0.375, "wrong")
    assert SCORING["any"](scores) == Score(1.0, "right")
    assert SCORING["any"](scores[1:]) == Score(0.5, "wrong")
    assert SCORING["each"]([Score.of(True)] * 3) == Score(1.0, "right")
    assert set(RULES) == {*ELECTING, *SCORING}
