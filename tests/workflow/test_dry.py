"""A workflow rendered without a model: every step is shown, or said why not."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from reasoning_chains import Problem, UserMistake
from reasoning_chains.content import Library
from reasoning_chains.workflow.dry import Outline, Outlines, outlined
from reasoning_chains.workflow.flow import flow_at
from tests.workflow.flows import written

HEAD = "---\ndescription: d\ninputs: [age, days]\n---\n"
FACTS = (
    '{% step f, schema={"n": "number", "hot": "yes or no", "l": "list of text"} %}?{% endstep %}'
)


def dry(folder: Path, text: str, **inputs: Any) -> Outlines:
    flow = flow_at(Library.of(), written(folder, HEAD + text), "en")
    return asyncio.run(outlined(flow, Problem("q?", inputs=inputs)))


def by_name(found: Outlines) -> dict[str, Outline]:
    return {one.step.name: one for one in found.steps}


def test_it_goes_along_every_choice(tmp_path: Path) -> None:
    text = (
        '{% step a, choices=["x", "y"] %}?{% endstep %}'
        '{% if a == "y" %}{% step b, choices=["1", "2"] %}?{% endstep %}'
        '{% if b == "2" %}{% step c %}{{ age }} {{ question }}{% endstep %}{% endif %}{% endif %}'
    )
    found = dry(tmp_path, text)
    shown = by_name(found)
    assert shown["a"].where == {}
    assert shown["b"].where == {"a": "y"}
    assert shown["c"].where == {"a": "y", "b": "2"}
    assert shown["c"].step.text == "⟨age⟩ q?"
    assert found.left_out == ()


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("f.n > 5", "f.n > 5"),
        ("f.n | float + 1 >= age | int", "f.n + 1 >= age"),
        ("f.hot", "f.hot"),
        ("not f.hot", "f.hot"),
        ("'cough' in f.l", "'cough' in f.l"),
        ("f.l | length > 2", "f.l | length > 2"),
        ("2 * age < 9", "age * 2 < 9"),
        ("days == 'Monday'", "days == 'Monday'"),
    ],
)
def test_it_goes_both_ways_of_what_only_a_run_brings(
    tmp_path: Path, condition: str, told: str
) -> None:
    text = (
        FACTS + "{% if " + condition + " %}{% step one %}1{% endstep %}"
        "{% else %}{% step two %}2{% endstep %}{% endif %}"
    )
    found = dry(tmp_path, text)
    shown = by_name(found)
    first, second = ("two", "one") if condition.startswith("not") else ("one", "two")
    assert (shown[first].where, shown[second].where) == ({}, {told: "no"})
    assert found.left_out == ()


def test_what_fails_only_in_a_run_is_shown_too(tmp_path: Path) -> None:
    text = (
        "{% step s, tool='calculator' %}{{ age }}{% endstep %}{% if s is failed %}"
        "{% step sorry %}x{% endstep %}{% endif %}"
    )
    assert by_name(dry(tmp_path, text))["sorry"].where == {"s is failed": "yes"}


def test_the_dialogue_so_far_is_shown_to_a_step_that_is_sent_it(tmp_path: Path) -> None:
    text = (
        "{% step a %}A?{% endstep %}{% step b, input='B?' %}{% endstep %}"
        "{% step c, history=true %}C?{% endstep %}"
    )
    before = by_name(dry(tmp_path, text))["c"].step.before
    told = [("user", "A?"), ("assistant", "⟨a⟩\n\nB?"), ("user", "⟨input⟩")]
    assert [(turn.role, turn.content) for turn in before] == told


def test_a_step_that_cannot_be_shown_is_told_with_the_reason(tmp_path: Path) -> None:
    text = (
        "{% step a %}x{% endstep %}\n"
        "{% if days | length > 3 %}\n{% step long %}x{% endstep %}{% endif %}\n"
        "{% for day in days %}{% step each %}{{ day }}{% endstep %}{% endfor %}\n"
        "{% macro m() %}{% step never %}x{% endstep %}{% endmacro %}"
    )
    found = dry(tmp_path, text, days=[])
    assert list(by_name(found)) == ["a"]
    assert found.left_out == (
        "step long (flow.jinja, line 7) is not shown: the {% if %} of line 6 leads elsewhere for "
        "this question and these inputs",
        "step each (flow.jinja, line 8) is not shown: the loop of line 8 has no item here",
        "step never (flow.jinja, line 9) is not shown: nothing that is shown calls the macro m",
    )


def test_a_way_that_breaks_is_told_and_the_others_are_shown(tmp_path: Path) -> None:
    text = (
        "{% step a, choices=['x', 'y'] %}?{% endstep %}"
        "{% if a == 'x' %}{% step b %}B{% endstep %}{% endif %}{% step c %}{{ b }}{% endstep %}"
    )
    found = dry(tmp_path, text)
    assert list(by_name(found)) == ["a", "b", "c"]
    (line,) = found.left_out
    assert "line 5: step b was not passed" in line
    assert line.endswith("(where a is y)")


def test_that_not_every_way_was_tried_is_told(tmp_path: Path) -> None:
    asks = "".join(f"{{% step s{n}, choices=['x', 'y'] %}}?{{% endstep %}}" for n in range(8))
    found = dry(tmp_path, asks + "{% step last %}x{% endstep %}")
    assert (len(found.steps), found.left_out) == (9, ("only 64 of its ways are tried",))


def test_what_a_run_would_refuse_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserMistake, match="variable 'ago' is set by no step"):
        dry(tmp_path, "{% step a %}{{ ago }}{% endstep %}")
