from __future__ import annotations

import pytest

from reasoning_chains import Budget, Problem, ProgramOfThought, ScriptedBackend, UserMistake
from reasoning_chains.answers import read_program
from reasoning_chains.errors import UnknownName
from reasoning_chains.types import Completion

SUM = Problem("What is 6 * 7 + 1?", "number")


def program(*lines: str) -> str:
    return "\n".join(("```python", *lines, "```"))


GOOD = program("a = 6 * 7", "answer = a + 1")


def test_the_answer_is_what_the_program_computes() -> None:
    backend = ScriptedBackend([GOOD])
    solution = ProgramOfThought().invoke(SUM, backend=backend)
    assert (solution.answer, solution.stop_reason) == ("43", "answered")
    assert [m.content for m in backend.requests[0].content.messages] == [
        "What is 6 * 7 + 1?\nWrite a Python program that stores the result in answer."
    ]
    act = solution.trace.acts[0]
    assert act.data["arguments"] == "a = 6 * 7\nanswer = a + 1"
    assert (act.data["tier"], act.data["status"]) == ("monty", "ok")


@pytest.mark.parametrize(
    ("lines", "kind", "answer"),
    [
        (["6 * 7"], "number", "42"),
        (["print('so')", "print(6 * 7)"], "number", "42"),
        (["answer = 10 / 4"], "number", "2.5"),
        (["answer = 84 / 2"], "number", "42"),
        (["answer = 3 > 2"], "boolean", "yes"),
        (["answer = 'le'"], "text", "le"),
        (["answer = None", "print('last')"], "text", "last"),
    ],
)
def test_where_the_answer_stands(lines: list[str], kind: str, answer: str) -> None:
    problem = Problem("What is it?", kind)  # type: ignore[arg-type]
    backend = ScriptedBackend([program(*lines)])
    assert ProgramOfThought(repairs=0).invoke(problem, backend=backend).answer == answer


def test_a_program_that_fails_goes_back_with_its_error() -> None:
    backend = ScriptedBackend([program("answer = 1 / 0"), GOOD])
    solution = ProgramOfThought().invoke(SUM, backend=backend)
    assert solution.answer == "43"
    shown = backend.requests[1].content.messages
    assert [m.role for m in shown] == ["user", "assistant", "user"]
    assert shown[1].content == program("answer = 1 / 0")
    assert "ZeroDivisionError" in shown[2].content
    assert [span.data["status"] for span in solution.trace.acts] == ["error", "ok"]


@pytest.mark.parametrize(
    "bad", ["while True: pass", "import os\nanswer = os.getpid(", "x = 3", "answer = [0] * 10**12"]
)
def test_what_never_works_ends_after_the_repairs(bad: str) -> None:
    backend = ScriptedBackend([program(bad)] * 2)
    solution = ProgramOfThought().invoke(SUM, backend=backend)
    assert (solution.answer, solution.stop_reason) == (None, "unparsed")
    assert len(backend.requests) == 2


def test_an_empty_and_a_cut_reply_give_no_answer() -> None:
    assert ProgramOfThought().invoke(SUM, backend=ScriptedBackend([" "])).answer is None
    cut = Completion("```python\nanswer = 6 *", finish="length")
    solution = ProgramOfThought(repairs=0).invoke(SUM, backend=ScriptedBackend([cut]))
    assert (solution.answer, solution.stop_reason) == (None, "length")


def test_a_cut_program_is_not_run() -> None:
    cut = Completion("```python\nanswer = 6", finish="length")
    solution = ProgramOfThought(repairs=0).invoke(SUM, backend=ScriptedBackend([cut]))
    assert (solution.answer, solution.trace.acts) == (None, ())


def test_budgets_of_calls_and_of_steps() -> None:
    for budget in (Budget(calls=0), Budget(steps=0)):
        solution = ProgramOfThought().invoke(SUM, backend=ScriptedBackend([GOOD]), budget=budget)
        assert (solution.answer, solution.stop_reason) == (None, "budget")


def test_what_the_first_tier_cannot_run_goes_to_the_second() -> None:
    code = program("import statistics", "answer = statistics.mean([1, 2, 6])")
    solution = ProgramOfThought(repairs=0).invoke(SUM, backend=ScriptedBackend([code]))
    assert (solution.answer, solution.trace.acts[0].data["tier"]) == ("3", "cpython")


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(UnknownName, match="tier"):
        ProgramOfThought(python="docker")  # type: ignore[arg-type]
    with pytest.raises(UserMistake, match="repairs=-1"):
        ProgramOfThought(repairs=-1)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        ("```python\nanswer = 7\n```\nOutput:\n```\n8\n```", "answer = 7"),
        ("```\nanswer = 7\n```\n```\n8\n```", "answer = 7"),
        ("First:\n```py\nx\n```\nBetter:\n```Python\nanswer = 7\n```", "answer = 7"),
        ("a = 3\nanswer = a + 4", "a = 3\nanswer = a + 4"),
        ("I cannot write programs.", None),
        ("```python\n\n```", None),
        ("", None),
    ],
)
def test_the_program_is_the_python_block_and_not_its_output(reply: str, code: str | None) -> None:
    assert read_program(reply) == code


def test_a_refusal_is_not_run() -> None:
    backend = ScriptedBackend(["I cannot write programs."])
    solution = ProgramOfThought().invoke(SUM, backend=backend)
    assert (solution.answer, solution.trace.acts) == (None, ())


def test_a_structure_is_given_as_json() -> None:
    problem = Problem("Which?", "json", schema=dict[str, bool])
    backend = ScriptedBackend([program("answer = {'a': True}")])
    assert ProgramOfThought().invoke(problem, backend=backend).value == {"a": True}
