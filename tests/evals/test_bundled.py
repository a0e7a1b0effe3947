"""Every bundled suite: its card, its own answers, and the model in the package asked and scored."""

from __future__ import annotations

from itertools import islice

import pytest

from reasoning_chains import Direct, FewShotCoT, Item, Sampling, Suite, load_suite
from reasoning_chains.content import Library, bundled_root
from reasoning_chains.evals.card import Card, read_card
from reasoning_chains.evals.checking import check
from reasoning_chains.evals.score import OUTCOMES
from reasoning_chains.evals.scorers.opening import open_scorer
from reasoning_chains.evals.suite import suite_names
from reasoning_chains.problems import exercises, held_out
from reasoning_chains.templates import Templates
from tests.evals.scoring import scored

BUNDLED = bundled_root()
CARDS: dict[str, Card] = {
    name: read_card(BUNDLED / "evals" / name / "eval.yaml") for name in suite_names(BUNDLED)
}
GENERATED = [name for name, card in CARDS.items() if card.data.generator]
LOADED = [name for name, card in CARDS.items() if not card.data.generator]
WANTED = [
    *("arithmetic", "coin_flip", "comparisons", "dates", "facts", "last_letters"),
    *("linear_equations", "ordering", "scan_commands", "slope", "step_verification", "two_hop"),
    "word_problems",
]


def test_what_is_bundled() -> None:
    assert GENERATED == WANTED
    assert [
        *("bbh", "fever", "game24", "gsm8k", "hotpotqa", "math500", "mmlu_pro", "scan"),
        *("strategyqa", "svamp"),
    ] == LOADED
    assert not list((BUNDLED / "evals").rglob("*.jsonl"))  # nobody's rows are in the package


@pytest.mark.parametrize("name", sorted(CARDS))
def test_a_card_says_where_it_comes_from_and_what_it_may_be_used_for(name: str) -> None:
    card = CARDS[name]
    assert card.source
    assert card.licence != "not stated"
    assert (card.verified == "made up") == (name in GENERATED)
    assert card.paper.startswith("arXiv:") == (name in LOADED)
    for scorer in {card.scorer, *(task.scorer or card.scorer for task in card.tasks.values())}:
        open_scorer(scorer, BUNDLED)


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_suite_is_whole(name: str) -> None:
    suite = load_suite(name, BUNDLED, size=50)
    checked = check(suite)
    assert (checked.items, checked.scored) == (50, 50)
    assert CARDS[name].sizes[:1] == (50,)
    assert suite.card.kind is None or {*checked.kinds} == {suite.card.kind}
    assert max(checked.levels.values()) - min(checked.levels.values()) <= 2


@pytest.mark.parametrize("name", GENERATED)
def test_its_examples_are_no_items_and_their_answers_are_right(name: str) -> None:
    suite = load_suite(name, BUNDLED, size=50)
    examples = Templates(Library((BUNDLED,))).exemplars(suite.exemplars or "", "en")
    asked = {item.problem.question for item in suite}
    assert len(examples) >= 2
    assert asked.isdisjoint(example.question for example in examples)
    assert all(example.rationale and example.answer for example in examples)


def test_the_levels_of_words_in_the_issue_are_the_levels_of_the_suites() -> None:
    letters = list(load_suite("last_letters", BUNDLED, size=60))
    assert all(len(item.target) == item.level for item in letters)
    flips = list(load_suite("coin_flip", BUNDLED, size=50))
    assert {item.target for item in flips} == {"yes", "no"}
    facts = {item.meta["task"] for item in load_suite("facts", BUNDLED, size=50)}
    assert facts == {"factual", "two_hop"}


def test_two_hop_has_the_passages_that_it_needs_among_others() -> None:
    for item in load_suite("two_hop", BUNDLED, size=50):
        assert item.problem.context.count("\n") == 3
        assert item.target in item.problem.context


def test_half_of_the_worked_solutions_are_right() -> None:
    targets = [item.target for item in load_suite("step_verification", BUNDLED, size=200)]
    assert 80 <= targets.count("0") <= 120


def test_generated_items_are_held_out() -> None:
    for name in ("comparisons", "ordering"):
        (task,) = CARDS[name].data.generator
        level = CARDS[name].data.levels[0]
        forms = {e.problem.id: e.form for e in islice(exercises(task, level, 2026), 20)}
        mine = [item.id for item in load_suite(name, BUNDLED, size=50) if item.level == level]
        assert {*mine} <= {*forms}
        assert all(map(held_out, forms.values()))


def solved(suite: Suite, items: list[Item]) -> list[str]:
    """Ask the model in the package, with the suite's examples where it has any."""
    named = suite.exemplars
    chain = FewShotCoT(exemplars=named, shots=1) if named else Direct()
    found = chain.batch([item.problem for item in items], sampling=Sampling(0, max_tokens=120))
    return [
        scored(suite.scorer, item.problem, solution, item.target).outcome
        for item, solution in zip(items, found, strict=True)
    ]


@pytest.mark.parametrize("name", GENERATED)
def test_the_model_in_the_package_is_asked_and_scored(name: str) -> None:
    suite = load_suite(name, BUNDLED, size=3)
    outcomes = solved(suite, list(suite))
    assert len(outcomes) == 3
    assert {*outcomes} <= {*OUTCOMES} - {"error", "refused"}


def test_the_model_in_the_package_gets_easy_ones_right() -> None:
    suite = load_suite("comparisons", BUNDLED, size=14)
    easy = [item for item in suite if item.level in (2, 3)]
    assert solved(suite, easy).count("right") >= len(easy) // 2
