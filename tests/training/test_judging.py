"""Mistaken steps are told from right ones, and replies are read as they are scored."""

from itertools import islice
from random import Random

import pytest

pytest.importorskip("torch")

from reasoning_chains.problems import TASKS, exercises, rationale
from training.checking import spoil, verify
from training.documents import WORKED, Source
from training.evaluate import FOLLOWED, answer_of, right
from training.judged import judged


@pytest.mark.parametrize("task", ["running", "comparison", "money", "arithmetic"])
def test_the_first_mistaken_step_is_found(task: str) -> None:
    rng = Random(1)
    for exercise in islice(exercises(task, 4, seed=3, split="train"), 30):
        whole = judged(exercise, rationale(exercise))
        assert whole is not None
        assert whole.right
        lines = [step.verbose for step in exercise.steps]
        wrong = spoil(rng, exercise.steps[1], lines[1])
        found = judged(exercise, "\n".join([lines[0], wrong, *lines[2:]]))
        assert found is not None
        assert not found.right
        assert found.lines == (lines[0], wrong)
        assert found.recomputed == f"{exercise.steps[1].expression} = {exercise.steps[1].value}"


def test_a_verdict_is_wrong_where_the_step_was_spoiled() -> None:
    rng, verdicts = Random(5), []
    for _ in range(200):
        made = verify(Source(rng, dict.fromkeys(WORKED, 1)))
        shown, reply = made.turns[0].text, made.turns[1].text
        recomputed, verdict = reply.rsplit(", so the step is ", 1)
        verdicts.append(verdict)
        if verdict == "right.":
            assert recomputed in shown
    assert 60 < verdicts.count("wrong.") < 140


def test_answers_are_read_after_the_last_marker() -> None:
    assert answer_of("1 + 2 = 3.\nThe answer is 3.") == "3"
    assert answer_of("42") == "42"
    assert answer_of("So the final answer is: yes") == "yes"


@pytest.mark.parametrize("task", list(FOLLOWED))
def test_right_replies_score_and_wrong_ones_do_not(task: str) -> None:
    assert FOLLOWED[task] in TASKS[task].levels
    exercise = next(exercises(task, FOLLOWED[task], seed=1))
    assert right(exercise, rationale(exercise))
    assert not right(exercise, "The answer is nothing.")
