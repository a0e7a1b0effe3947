"""Voting: who votes, how ties fall, and when a vote is decided."""

from __future__ import annotations

import random
from fractions import Fraction
from math import comb
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_chains.answers import vote_key
from reasoning_chains.errors import UserMistake
from reasoning_chains.voting import BetaRule, UnanimousWindow, Vote, majority

ANSWERS = st.lists(st.sampled_from(["a", "b", "c", None]), max_size=12)
quiet = settings(derandomize=True, max_examples=200, deadline=None, database=None)


def test_majority_counts_and_abstentions() -> None:
    assert majority(["b", None, "a", "a"]) == Vote("a", 2 / 3, {"b": 1, "a": 2}, 1)
    assert majority([None, None]) == Vote(None, None, {}, 2)
    assert majority([]) == Vote(None, None, {}, 0)


def test_majority_breaks_ties_by_lowest_index() -> None:
    assert majority(["b", "a", "a", "b"]).answer == "b"
    assert majority([None, "a", "b"]).answer == "a"


def test_majority_weighs() -> None:
    vote = majority(["a", "a", "b"], [0.1, 0.2, 0.7])
    assert vote.answer == "b"
    assert vote.share == pytest.approx(0.7)
    assert list(vote.votes) == ["a", "b"]


def test_weights_of_nothing_leave_the_share_unmeasured() -> None:
    assert majority(["a", "b"], [0.0, 0.0]) == Vote("a", None, {"a": 0, "b": 0}, 0)


@pytest.mark.parametrize("weights", [[1.0], [1.0, -1.0], [1.0, float("nan")], [1.0, float("inf")]])
def test_bad_weights_are_refused(weights: list[float]) -> None:
    with pytest.raises(UserMistake, match="weight"):
        majority(["a", "b"], weights)


def test_majority_by_key_shows_the_first_spelling() -> None:
    vote = majority(["0.5", "1/2", "50", "1/2"], key=vote_key)
    assert vote.answer == "0.5"
    assert vote.votes == {"0.5": 3, "50": 1}


@quiet
@given(ANSWERS, st.integers(0, 1000))
def test_order_changes_no_count(answers: list[str | None], seed: int) -> None:
    shuffled = list(answers)
    random.Random(seed).shuffle(shuffled)
    first, second = majority(answers), majority(shuffled)
    assert first.votes == second.votes
    assert first.abstained == second.abstained
    assert first.share == second.share
    top = max(first.votes.values(), default=0)
    if list(first.votes.values()).count(top) == 1:
        assert first.answer == second.answer


@quiet
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 1)), max_size=12), st.integers(0, 99)
)
def test_order_changes_no_weight(ballots: list[tuple[str, float]], seed: int) -> None:
    shuffled = list(ballots)
    random.Random(seed).shuffle(shuffled)
    votes = [majority([a for a, _ in b], [w for _, w in b]).votes for b in (ballots, shuffled)]
    assert votes[0] == votes[1]


@quiet
@given(ANSWERS)
def test_one_more_vote_keeps_the_winner(answers: list[str | None]) -> None:
    vote = majority(answers)
    assert sum(vote.votes.values()) + vote.abstained == len(answers)
    if vote.answer is not None:
        assert majority([*answers, vote.answer]).answer == vote.answer


def test_beta_rule_stops_where_the_paper_does() -> None:
    needed = [
        next(first for first in range(1, 40) if BetaRule().surely_ahead(first, second))
        for second in range(6)
    ]
    assert needed == [4, 6, 8, 9, 11, 12]


@quiet
@given(st.integers(0, 30), st.integers(0, 30))
def test_beta_rule_is_the_integral(first: int, second: int) -> None:
    # The regularised incomplete beta function at one half, by its binomial sum.
    coins = first + second + 1
    above = Fraction(sum(comb(coins, heads) for heads in range(second + 1, coins + 1)), 2**coins)
    assert BetaRule(0.95).surely_ahead(first, second) == (above >= Fraction(95, 100))


def test_beta_rule_reads_the_two_leaders_and_ignores_abstentions() -> None:
    assert BetaRule().decided(["a", None, "a", "a", "a"])
    assert not BetaRule().decided(["a", "a", "a", "b"])
    assert not BetaRule().decided([None] * 9)
    assert not BetaRule().decided([])


def test_unanimous_windows() -> None:
    rule = UnanimousWindow(3)
    assert not rule.decided(["a", "a"])
    assert rule.decided(["a", "a", "a"])
    assert not rule.decided(["b", "a", "a", "a", "a", "b"])
    assert rule.decided(["a", "b", "a", "c", "c", "c"])
    assert not rule.decided(["a", None, "a"])
    assert not rule.decided([None, None, None])


@pytest.mark.parametrize("wrong", [-1.0, 0.0, 1.5])
def test_wrong_rules_are_refused(wrong: float) -> None:
    with pytest.raises(UserMistake, match="threshold"):
        BetaRule(wrong)
    with pytest.raises(UserMistake, match="window"):
        UnanimousWindow(0)


@pytest.mark.parametrize("weights", [5, "ab", {"a": 1}])
def test_weights_that_are_no_list_are_refused(weights: Any) -> None:
    with pytest.raises(UserMistake, match="a list of weights"):
        majority(["a", "b"], weights)
