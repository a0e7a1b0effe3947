"""Every task gives right, honest and repeatable exercises."""

from fractions import Fraction
from itertools import islice
from random import Random

import pytest

from reasoning_chains.problems import TASKS, Exercise, exercises, held_out, rationale, worked
from reasoning_chains.problems.rationale import STYLES
from reasoning_chains.problems.world import known, world

CELLS = [(task, level) for task, spec in TASKS.items() for level in spec.levels]


def value(expression: str) -> Fraction:
    """Work out "a + b", "a - (b)", "a * b", "a / b", "a % b" or a sum of many."""
    flat = expression.replace("(", "").replace(")", "").split()
    total = Fraction(flat[0])
    for sign, number in zip(flat[1::2], flat[2::2], strict=True):
        right = Fraction(number)
        total = {
            "+": lambda a, b: a + b,
            "-": lambda a, b: a - b,
            "*": lambda a, b: a * b,
            "/": lambda a, b: a / b,
            "%": lambda a, b: a % b,
        }[sign](total, right)
    return total


def some(task: str, level: int, count: int = 30) -> list[Exercise]:
    return list(islice(exercises(task, level, seed=5), count))


@pytest.mark.parametrize(("task", "level"), CELLS)
def test_each_step_is_right_and_leads_to_the_answer(task: str, level: int) -> None:
    for exercise in some(task, level):
        assert exercise.task == task
        assert exercise.level == level
        assert exercise.problem.question == exercise.question
        for steps in (exercise.steps, *exercise.alternatives):
            for step in steps:
                if step.expression:
                    assert value(step.expression) == Fraction(step.value), exercise.question
            if exercise.kind == "number":
                assert steps[-1].value == exercise.answer


@pytest.mark.parametrize(("task", "level"), CELLS)
def test_only_held_out_forms_and_no_form_twice(task: str, level: int) -> None:
    forms = [exercise.form for exercise in some(task, level)]
    assert len(forms) == 30
    assert len(set(forms)) == 30
    assert all(map(held_out, forms))


@pytest.mark.parametrize("task", [name for name, spec in TASKS.items() if spec.trained])
def test_train_and_eval_have_no_form_in_common(task: str) -> None:
    level = TASKS[task].levels[0]
    train = {e.form for e in islice(exercises(task, level, seed=5, split="train"), 100)}
    assert train.isdisjoint(e.form for e in some(task, level))


@pytest.mark.parametrize("task", list(TASKS))
def test_the_same_seed_gives_the_same_exercises(task: str) -> None:
    level = TASKS[task].levels[-1]
    first = [e.question for e in some(task, level, 5)]
    assert first == [e.question for e in some(task, level, 5)]
    other = [e.question for e in islice(exercises(task, level, seed=6), 5)]
    assert first != other


@pytest.mark.parametrize("task", [name for name in TASKS if name != "factual"])
def test_the_spaces_of_forms_are_large(task: str) -> None:
    rng, spec = Random(3), TASKS[task]
    level = 2 if task == "two_hop" else spec.levels[0]
    forms: set[str] = set()
    for _ in range(20_000):
        forms.add(spec.make(rng, level).form)
        if len(forms) >= 5000:
            return
    pytest.fail(f"only {len(forms)} forms")


def test_what_is_told_by_heart_is_small_and_the_rest_of_the_world_is_not() -> None:
    facts = sum(len(world()[name].facts) for name in known())
    others = sum(len(entity.facts) for entity in world().values()) - facts
    assert facts == 460
    assert others == 5600


def test_a_form_does_not_depend_on_names_objects_or_wording() -> None:
    rng = Random(1)
    seen: dict[str, set[str]] = {}
    for _ in range(8000):
        exercise = TASKS["running"].make(rng, 1)
        seen.setdefault(exercise.form, set()).add(exercise.question)
    assert max(map(len, seen.values())) > 1


@pytest.mark.parametrize(("task", "level"), CELLS)
def test_every_style_of_rationale_ends_with_the_answer(task: str, level: int) -> None:
    exercise = some(task, level, 1)[0]
    for style in STYLES:
        text = rationale(exercise, style)
        assert text.endswith(f"The answer is {exercise.answer}.")
        assert text.count("\n") == len(worked(exercise, style))


def test_letters_say_the_last_letters() -> None:
    for exercise in some("letters", 4):
        words = exercise.question.split('"')[1].split()
        assert exercise.answer == "".join(word[-1] for word in words)
