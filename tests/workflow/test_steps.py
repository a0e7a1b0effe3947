"""What each kind of step sends, what it gives, and what the steps after it see."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from reasoning_chains import (
    Budget,
    Message,
    Problem,
    ScriptedBackend,
    Tool,
    UserMistake,
    Workflow,
    tool,
)
from reasoning_chains.backends.scripted import FunctionBackend
from reasoning_chains.types import Completion, Request
from tests.workflow.flows import sent, written

TWO = """
{% system %}You are brief.{% endsystem %}
{% step first %}Say {{ question }}.{% endstep %}
{% step second %}Repeat {{ first }}.{% endstep %}
{% answer %}{{ first }} and {{ second }}{% endanswer %}
"""


def test_a_step_is_a_fresh_request_of_the_system_and_its_own_text(tmp_path: Path) -> None:
    backend = ScriptedBackend([" one \n", "two"])
    solution = Workflow(written(tmp_path, TWO)).invoke("hello", backend=backend)
    assert (solution.answer, solution.stop_reason) == ("one and two", "answered")
    assert sent(backend) == [
        [("system", "You are brief."), ("user", "Say hello.")],
        [("system", "You are brief."), ("user", "Repeat one.")],
    ]
    assert solution.trace.steps == {"first": ["one"], "second": ["two"]}
    assert solution.usage.calls == 2


def test_a_reply_is_never_read_as_a_template(tmp_path: Path) -> None:
    backend = ScriptedBackend(["{{ 6 * 7 }}{% step x %}", "two"])
    solution = Workflow(written(tmp_path, TWO)).invoke("{{ question }}", backend=backend)
    assert sent(backend)[0][1] == ("user", "Say {{ question }}.")
    assert solution.answer == "{{ 6 * 7 }}{% step x %} and two"


def test_without_an_answer_the_last_step_is_it(tmp_path: Path) -> None:
    flow = Workflow(written(tmp_path, "{% step only %}What is {{ question }}?{% endstep %}"))
    backend = ScriptedBackend(["It is 42, not 7: the answer is 42."])
    assert flow.invoke(Problem("6 * 7", "number"), backend=backend).answer == "42"


def test_an_answer_ends_the_workflow_where_it_stands(tmp_path: Path) -> None:
    text = (
        '{% step red, choices=["yes", "no"] %}Red?{% endstep %}\n'
        '{% if red == "yes" %}{% answer %}Go at once.{% endanswer %}{% endif %}\n'
        "{% step more %}More?{% endstep %}\n{% answer %}{{ more }}{% endanswer %}"
    )
    flow = Workflow(written(tmp_path, text))
    assert flow.invoke("?", backend=ScriptedBackend(["yes"])).answer == "Go at once."
    assert flow.invoke("?", backend=ScriptedBackend(["no", "m"])).answer == "m"


def test_an_error_of_the_backend_is_no_mistake_of_the_file(tmp_path: Path) -> None:
    async def broken(request: Request) -> list[Completion]:
        raise KeyError("boom")

    with pytest.raises(KeyError, match="boom"):
        Workflow(written(tmp_path, TWO)).invoke("?", FunctionBackend(broken))


def test_what_a_person_says_is_kept_whole(tmp_path: Path) -> None:
    flow = Workflow(written(tmp_path, '{% step a, input="?" %}{% endstep %}'))
    said = flow.invoke("?", ScriptedBackend([]), ask_user=lambda _: "word " * 4000)
    assert said.answer == "word " * 4000


def test_a_chain_solves_a_step_and_samples_vote(tmp_path: Path) -> None:
    text = (
        "{% system %}Add.{% endsystem %}\n"
        '{% step sum, chain="zero_shot_cot", kind="number", samples=3 %}{{ question }}{% endstep %}'
    )
    backend = ScriptedBackend(["The answer is 7.", "The answer is 6.", "The answer is 7."])
    solution = Workflow(written(tmp_path, text)).invoke("3 + 4?", backend=backend)
    assert solution.answer == "7"
    assert sent(backend)[0][0] == ("system", "Add.")
    assert [span.data["votes"] for span in solution.trace.spans("vote")][-1] == {"7": 2.0, "6": 1.0}


def test_a_tool_gets_the_text_and_its_failure_can_be_told_apart(tmp_path: Path) -> None:
    text = (
        '{% step twice, tool="double" %}{{ question }}{% endstep %}\n'
        '{% step sum, tool="calculator" %}2 + {{ "2" if twice is failed else twice }}{% endstep %}'
    )

    @tool
    def double(number: int) -> int:
        """Double a number."""
        return 2 * number

    flow = Workflow(written(tmp_path, text), tools=[double])
    good, bad = (flow.invoke(asked, backend=ScriptedBackend([])) for asked in ("4", "four"))
    assert (good.answer, bad.answer) == ("10", "4")
    assert bad.trace.spans("step")[0].data["failed"] is True
    assert isinstance(double, Tool)


@pytest.mark.parametrize(
    "asked",
    [
        "{% if sum is failed %}2{% endif %}",
        "{% if steps.sum[0] is failed %}2{% endif %}",
        "{% if steps['sum'] | last is failed %}2{% endif %}",
        "{% for one in steps.sum %}{% if one is failed %}2{% endif %}{% endfor %}",
        "{% macro m(one) %}{% if one is failed %}2{% endif %}{% endmacro %}{{ m(sum) }}",
    ],
)
def test_however_a_file_asks_whether_a_tool_failed(tmp_path: Path, asked: str) -> None:
    text = (
        "{% step sum, tool='calculator' %}2 +{% endstep %}{% answer %}" + asked + "{% endanswer %}"
    )
    flow = Workflow(written(tmp_path, text))
    assert flow.invoke("?", backend=ScriptedBackend([])).answer == "2"


def test_a_tool_that_fails_ends_it_where_the_file_does_not_ask(tmp_path: Path) -> None:
    text = (
        '\n{% step sum, tool="calculator" %}{{ question }}{% endstep %}'
        "{% answer %}{{ sum }} mg{% endanswer %}"
    )
    flow = Workflow(written(tmp_path, text))
    assert flow.invoke("2 * 3", ScriptedBackend([])).answer == "6 mg"
    lost = flow.invoke("heavy", ScriptedBackend([]))
    assert (lost.answer, lost.stop_reason) == (None, "failed")
    assert "flow.jinja, line 2, step sum: 'heavy' is no function" in lost.text


def test_a_tool_of_a_parent_is_found(tmp_path: Path) -> None:
    parent = '{% step sum, tool="calculator" %}{% block sum %}{% endblock %}{% endstep %}'
    written(tmp_path, parent, "parent.jinja")
    child = "{% extends 'parent.jinja' %}{% block sum %}6 * 7{% endblock %}"
    assert Workflow(written(tmp_path, child)).invoke("?", ScriptedBackend([])).answer == "42"


def test_the_person_is_asked_and_the_text_of_the_step_sees_what_they_say(tmp_path: Path) -> None:
    text = (
        '{% step since, input="Since when?" %}{% endstep %}\n'
        '{% step days, input="How many days is that?" %}'
        "Write {{ input }} as a number.{% endstep %}\n"
        "{% answer %}{{ since }}: {{ days }}{% endanswer %}"
    )
    asked: list[str] = []

    def person(question: str) -> str:
        asked.append(question)
        return ("Monday", "four")[len(asked) - 1]

    flow, backend = Workflow(written(tmp_path, text)), ScriptedBackend(["4"])
    assert flow.invoke("?", backend=backend, ask_user=person).answer == "Monday: 4"
    assert asked == ["Since when?", "How many days is that?"]
    assert sent(backend) == [[("user", "Write four as a number.")]]
    with pytest.raises(UserMistake, match="line 1, step since: the step asks the person"):
        flow.invoke("?", backend=backend)


def test_history_sends_the_dialogue_so_far(tmp_path: Path) -> None:
    text = (
        "{% system %}S{% endsystem %}{% step a %}A?{% endstep %}"
        '{% step b, input="B?" %}{% endstep %}'
        "{% step c, history=true %}C?{% endstep %}{% step d %}D?{% endstep %}"
        "{% answer %}{{ c }}{% endanswer %}"
    )
    backend = ScriptedBackend(["1", "3", "4"])
    asked = Problem("q", history=(Message("user", "before"), Message("assistant", "yes")))
    Workflow(written(tmp_path, text)).invoke(asked, backend=backend, ask_user=lambda _: "2")
    assert sent(backend)[1] == [
        ("system", "S"),
        ("user", "before"),
        ("assistant", "yes"),
        ("user", "A?"),
        ("assistant", "1\n\nB?"),
        ("user", "2\n\nC?"),
    ]
    assert sent(backend)[2] == [("system", "S"), ("user", "D?")]


def test_a_name_means_the_latest_reply_in_loops_macros_and_blocks(tmp_path: Path) -> None:
    text = (
        "{% macro again(n) %}{% step turn %}{{ n }} after {{ turn | default('none') }}{% endstep %}"
        "{% endmacro %}\n"
        "{% for n in range(3) %}{{ again(n) }}{% endfor %}\n"
        "{% block end %}{% answer %}{{ turn }}: {{ steps.turn | join(',') }}{% endanswer %}"
        "{% endblock %}"
    )
    backend = ScriptedBackend(["a", "b", "c"])
    solution = Workflow(written(tmp_path, text)).invoke("?", backend=backend)
    assert solution.answer == "c: a,b,c"
    assert [turn[0][1] for turn in sent(backend)] == ["0 after none", "1 after a", "2 after b"]


def test_parallel_steps_run_at_once_and_keep_their_order(tmp_path: Path) -> None:
    text = (
        "{% parallel %}{% for n in [1, 2, 3] %}{% step part %}{{ n }}{% endstep %}{% endfor %}"
        "{% endparallel %}{% answer %}{{ steps.part | join(',') }}{% endanswer %}"
    )
    busy, most = 0, 0

    async def answer(request: Request) -> list[Completion]:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        number = int(request.content.messages[-1].content)
        await asyncio.sleep(0.03 * (3 - number))
        busy -= 1
        return [Completion(f"r{number}")] * request.n

    flow = Workflow(written(tmp_path, text))
    assert flow.invoke("?", backend=FunctionBackend(answer)).answer == "r1,r2,r3"
    assert most == 3
    beside = written(tmp_path, text.replace("{{ n }}", "{{ part | default(0) }}"), "beside.jinja")
    with pytest.raises(UserMistake, match="step part runs beside this one"):
        Workflow(beside).invoke("?", backend=ScriptedBackend(["x"] * 3))


def test_what_an_imported_file_makes_of_a_reply_is_made_anew(tmp_path: Path) -> None:
    written(tmp_path, "{% set note = 'seen ' ~ a %}", "lib.jinja")
    text = (
        '{% step a %}hi{% endstep %}{% import "lib.jinja" as lib %}'
        "{% answer %}{{ lib.note }}{% endanswer %}"
    )
    flow = Workflow(written(tmp_path, text))
    found = [flow.invoke("?", ScriptedBackend([reply])).answer for reply in ("one", "two")]
    assert found == ["seen one", "seen two"]


def test_filters_and_loops_are_those_of_every_template(tmp_path: Path) -> None:
    text = (
        '{% for word in ["a", "b"] | map("upper") %}'
        "{% step said %}{{ word }}{% endstep %}{% endfor %}"
        '{% answer %}{{ steps.said | map("upper") | sort | join(",") }}{% endanswer %}'
    )
    backend = ScriptedBackend(["y", "x"])
    assert Workflow(written(tmp_path, text)).invoke("?", backend).answer == "X,Y"
    assert [turn[0][1] for turn in sent(backend)] == ["A", "B"]


def test_a_budget_that_ends_anywhere_gives_what_there_is(tmp_path: Path) -> None:
    flow = Workflow(written(tmp_path, TWO))
    ended = flow.invoke("hello", backend=ScriptedBackend(["1"]), budget=Budget(calls=1))
    assert (ended.answer, ended.stop_reason, ended.usage.calls) == ("1", "budget", 1)
    assert ended.trace.steps["first"] == ["1"]
    assert "line 4, step second" in ended.trace.stopped
    none = flow.invoke("hello", backend=ScriptedBackend([]), budget=Budget(calls=0))
    assert (none.answer, none.stop_reason) == (None, "budget")


def test_what_no_answer_names_is_no_best_answer_so_far(tmp_path: Path) -> None:
    text = (
        "{% step topic %}?{% endstep %}{% for n in [1, 2, 3] %}{% step draft %}{{ topic }}"
        "{% endstep %}{% endfor %}{% answer %}{{ draft }}{% endanswer %}"
    )
    flow = Workflow(written(tmp_path, text))
    for calls, answer in ((1, None), (2, "one"), (3, "two")):
        backend = ScriptedBackend(["shoes", "one", "two", "three"])
        found = flow.invoke("?", backend=backend, budget=Budget(calls=calls))
        assert (found.answer, found.stop_reason) == (answer, "budget")


def test_the_person_may_be_what_the_budget_ends_at(tmp_path: Path) -> None:
    text = (
        "{% step a %}?{% endstep %}{% step b, input='How old?' %}{% endstep %}"
        "{% answer %}{{ a }} {{ b }}{% endanswer %}"
    )
    flow, asked = Workflow(written(tmp_path, text)), list[str]()
    found = flow.invoke(
        "?", ScriptedBackend(["one"]), budget=Budget(steps=0), ask_user=asked.append
    )
    assert (found.answer, found.stop_reason, asked) == ("one", "budget", [])
    assert "step b: the steps of the budget" in found.trace.stopped


def test_too_many_steps_give_the_best_so_far(tmp_path: Path) -> None:
    text = "{% for n in range(9) %}{% step a %}{{ n }}{% endstep %}{% endfor %}"
    flow = Workflow(written(tmp_path, text), max_steps=2)
    found = flow.invoke(Problem("?", "number"), backend=ScriptedBackend(["1", "The answer is 2."]))
    assert (found.answer, found.stop_reason) == ("2", "budget")


def test_inputs_are_seen_and_what_is_not_declared_is_refused(tmp_path: Path) -> None:
    text = "---\ninputs: [age]\n---\n{% step a %}{{ question }} {{ age }}{% endstep %}"
    flow, backend = Workflow(written(tmp_path, text)), ScriptedBackend(["x"])
    flow.invoke({"question": "q", "age": 4}, backend=backend)
    assert sent(backend) == [[("user", "q 4")]]
    with pytest.raises(UserMistake, match=r"unknown input of workflow 'flow.jinja' 'aeg'"):
        flow.invoke({"question": "q", "aeg": 4}, backend=backend)
    with pytest.raises(UserMistake, match=r"'flow.jinja' needs 'age': give it"):
        flow.invoke("q", backend=backend)
    text = text.replace("{{ age }}", "{{ age | default('old') }}")
    Workflow(written(tmp_path, text)).invoke("q", backend=(backend := ScriptedBackend(["x"])))
    assert sent(backend) == [[("user", "q old")]]


def test_a_workflow_is_a_chain_in_every_way(tmp_path: Path) -> None:
    flow = Workflow(written(tmp_path, TWO))
    found = flow.batch(["a", "b"], backend=lambda_backend())
    assert [solution.answer for solution in found] == ["Say a. and Repeat Say a..",
                                                       "Say b. and Repeat Say b.."]  # fmt: skip
    events = list(flow.stream("hello", backend=ScriptedBackend(["one", "two"])))
    assert [type(event).__name__ for event in events][-1] == "Answered"


def lambda_backend() -> FunctionBackend:
    async def echo(request: Request) -> list[Completion]:
        return [Completion(request.content.messages[-1].content)] * request.n

    return FunctionBackend(echo)
