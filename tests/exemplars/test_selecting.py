"""Strategies of selection: what each one chooses, and that it chooses the same every time."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_chains import UserMistake
from reasoning_chains.exemplars.selecting import (
    most_complex,
    most_diverse,
    most_similar,
    selected,
    some_random,
    steps_of,
)
from reasoning_chains.exemplars.strategies import STRATEGIES, Strategy
from reasoning_chains.templates.exemplars import Exemplar

POOL = (
    Exemplar("How many pens has Ann?", "7", "3 + 4 = 7."),
    Exemplar("How many pens has Bob left?", "2", "He has 5. He loses 3. 5 - 3 = 2."),
    Exemplar("Which river flows through Paris?", "Seine", "Paris lies on the Seine."),
    Exemplar("Which river flows through London?", "Thames", "London.\nThames.\nSo it is.\nYes."),
    Exemplar("小明有几个苹果？", "7", "3 + 4 = 7。"),
)
quiet = settings(derandomize=True, max_examples=100, deadline=None, database=None)


def questions(chosen: tuple[Exemplar, ...]) -> list[str]:
    return [each.question for each in chosen]


def test_fixed_takes_those_that_stand_first() -> None:
    assert selected("fixed", POOL, POOL[0].question, 2) == POOL[:2]


def test_similar_takes_the_likest_and_puts_the_very_likest_last() -> None:
    assert questions(most_similar(POOL, "Which river flows through Rome?", 2)) == [
        "Which river flows through London?",
        "Which river flows through Paris?",
    ]
    assert questions(most_similar(POOL, "小红有几个梨？", 1)) == ["小明有几个苹果？"]


def test_complex_takes_those_with_the_most_steps_in_their_order() -> None:
    assert most_complex(POOL, 2) == (POOL[1], POOL[3])
    equal = (Exemplar("short?", "1", "a. b."), Exemplar("a longer one?", "2", "a. b."))
    assert most_complex(equal, 1) == (equal[1],)


@pytest.mark.parametrize(
    ("rationale", "steps"),
    [
        ("", 0),
        ("one", 1),
        ("One. Two. Three.", 3),
        ("3.5 + 1 = 4.5. So it is 4.5.", 2),
        ("一。二。三。", 3),
        ("a\n\nb\nc", 3),
        ("One. Two.\nThree.", 2),
    ],
)
def test_steps_are_lines_or_sentences(rationale: str, steps: int) -> None:
    assert steps_of(rationale) == steps


def test_diverse_does_not_say_the_same_twice() -> None:
    chosen = most_diverse(POOL, "Which river flows through Rome?", 2, relevance=0.3)
    assert questions(chosen)[-1].startswith("Which river")
    assert not questions(chosen)[0].startswith("Which river")
    likest = most_diverse(POOL, "Which river flows through Rome?", 2, relevance=1)
    assert all("river" in question for question in questions(likest))


def test_random_is_by_the_seed_and_without_repetition() -> None:
    drawn = {some_random(POOL, 3, seed) for seed in range(20)}
    assert len(drawn) > 5
    assert all(len(set(each)) == 3 for each in drawn)
    assert some_random(POOL, 3, 1) == some_random(POOL, 3, 1)
    assert set(some_random(POOL, 99, 0)) == set(POOL)


@pytest.mark.parametrize("strategy", [each for each in STRATEGIES if each != "fixed"])
def test_the_question_itself_is_not_among_its_examples(strategy: Strategy) -> None:
    chosen = selected(strategy, POOL, "how many pens has ann", 5)
    assert set(chosen) == set(POOL[1:])


def test_an_unknown_strategy_lists_the_near_ones() -> None:
    with pytest.raises(UserMistake, match="did you mean similar"):
        selected("similiar", POOL, "?", 2)  # type: ignore[arg-type]
    assert get_args(Strategy) == STRATEGIES


EXEMPLARS = st.lists(
    st.builds(
        Exemplar, st.sampled_from(["a b", "a c", "b c d", "苹果", ""]), st.just("x"), st.text()
    ),
    max_size=8,
)


@quiet
@given(EXEMPLARS, st.sampled_from(STRATEGIES), st.integers(0, 10), st.text(max_size=20))
def test_every_strategy_chooses_the_same_twice_and_no_more_than_wanted(
    pool: list[Exemplar], strategy: Strategy, count: int, question: str
) -> None:
    chosen = selected(strategy, pool, question, count, 3)
    assert chosen == selected(strategy, pool, question, count, 3)
    assert len(chosen) <= min(count, len(pool))
    left = list(pool)
    for each in chosen:
        left.remove(each)
