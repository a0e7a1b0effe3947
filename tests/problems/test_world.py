"""The invented world hangs together, and its passages hold its facts."""

from itertools import islice

from reasoning_chains.problems import exercises, held_out_word, passages
from reasoning_chains.problems.words import SEEN_WORDS, UNSEEN_WORDS
from reasoning_chains.problems.world import known, world


def test_every_answer_stands_in_the_passage_that_is_looked_up() -> None:
    told = passages()
    for task in ("factual", "two_hop"):
        for exercise in islice(exercises(task, 2, seed=2), 50):
            for step in exercise.steps:
                assert step.value in told[step.lookup]
            assert exercise.answer == exercise.steps[-1].value


def test_facts_that_name_an_entity_lead_to_one() -> None:
    for entity in world().values():
        for relation, value in entity.facts:
            if relation in ("birthplace", "teacher", "friend", "mayor", "capital", "land"):
                assert value in world()


def test_the_famous_know_only_the_famous() -> None:
    names = set(known())
    for name in known():
        people = [v for r, v in world()[name].facts if r in ("teacher", "friend", "mayor")]
        assert names.issuperset(people)


def test_a_tenth_of_the_words_is_kept_out() -> None:
    assert not any(map(held_out_word, SEEN_WORDS))
    assert all(map(held_out_word, UNSEEN_WORDS))
    assert held_out_word("artificial")
    assert held_out_word("Intelligence")
    assert len(UNSEEN_WORDS) > 100
